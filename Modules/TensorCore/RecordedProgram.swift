import Registry
import CTensorKernels

/// A recording of a computation's kernel calls, which can run again on new contents of the same inputs.
///
/// Every meta-training step issues the same kernels on the same shapes. After one recording, they run again without building
/// graphs, and with the memory plan of the recording. A program computes the same bits as eager execution.
///
/// Only tensor operations can be recorded. If Swift code reads a number from a tensor and acts on it, that decision is not part of
/// the program; ``readsNumbers`` reports it. The program retains tensors from outside that it reads, and tensors that Swift code
/// writes during the recording: they are its constants.
///
/// `@unchecked Sendable`: the program is immutable after ``record(_:)``. ``run(on:)`` writes to its memory, so only one thread or one
/// team may run it at a time; the owner guards it with a lock.
package final class RecordedProgram: @unchecked Sendable {
  private let program: OpaquePointer
  private let read: Kept

  private init(_ program: OpaquePointer, reading read: Kept) {
    self.program = program
    self.read = read
  }

  deinit { tk_program_destroy(program) }

  /// Runs a computation on this thread and records it.
  ///
  /// - Returns: The program and the body's result; tensors in the result lie in the program's memory and change with each run.
  /// - Precondition: No recording is active on this thread.
  package static func record<Result>(_ body: () throws -> Result) rethrows -> (program: RecordedProgram, result: Result) {
    require(!tk_is_recording(), "a recording inside a recording")
    let read = Kept()
    return try withExtendedLifetime(read) {
      guard let raw = tk_program_begin(Unmanaged.passUnretained(read).toOpaque()) else {
        fatalError("out of memory for a recorded program")
      }
      defer { tk_program_end() }
      let program = RecordedProgram(raw, reading: read)
      return (program, try body())
    }
  }

  /// True if Swift code read a number from a tensor during the recording; a later run on other numbers may then be wrong.
  package var readsNumbers: Bool { read.readsNumbers }

  /// Retains a storage for the active recording on this thread, unless the program owns it.
  ///
  /// Called before a kernel reads or writes the storage.
  static func keep(_ storage: Storage) {
    guard let read = tk_reader_of(storage.base) else { return }
    Unmanaged<Kept>.fromOpaque(read).takeUnretainedValue().storages[ObjectIdentifier(storage)] = storage
  }

  /// Notes that Swift code reads a number, if a recording is active on this thread.
  static func noteReading() {
    guard let read = tk_reader() else { return }
    Unmanaged<Kept>.fromOpaque(read).takeUnretainedValue().readsNumbers = true
  }

  /// True if a kernel may overwrite a uniquely referenced storage; during a recording, only the program's own storages.
  static func mayWriteOver(_ storage: Storage) -> Bool { tk_reader_of(storage.base) == nil }

  /// The storages that a program retains, and whether Swift code read numbers during its recording.
  ///
  /// `@unchecked Sendable`: only the recording thread writes it, and only during the recording.
  private final class Kept: @unchecked Sendable {
    var storages: [ObjectIdentifier: Storage] = [:]
    var readsNumbers = false
  }

  /// The number of kernel calls.
  package var callCount: Int { Int(tk_program_calls(program)) }

  /// Runs the calls again, on this thread or on the active threads of a pool.
  ///
  /// The threads of a pool share the work of the large kernels. The result has the same bits in either case.
  /// - Precondition: The pool is idle.
  package func run(on pool: WorkerPool? = nil) {
    let active = pool?.active ?? 1
    guard let pool, active > 1, let team = Team(threads: active) else {
      tk_program_run(program)
      return
    }
    pool.together(active) { tk_program_run_together(self.program, team.handle, Int32($0)) }
  }
}

extension WorkerPool {
  /// Runs a computation on the calling thread while the pool's other threads share its large kernels, with the same bits.
  ///
  /// During a recording, kernels are not shared; the recorded program shares them when it runs.
  /// - Precondition: The pool is idle.
  package func sharing<Result>(_ body: () throws -> Result) rethrows -> Result {
    let active = active
    guard active > 1, let team = Team(threads: active) else { return try body() }
    return try withoutActuallyEscaping(body) { body in
      let leader = Leader(body)
      together(active) { thread in
        guard thread == 0 else { return tk_team_follow(team.handle, Int32(thread)) }
        tk_team_lead(team.handle)
        leader.run()
        tk_team_dismiss(team.handle)
      }
      return try leader.outcome()
    }
  }
}

/// The body that thread 0 runs, and its result.
///
/// `@unchecked Sendable`: the pool calls `run` on the calling thread, which has number 0; no other thread accesses it.
private final class Leader<Outcome>: @unchecked Sendable {
  private let body: () throws -> Outcome
  private var result: Result<Outcome, any Error>?

  init(_ body: @escaping () throws -> Outcome) { self.body = body }

  func run() { result = Result { try body() } }

  func outcome() throws -> Outcome {
    guard let result else { fatalError("the pool left its first item out") }
    return try result.get()
  }
}

/// Owns a C team: the threads that share the work of large kernels.
///
/// `@unchecked Sendable`: only the C code writes to the team, between barriers.
private final class Team: @unchecked Sendable {
  let handle: OpaquePointer

  init?(threads: Int) {
    guard let handle = tk_team_create(Int32(threads)) else { return nil }
    self.handle = handle
  }

  deinit { tk_team_destroy(handle) }
}

extension Tensor {
  /// Copies a tensor's elements into this tensor's storage; every value that shares the storage sees them.
  ///
  /// Supplies new inputs to a recorded program.
  /// - Precondition: Shapes and types agree, and both tensors or neither are expanded.
  package func overwrite(with other: Tensor) {
    require(
      shape == other.shape && dtype == other.dtype && isExpanded == other.isExpanded,
      "overwriting \(dtype) \(shape) with \(other.dtype) \(other.shape)")
    withExtendedLifetime(self) {
      withExtendedLifetime(other) { tk_copy_run(Int32(dtype.byteCount), Int64(storedCount), address, other.address) }
    }
  }

  /// A copy with storage of its own, in the same layout.
  package var separateCopy: Tensor {
    let copy = Tensor(uninitialised: isExpanded ? shape.dropFirst() : shape, dtype)
    let result = isExpanded ? copy.viewed(as: shape, isExpanded: true) : copy
    result.overwrite(with: self)
    return result
  }
}
