import Algorithms
import Evaluation
import TensorCore
import Testing
import _TestSupport

@Suite struct PreviousCheckpointTests {
  /// Writes the checkpoints and the metrics of some iterations into a folder.
  private func write(_ iterations: ClosedRange<Int>, into folder: RunFolder) throws {
    let experiment = try Small.experiment()
    var trainer = try experiment.trainer()
    for iteration in 1...iterations.upperBound {
      try folder.append(trainer.step())
      if iterations.contains(iteration) { try folder.write(Checkpoint(experiment: experiment, snapshot: trainer.snapshot)) }
    }
  }

  @Test func `the checkpoint before the latest is kept`() throws {
    try withTemporaryFolder { path in
      let folder = try RunFolder(path)
      try write(1...1, into: folder)
      #expect(fileNames(in: path).filter { $0.hasPrefix("checkpoint") } == ["checkpoint.safetensors"])
      let first = try AtomicFile.read("\(path)/checkpoint.safetensors")
      try write(2...3, into: folder)
      #expect(fileNames(in: path).filter { $0.hasPrefix("checkpoint") } == ["checkpoint.previous.safetensors", "checkpoint.safetensors"])
      #expect(try Checkpoint(contentsOf: "\(path)/checkpoint.previous.safetensors").iteration == 2)
      #expect(try Checkpoint.latest(in: path)?.iteration == 3)
      #expect(try Checkpoint.latest(in: path)?.replaces == nil)
      #expect(try AtomicFile.read("\(path)/checkpoint.previous.safetensors") != first)
    }
  }

  @Test func `a failed write leaves both checkpoints`() throws {
    try withTemporaryFolder { path in
      let (file, previous) = ("\(path)/file", "\(path)/previous")
      try AtomicFile.write([1], to: previous)
      try AtomicFile.write([2], to: file)
      #expect(throws: FileError.self) { try AtomicFile.write([3], to: "\(path)/no/file", keepingOldAs: previous) }
      #expect(try AtomicFile.read(previous) == [1])
      try AtomicFile.write([3], to: file, keepingOldAs: previous)
      #expect(try AtomicFile.read(previous) == [2])
      #expect(try AtomicFile.read(file) == [3])
      #expect(fileNames(in: path) == ["file", "previous"])
    }
  }

  @Test func `a damaged or missing latest checkpoint is replaced by the one before`() throws {
    try withTemporaryFolder { path in
      do { try write(2...3, into: RunFolder(path)) }
      let (latest, previous) = ("\(path)/checkpoint.safetensors", "\(path)/checkpoint.previous.safetensors")
      let whole = try AtomicFile.read(latest)
      var flipped = whole
      flipped[whole.count - 1] ^= 1
      for damaged in [flipped, Array(whole.dropLast()), []] {
        try AtomicFile.write(damaged, to: latest)
        let error = #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: path) }
        guard case .damagedLatest(_, previous, iteration: 2) = error else {
          Issue.record("\(error.map { "\($0)" } ?? "no error")")
          continue
        }
        #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: latest) }
        let checkpoint = try #require(try Checkpoint.latest(in: path))
        #expect(checkpoint.iteration == 2 && checkpoint.replaces != nil)
        #expect(checkpoint.replacementNote?.hasSuffix("The run goes on from the checkpoint before it, which is of iteration 2.") == true)
      }
      let folder = try RunFolder(resuming: path)
      try folder.resume(from: Checkpoint.latest(in: path))
      #expect(try Checkpoint(contentsOf: path).iteration == 2)
      #expect(!fileNames(in: path).contains("checkpoint.previous.safetensors"))
      #expect(try AtomicFile.read("\(path)/metrics.jsonl").count { $0 == UInt8(ascii: "\n") } == 2)
    }
  }

  @Test func `two damaged checkpoints are an error that names both`() throws {
    try withTemporaryFolder { path in
      do { try write(2...3, into: RunFolder(path)) }
      for name in ["checkpoint.safetensors", "checkpoint.previous.safetensors"] { try AtomicFile.write([1], to: "\(path)/\(name)") }
      let error = #expect(throws: CheckpointError.self) { try Checkpoint.latest(in: path) }
      guard case .damaged = error else {
        Issue.record("\(error.map { "\($0)" } ?? "no error")")
        return
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains("\(path)/checkpoint.safetensors"))
      #expect("\(error.map { "\($0)" } ?? "")".contains("\(path)/checkpoint.previous.safetensors"))
      // Without a whole one to try, the plain error remains.
      #expect(throws: CheckpointError.file(path: "\(path)/checkpoint.safetensors", .tooShort(byteCount: 1))) {
        try Checkpoint(contentsOf: path)
      }
    }
  }

  @Test func `a checkpoint of another version is not passed over`() throws {
    try withTemporaryFolder { path in
      do { try write(2...3, into: RunFolder(path)) }
      let latest = "\(path)/checkpoint.safetensors"
      var file = try Safetensors(contentsOf: latest)
      file.metadata["formatVersion"] = "3"
      try file.write(to: latest)
      #expect(throws: CheckpointError.formatVersion(path: latest, expected: 1...2, found: "3")) { try Checkpoint.latest(in: path) }
    }
  }
}

@Suite struct IterationDependenceTests {
  private func dependence(_ settings: [(String, String)]) throws -> IterationDependence? {
    var request = Small.request("maml", settings)
    request.iterations = 40
    return try Experiment(request).iterationDependence(after: 20, of: 20)
  }

  @Test func `schedules of the learning rate and of the meta-loss depend on the number of iterations`() throws {
    #expect(try dependence([]) == nil)
    #expect(try dependence([("outer.schedule", "cosine")]) == .schedule(.cosine))
    #expect(try dependence([("outer.schedule", "linear")]) == .schedule(.linear))
    let steps = [("objective", "multi-step"), ("inner.steps", "3")]
    #expect(try dependence(steps) == nil)
    #expect(try dependence(steps + [("objective.annealed", "true")]) == .algorithm("maml"))
  }

  @Test func `more iterations give the bits of one whole run`() throws {
    func trainer(_ iterations: Int, from start: Checkpoint? = nil) throws -> (Experiment, MetaTrainer) {
      var request = Small.request("maml")
      request.iterations = iterations
      let experiment = try Experiment(request)
      var trainer = try start?.trainer(for: experiment) ?? experiment.trainer()
      while trainer.iteration < iterations { _ = try trainer.step() }
      return (experiment, trainer)
    }
    let (experiment, part) = try trainer(3)
    let (_, further) = try trainer(7, from: Checkpoint(experiment: experiment, snapshot: part.snapshot))
    let (_, whole) = try trainer(7)
    for (name, tensor) in whole.snapshot.tensors { #expect(further.snapshot.tensors[name]?.doubles == tensor.doubles, "\(name)") }
  }
}
