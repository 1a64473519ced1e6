import CTensorKernels

/// The kernel calls of a computation, to be run again on other contents of the same inputs.
///
/// A meta-training step issues the same kernels on the same shapes every time. Recorded once, they are run again without the
/// work of building graphs, and on the memory plan that the recording found. Eager execution stays the meaning: a program
/// computes the same bits.
///
/// What may be recorded is computation by tensor operations alone: a number that Swift code reads from a tensor and acts on is
/// not part of the program, which therefore notes that it ``readsNumbers``. Tensors from outside that the program reads are kept
/// as long as it lives, and so are those that Swift code writes meanwhile: constants of the program.
///
/// `@unchecked Sendable`: the program is immutable after ``record(_:)``; ``run()`` writes to its memory, so callers run it on one
/// thread or one team at a time, which the one that keeps it behind a lock proves.
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
  /// - Returns: The program, and what the body returned; tensors in it lie in the program's memory and change when it is run.
  /// - Precondition: No recording is under way on this thread.
  package static func record<Result>(_ body: () throws -> Result) rethrows -> (program: RecordedProgram, result: Result) {
    precondition(!tk_is_recording(), "a recording inside a recording")
    let read = Kept()
    return try withExtendedLifetime(read) {
      guard let raw = tk_program_begin(Unmanaged.passUnretained(read).toOpaque()) else {
        preconditionFailure("out of memory for a recorded program")
      }
      defer { tk_program_end() }
      let program = RecordedProgram(raw, reading: read)
      return (program, try body())
    }
  }

  /// True where Swift code has read a number from a tensor meanwhile: a later run, on other numbers, may not be what it would have done.
  package var readsNumbers: Bool { read.readsNumbers }

  /// Has the program that this thread records, if there is one, keep a storage that a kernel is about to read or write, unless it is its own.
  static func keep(_ storage: Storage) {
    guard let read = tk_reader_of(storage.base) else { return }
    Unmanaged<Kept>.fromOpaque(read).takeUnretainedValue().storages[ObjectIdentifier(storage)] = storage
  }

  /// Has the program that this thread records, if there is one, note that Swift code reads a number.
  static func noteReading() {
    guard let read = tk_reader() else { return }
    Unmanaged<Kept>.fromOpaque(read).takeUnretainedValue().readsNumbers = true
  }

  /// True where a kernel may write over a storage that one value alone refers to: while a program is recorded, its own storages.
  static func mayWriteOver(_ storage: Storage) -> Bool { tk_reader_of(storage.base) == nil }

  /// `@unchecked Sendable`: written on the thread that records, while it records, and by nobody after.
  private final class Kept: @unchecked Sendable {
    var storages: [ObjectIdentifier: Storage] = [:]
    var readsNumbers = false
  }

  /// The number of kernel calls.
  package var callCount: Int { Int(tk_program_calls(program)) }

  /// Runs the calls again, on this thread or, where a pool is given, on all of its threads together: they share the work of the
  /// large kernels, and the result has the same bits.
  /// - Precondition: The pool is not at work.
  package func run(on pool: WorkerPool? = nil) {
    guard let pool, pool.threads > 1, let team = Team(threads: pool.threads) else {
      tk_program_run(program)
      return
    }
    pool.together { tk_program_run_together(self.program, team.handle, Int32($0)) }
  }
}

extension WorkerPool {
  /// Runs a computation on the calling thread while the pool's other threads share its large kernels, with the same bits.
  ///
  /// What is recorded is not shared: a recorded program is, when it runs.
  /// - Precondition: The pool is not at work.
  package func sharing<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard threads > 1, let team = Team(threads: threads) else { return try body() }
    return try withoutActuallyEscaping(body) { body in
      let leader = Leader(body)
      together { thread in
        guard thread == 0 else { return tk_team_follow(team.handle, Int32(thread)) }
        tk_team_lead(team.handle)
        leader.run()
        tk_team_dismiss(team.handle)
      }
      return try leader.outcome()
    }
  }
}

/// `@unchecked Sendable`: the pool calls `run` on the thread that called it, with number 0; nobody else touches it.
private final class Leader<Outcome>: @unchecked Sendable {
  private let body: () throws -> Outcome
  private var result: Result<Outcome, any Error>?

  init(_ body: @escaping () throws -> Outcome) { self.body = body }

  func run() { result = Result { try body() } }

  func outcome() throws -> Outcome {
    guard let result else { preconditionFailure("the pool left its first item out") }
    return try result.get()
  }
}

/// `@unchecked Sendable`: what it points to is written between barriers of the C side alone.
private final class Team: @unchecked Sendable {
  let handle: OpaquePointer

  init?(threads: Int) {
    guard let handle = tk_team_create(Int32(threads)) else { return nil }
    self.handle = handle
  }

  deinit { tk_team_destroy(handle) }
}

extension Tensor {
  /// Writes other contents into this tensor's storage, seen by everything that shares it: the inputs of a recorded program.
  /// - Precondition: Shapes and types agree, and neither is an expanded view of another layout.
  package func overwrite(with other: Tensor) {
    precondition(
      shape == other.shape && dtype == other.dtype && isExpanded == other.isExpanded,
      "overwriting \(dtype) \(shape) with \(other.dtype) \(other.shape)")
    withExtendedLifetime((self, other)) { tk_copy_run(Int32(dtype.byteCount), Int64(storedCount), address, other.address) }
  }

  /// Writes the elements of a vector from a place on into this tensor's storage, seen by everything that shares it.
  /// - Precondition: Types agree, both are contiguous, and the vector is long enough.
  package func overwrite(from vector: Tensor, at start: Int) {
    precondition(
      dtype == vector.dtype && !isExpanded && !vector.isExpanded && start >= 0 && start + storedCount <= vector.storedCount,
      "overwriting \(dtype) \(shape) with \(vector.dtype) \(vector.shape) from \(start)")
    withExtendedLifetime((self, vector)) {
      tk_copy_run(Int32(dtype.byteCount), Int64(storedCount), address, vector.address + start * dtype.byteCount)
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
