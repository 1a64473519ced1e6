import Registry
import CTensorKernels
import Synchronization

/// A pool of threads that process the items of a list.
///
/// The results come in the list's order, so they do not depend on the number of threads.
///
/// `@unchecked Sendable`: `turn` lets one call at a time use the C pool, which hands each item to one thread.
public final class WorkerPool: @unchecked Sendable {
  /// The number of threads, including the calling one; fewer than requested if the system refused some.
  public let threads: Int
  private let pool: OpaquePointer?
  private let turn = Mutex(())
  private let limit: Atomic<Int>

  /// How many of the threads take part in ``each(_:_:)`` and ``map(_:_:)``, from 1 to ``threads``; the results do not depend on it.
  package var active: Int {
    get { limit.load(ordering: .relaxed) }
    set { limit.store(min(max(newValue, 1), threads), ordering: .relaxed) }
  }

  /// Starts `threads` − 1 threads; the calling thread is the other one.
  /// - Precondition: At least one thread.
  public init(threads: Int) {
    require(threads >= 1, "a worker pool of \(threads) threads")
    pool = threads > 1 ? wk_create(Int32(threads)) : nil
    self.threads = pool.map { Int(wk_threads($0)) } ?? 1
    limit = Atomic(self.threads)
  }

  deinit { if let pool { wk_destroy(pool) } }

  /// Calls the body for 0..<count on the pool's threads and returns the results in order.
  ///
  /// Must not be called from inside a body of the same pool.
  /// - Throws: The error of the failed item with the lowest number.
  public func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) throws -> Result) throws -> [Result] {
    try map(count) { item, _ in try body(item) }
  }

  /// Like ``map(_:_:)``, but also passes the number of the item's thread, 0..<threads, which can index per-thread caches.
  package func map<Result: Sendable>(_ count: Int, _ body: @Sendable (_ item: Int, _ worker: Int) throws -> Result) throws -> [Result] {
    guard active > 1, count > 1 else { return try turn.withLock { _ in try (0..<count).map { try body($0, 0) } } }
    var slots = [Swift.Result<Result, any Error>?](repeating: nil, count: count)
    slots.withUnsafeMutableBufferPointer { buffer in
      let slots = SlotBuffer(buffer)
      each(count) { item, worker in slots.store(Swift.Result { try body(item, worker) }, at: item) }
    }
    return try slots.map { slot in
      guard let slot else { fatalError("the pool left an item out") }
      return try slot.get()
    }
  }

  /// Calls the body for 0..<count, each item on one thread, and passes the thread's number.
  ///
  /// Not generic, so that a call costs no more than waking the threads: a step of a small network takes 100 µs.
  package func each(_ count: Int, _ body: @Sendable (_ item: Int, _ worker: Int) -> Void) {
    turn.withLock { _ in
      let active = active
      guard let pool, active > 1, count > 1 else {
        for item in 0..<count { body(item, 0) }
        return
      }
      withoutActuallyEscaping(body) { run in
        let job = Job(run: run)
        withExtendedLifetime(job) { Self.run(job, count, on: pool, active) }
      }
    }
  }
}

extension WorkerPool {
  /// Calls the body once on each of the first `count` threads, all at the same time, with the thread's number; nil stands for all
  /// threads.
  ///
  /// The calls may wait for each other. Must not be called from inside a body of the same pool.
  /// - Precondition: At most ``threads``.
  package func together(_ count: Int? = nil, _ body: @escaping @Sendable (_ thread: Int) -> Void) {
    turn.withLock { _ in
      let count = count ?? threads
      require((1...threads).contains(count), "\(count) of \(threads) threads")
      guard let pool, count > 1 else {
        body(0)
        return
      }
      // There is one item for each thread, and a thread starts with the item of its number.
      let job = Job { item, _ in body(item) }
      withExtendedLifetime(job) { Self.run(job, count, on: pool, count) }
    }
  }

  fileprivate static func run(_ job: Job, _ count: Int, on pool: OpaquePointer, _ active: Int) {
    wk_run(
      pool, Int32(active), Int64(count),
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

/// `@unchecked Sendable`: the thread of an item writes the item's slot once; the slots are read after all threads are done.
private struct SlotBuffer<Result>: @unchecked Sendable {
  private let buffer: UnsafeMutableBufferPointer<Swift.Result<Result, any Error>?>
  init(_ buffer: UnsafeMutableBufferPointer<Swift.Result<Result, any Error>?>) { self.buffer = buffer }
  func store(_ result: Swift.Result<Result, any Error>, at item: Int) { buffer[item] = result }
}
