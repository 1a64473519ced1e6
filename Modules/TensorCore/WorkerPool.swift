import CTensorKernels
import Synchronization

/// Threads that take the items of a list, with results in the list's order: the same for any number of threads.
///
/// `@unchecked Sendable`: the C pool is used by one call at a time, which `turn` sees to, and hands each item
/// to one thread.
public final class WorkerPool: @unchecked Sendable {
  /// The number of threads that take items, the calling one included; fewer than asked for where the system refused some.
  public let threads: Int
  private let pool: OpaquePointer?
  private let turn = Mutex(())

  /// - Precondition: At least one thread.
  public init(threads: Int) {
    precondition(threads >= 1, "a worker pool of \(threads) threads")
    pool = threads > 1 ? wk_create(Int32(threads)) : nil
    self.threads = pool.map { Int(wk_threads($0)) } ?? 1
  }

  deinit { if let pool { wk_destroy(pool) } }

  /// The results of the body for 0..<count, in order, computed on the pool's threads.
  ///
  /// Must not be called from inside a body of the same pool.
  /// - Throws: The error of the first item that failed, by number.
  public func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) throws -> Result) throws -> [Result] {
    try map(count) { item, _ in try body(item) }
  }

  /// The same, with the number of the thread that an item runs on, 0..<threads: the key of what a thread keeps to itself.
  package func map<Result: Sendable>(_ count: Int, _ body: @Sendable (_ item: Int, _ worker: Int) throws -> Result) throws -> [Result] {
    guard pool != nil, count > 1 else { return try turn.withLock { _ in try (0..<count).map { try body($0, 0) } } }
    var slots = [Swift.Result<Result, any Error>?](repeating: nil, count: count)
    slots.withUnsafeMutableBufferPointer { buffer in
      let slots = SlotBuffer(buffer)
      each(count) { item, worker in slots.store(Swift.Result { try body(item, worker) }, at: item) }
    }
    return try slots.map { slot in
      guard let slot else { preconditionFailure("the pool left an item out") }
      return try slot.get()
    }
  }

  /// Calls the body for 0..<count, each item on one thread, with the thread's number.
  ///
  /// Not generic, so that a call costs what waking the threads costs: a step of a small network is over in 100 µs.
  package func each(_ count: Int, _ body: @Sendable (_ item: Int, _ worker: Int) -> Void) {
    turn.withLock { _ in
      guard let pool, count > 1 else {
        for item in 0..<count { body(item, 0) }
        return
      }
      withoutActuallyEscaping(body) { run in
        let job = Job(run: run)
        withExtendedLifetime(job) { Self.run(job, count, on: pool) }
      }
    }
  }
}

extension WorkerPool {
  /// Calls the body once on every thread at the same time, with the thread's number; the calls may wait for each other.
  ///
  /// Must not be called from inside a body of the same pool.
  package func together(_ body: @escaping @Sendable (_ thread: Int) -> Void) {
    turn.withLock { _ in
      guard let pool else {
        body(0)
        return
      }
      // A thread begins with the item of its number, and there is one for each.
      let job = Job { item, _ in body(item) }
      withExtendedLifetime(job) { Self.run(job, threads, on: pool) }
    }
  }

  fileprivate static func run(_ job: Job, _ count: Int, on pool: OpaquePointer) {
    wk_run(
      pool, Int64(count),
      { context, item, worker in
        guard let context else { return }
        Unmanaged<Job>.fromOpaque(context).takeUnretainedValue().run(Int(item), Int(worker))
      }, Unmanaged.passUnretained(job).toOpaque())
  }
}

private final class Job: Sendable {
  let run: @Sendable (Int, Int) -> Void
  init(run: @escaping @Sendable (Int, Int) -> Void) { self.run = run }
}

/// `@unchecked Sendable`: every slot is written once, by the one thread that has its item, and read after all are done.
private struct SlotBuffer<Result>: @unchecked Sendable {
  private let buffer: UnsafeMutableBufferPointer<Swift.Result<Result, any Error>?>
  init(_ buffer: UnsafeMutableBufferPointer<Swift.Result<Result, any Error>?>) { self.buffer = buffer }
  func store(_ result: Swift.Result<Result, any Error>, at item: Int) { buffer[item] = result }
}
