import Algorithms
import Evaluation
import Registry
import TensorCore
import Tasks
import Testing
import _TestSupport

@Suite struct CheckpointTests {
  private func trained(_ request: ExperimentRequest, steps: Int) throws -> (Experiment, MetaTrainer) {
    let experiment = try Experiment(request)
    var trainer = try experiment.trainer()
    for _ in 0..<steps { _ = try trainer.step() }
    return (experiment, trainer)
  }

  @Test(arguments: ["maml", "fomaml", "meta-sgd", "reptile", "joint", "scratch", "chance"])
  func `a checkpoint gives back the experiment, the state and the next step`(algorithm: String) throws {
    var (experiment, trainer) = try trained(Small.request(algorithm), steps: 1)
    try withTemporaryFolder { folder in
      try Checkpoint(experiment: experiment, snapshot: trainer.snapshot).write(to: folder)
      let read = try Checkpoint(contentsOf: folder)
      #expect(read.iteration == 1)
      let again = try read.experiment()
      #expect(again.configuration.map(\.key) == experiment.configuration.map(\.key))
      #expect(again.configuration.map(\.value) == experiment.configuration.map(\.value))
      #expect(try again.metaTest(read.state(for: again)) == experiment.metaTest(trainer.state))
      var resumed = try read.trainer(for: again)
      #expect(try resumed.step() == trainer.step())
    }
  }

  @Test func `equal runs write equal bytes, whatever the number of threads`() throws {
    try withTemporaryFolder { folder in
      let bytes = try [1, 2].map { threads in
        var request = Small.request()
        request.threads = threads
        let (experiment, trainer) = try trained(request, steps: 2)
        let path = "\(folder)/\(threads).safetensors"
        try Checkpoint(experiment: experiment, snapshot: trainer.snapshot).write(to: path)
        return try AtomicFile.read(path)
      }
      #expect(bytes[0] == bytes[1])
    }
  }

  @Test func `a large seed survives`() throws {
    var request = Small.request()
    request.seed = .max
    let (experiment, trainer) = try trained(request, steps: 0)
    try withTemporaryFolder { folder in
      try Checkpoint(experiment: experiment, snapshot: trainer.snapshot).write(to: folder)
      #expect(try Checkpoint(contentsOf: folder).request().seed == .max)
    }
  }

  @Test func `another task leaves the settings of the first behind`() throws {
    let (experiment, trainer) = try trained(Small.request(), steps: 0)
    let checkpoint = Checkpoint(experiment: experiment, snapshot: trainer.snapshot)
    #expect(checkpoint.request().settings.contains { $0.key == "task.amplitude.low" })
    #expect(!checkpoint.request(task: "sinusoid-frequency").settings.contains { $0.key.hasPrefix("task.") })
    let other = try checkpoint.experiment(overrides: [("task.shots", "5"), ("test.steps", "1")], task: "sinusoid-frequency")
    #expect(other.ids.task == "sinusoid-frequency")
    #expect(other.test.steps == 1)
    #expect(try other.metaTest(checkpoint.state(for: other)).modes[0].losses.count == 2)
  }

  @Test func `another model or algorithm is refused with the tensor`() throws {
    let (experiment, trainer) = try trained(Small.request(), steps: 0)
    let checkpoint = Checkpoint(experiment: experiment, snapshot: trainer.snapshot)
    let wider = try Experiment(Small.request("maml", [("model.hidden", "5")]))
    #expect(throws: CheckpointError.shape(name: "learned.initial.layers.0.weight", expected: [5, 1], found: [4, 1])) {
      try checkpoint.state(for: wider)
    }
    let deeper = try Experiment(Small.request("maml", [("model.hidden", "4,1")]))
    #expect(throws: CheckpointError.missingTensor(name: "learned.initial.layers.2.weight")) { try checkpoint.state(for: deeper) }
    let nothing = try Experiment(Small.request("chance"))
    #expect(throws: CheckpointError.unexpectedTensor(name: "learned.initial.layers.0.bias")) { try checkpoint.state(for: nothing) }
  }

  @Test func `testing on classes that were trained on is refused`() throws {
    var (trained, tested) = (FakeTasks(), FakeTasks())
    trained.names = [.metaTrain: ["a", "b"], .metaTest: ["c"]]
    tested.names = [.metaTrain: ["d"], .metaValidation: ["a"], .metaTest: ["c", "b"]]
    #expect(throws: TaskError.overlappingSplits(task: "fake", className: "b")) {
      try Checkpoint.refuseLeak(trained: trained, tested: tested, in: .metaTest)
    }
    #expect(throws: Never.self) { try Checkpoint.refuseLeak(trained: trained, tested: trained, in: .metaTest) }
    // The splits of glyphs never overlap, so a different number of test classes is fine.
    var request = ExperimentRequest(algorithm: "chance", task: "glyphs")
    request.settings = [("model.hidden", "2")]
    let experiment = try Experiment(request)
    let checkpoint = Checkpoint(experiment: experiment, snapshot: try experiment.trainer().snapshot)
    #expect(throws: Never.self) { try checkpoint.experiment(overrides: [("task.testClasses", "50")]) }
  }
}

@Suite struct CheckpointDataTests {
  /// Tasks with the given classes and data digest.
  private func tasks(_ names: [Split: [String]], digest: String? = nil) -> FakeTasks {
    var tasks = FakeTasks()
    (tasks.names, tasks.dataDigest) = (names, digest)
    return tasks
  }

  private func checkpoint(_ tasks: FakeTasks) throws -> Checkpoint {
    let experiment = try Small.experiment(tasks: tasks)
    return Checkpoint(experiment: experiment, snapshot: try experiment.trainer().snapshot)
  }

  private let classes: [Split: [String]] = [.metaTrain: ["a", "b"], .metaTest: ["c"]]

  @Test func `the fingerprint and the digest are read back`() throws {
    try withTemporaryFolder { folder in
      for digest in [nil, "0123"] {
        try checkpoint(tasks(classes, digest: digest)).write(to: folder)
        let read = try Checkpoint(contentsOf: folder)
        #expect(read.splitFingerprint == tasks(classes).splitFingerprint)
        #expect(read.dataDigest == digest)
      }
    }
  }

  @Test func `a run does not go on with other classes or other data`() throws {
    let kept = try checkpoint(tasks(classes, digest: "old"))
    #expect(throws: Never.self) { try kept.trainer(for: Small.experiment(tasks: self.tasks(self.classes, digest: "old"))) }
    let other = tasks([.metaTrain: ["a"], .metaTest: ["c"]], digest: "old")
    #expect(throws: CheckpointError.otherSplits(found: other.splitFingerprint, expected: kept.splitFingerprint)) {
      try kept.trainer(for: Small.experiment(tasks: other))
    }
    for digest in ["new", nil] {
      #expect(throws: CheckpointError.otherData(found: digest, expected: "old")) {
        try kept.trainer(for: Small.experiment(tasks: self.tasks(self.classes, digest: digest)))
      }
    }
  }

  @Test func `a test on other splits is checked against the classes that were trained on`() throws {
    let trained = tasks(classes)
    let kept = try checkpoint(trained)
    func check(_ tested: FakeTasks, recorded: FakeTasks) throws {
      try kept.refuseLeak(tested: tested, in: .metaTest) { recorded }
    }
    let leaking = tasks([.metaTrain: ["c"], .metaTest: ["b"]])
    #expect(throws: TaskError.overlappingSplits(task: "fake", className: "b")) { try check(leaking, recorded: trained) }
    #expect(throws: Never.self) { try check(tasks([.metaTest: ["d"]]), recorded: trained) }
    // For the run's own splits, the recorded settings are not needed.
    #expect(throws: Never.self) { try check(trained, recorded: leaking) }
    // If the recorded settings give other classes under these data, the training classes are unknown.
    #expect(throws: CheckpointError.otherSplits(found: leaking.splitFingerprint, expected: kept.splitFingerprint)) {
      try check(leaking, recorded: leaking)
    }
  }

  @Test func `a family without classes may be tested on other ranges`() throws {
    let experiment = try Experiment(Small.request())
    let kept = Checkpoint(experiment: experiment, snapshot: try experiment.trainer().snapshot)
    let other = try kept.experiment(overrides: [("task.amplitude.high", "9")])
    #expect(other.tasks.splitFingerprint != kept.splitFingerprint)
    let shots = try kept.experiment(overrides: [("task.shots", "9")])
    #expect(shots.tasks.splitFingerprint == kept.splitFingerprint)
    #expect(throws: CheckpointError.otherSplits(found: other.tasks.splitFingerprint, expected: kept.splitFingerprint)) {
      try kept.trainer(for: other)
    }
  }
}

@Suite struct MalformedCheckpointTests {
  /// Spoils a valid checkpoint by a closure, and returns the error of reading it.
  private func error(keepsDigest: Bool = false, _ spoil: (inout Safetensors) throws -> Void) throws -> (CheckpointError?, path: String) {
    try withTemporaryFolder { folder in
      let path = "\(folder)/checkpoint.safetensors"
      let experiment = try Experiment(Small.request())
      try Checkpoint(experiment: experiment, snapshot: try experiment.trainer().snapshot).write(to: path)
      var file = try Safetensors(contentsOf: path)
      // As a file of an earlier version, so that the digest does not hide the other errors.
      if !keepsDigest { file.metadata["digest"] = nil }
      try spoil(&file)
      try file.write(to: path)
      do {
        let checkpoint = try Checkpoint(contentsOf: folder)
        _ = try checkpoint.state(for: experiment)
        _ = try checkpoint.trainer(for: experiment)
        return (nil, path)
      } catch let error as CheckpointError { return (error, path) }
    }
  }

  @Test func `an untouched one is fine, also without a digest`() throws {
    #expect(try error(keepsDigest: true) { _ in }.0 == nil)
    #expect(try error { _ in }.0 == nil)
  }

  @Test func `a change of any number or text is noticed`() throws {
    let name = "learned.initial.layers.0.bias"
    let (tensor, path) = try error(keepsDigest: true) { file in
      let old = try #require(file.tensors[name])
      file.tensors[name] = Tensor(shape: old.shape, dtype: .float32) { bytes in
        old.withUnsafeBytes { bytes.copyMemory(from: $0) }
        bytes[0] ^= 1
      }
    }
    #expect(tensor == .digest(path: path))
    let (seed, other) = try error(keepsDigest: true) { $0.metadata["seed"] = "1" }
    #expect(seed == .digest(path: other))
    let (digest, third) = try error { $0.metadata["digest"] = "0" }
    #expect(digest == .digest(path: third))
  }

  @Test(arguments: [("9223372036854775806", 9_223_372_036_854_775_806), ("500", 500)])
  func `more iterations than the run has`(text: String, found: Int) throws {
    let (error, path) = try error {
      $0.metadata["iteration"] = text
      $0.metadata["iterations"] = "100"
    }
    #expect(error == .iteration(path: path, found: found, iterations: 100))
  }

  @Test func `more iterations than tasks can be numbered`() throws {
    try withTemporaryFolder { folder in
      let experiment = try Experiment(Small.request())
      try Checkpoint(experiment: experiment, snapshot: try experiment.trainer().snapshot).write(to: folder)
      var file = try Safetensors(contentsOf: "\(folder)/checkpoint.safetensors")
      (file.metadata["digest"], file.metadata["iterations"], file.metadata["iteration"]) = (nil, "\(Int.max)", "\(Int.max - 1)")
      try file.write(to: "\(folder)/checkpoint.safetensors")
      let checkpoint = try Checkpoint(contentsOf: folder)
      let error = try #require(throws: HyperparameterError.self) { try checkpoint.experiment() }
      #expect("\(error)".hasPrefix("iterations is '\(Int.max)', expected at most "))
    }
  }

  @Test(arguments: [1e30, -1, 0.5, 2001]) func `a count of steps that no run reaches`(count: Double) throws {
    let settings = [("mode", "serial"), ("inner.carryMoments", "true"), ("inner.optimizer", "adam")]
    var request = Small.request("reptile", settings)
    request.settings = request.settings.filter { !$0.key.hasPrefix("training.") } + [("training.metaBatch", "1")]
    let experiment = try Experiment(request)
    var trainer = try experiment.trainer()
    _ = try trainer.step()
    var tensors = trainer.snapshot.tensors
    let good = Checkpoint(experiment: experiment, snapshot: TrainingSnapshot(iteration: 1, tensors: tensors))
    #expect(throws: Never.self) { try good.state(for: experiment) }
    #expect(throws: Never.self) { try good.trainer(for: experiment) }
    tensors["carried.count"] = Tensor(count)
    let bad = Checkpoint(experiment: experiment, snapshot: TrainingSnapshot(iteration: 1, tensors: tensors))
    let found = Double(Float(count))
    let error = AlgorithmError.carriedState(algorithm: "reptile", name: "carried.count", found: found, limit: 2000)
    #expect(throws: error) { try bad.state(for: experiment) }
    #expect(throws: error) { try bad.trainer(for: experiment) }
  }

  @Test(arguments: ["formatVersion", "algorithm", "task", "model", "seed", "iteration", "iterations", "splitFingerprint", "configuration"])
  func `missing metadata`(key: String) throws {
    let (error, path) = try error { $0.metadata[key] = nil }
    #expect(error == .missingMetadata(path: path, key: key))
  }

  @Test(arguments: [
    ("seed", "-1"), ("seed", "18446744073709551616"), ("iteration", "soon"), ("iteration", "-1"), ("iterations", "0"),
    ("configuration", "[1]"), ("configuration", "{\"a\": 1}"), ("configuration", "{\"a\""), ("configuration", ""),
  ])
  func `metadata of the wrong kind`(key: String, value: String) throws {
    let (error, path) = try error { $0.metadata[key] = value }
    #expect(error == .metadata(path: path, key: key, found: value))
  }

  @Test(arguments: ["3", "0", "one", "1.0", "2.0", "02"]) func `another format version`(version: String) throws {
    let (error, path) = try error { $0.metadata["formatVersion"] = version }
    #expect(error == .formatVersion(path: path, expected: 1...2, found: version))
  }

  @Test func `missing, unknown, misshapen and mistyped tensors`() throws {
    let name = "learned.initial.layers.0.bias"
    #expect(try error { $0.tensors[name] = nil }.0 == .missingTensor(name: name))
    #expect(try error { $0.tensors["learned.more"] = .zeros([1]) }.0 == .unexpectedTensor(name: "learned.more"))
    #expect(try error { $0.tensors["more"] = .zeros([1]) }.0 == .unexpectedTensor(name: "more"))
    #expect(try error { $0.tensors[name] = .zeros([5]) }.0 == .shape(name: name, expected: [4], found: [5]))
    #expect(try error { $0.tensors[name] = .zeros([4], .float64) }.0 == .type(name: name, found: .float64))
    #expect(try error { $0.tensors[name] = Tensor(repeating: .nan, shape: [4]) }.0 == .notFinite(name: name))
  }

  @Test func `the outer optimizer's moments are checked on resuming`() throws {
    let experiment = try Experiment(Small.request())
    let snapshot = try experiment.trainer().snapshot
    let moment = try #require(snapshot.tensors.keys.filter { $0.hasPrefix("outer.") }.min())
    let shape = try #require(snapshot.tensors[moment]?.shape)
    func error(_ name: String, _ tensor: Tensor?) -> CheckpointError? {
      var tensors = snapshot.tensors
      tensors[name] = tensor
      let checkpoint = Checkpoint(experiment: experiment, snapshot: TrainingSnapshot(iteration: 0, tensors: tensors))
      do {
        _ = try checkpoint.trainer(for: experiment)
        return nil
      } catch { return error as? CheckpointError }
    }
    #expect(error(moment, snapshot.tensors[moment]) == nil)
    #expect(error(moment, nil) == .missingTensor(name: moment))
    #expect(error(moment, .zeros([7, 7])) == .shape(name: moment, expected: shape, found: [7, 7]))
    #expect(error(moment, Tensor(repeating: .infinity, shape: shape)) == .notFinite(name: moment))
    #expect(error("outer.third.x", .zeros([1])) == .unexpectedTensor(name: "outer.third.x"))
  }

  @Test func `a missing file and a missing folder's file`() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/none.safetensors"
      #expect(throws: CheckpointError.file(path: file, .file(.missing(path: file)))) { try Checkpoint(contentsOf: file) }
      let inside = "\(folder)/checkpoint.safetensors"
      #expect(throws: CheckpointError.file(path: inside, .file(.missing(path: inside)))) { try Checkpoint(contentsOf: folder) }
    }
  }

  @Test func `every truncation is an error, never a crash`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/checkpoint.safetensors"
      let experiment = try Experiment(Small.request())
      try Checkpoint(experiment: experiment, snapshot: try experiment.trainer().snapshot).write(to: path)
      let bytes = try AtomicFile.read(path)
      for count in stride(from: 0, to: bytes.count, by: 97) {
        try AtomicFile.write(Array(bytes.prefix(count)), to: path)
        #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: path) }
      }
      try AtomicFile.write([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0] + bytes.dropFirst(8), to: path)
      #expect(throws: CheckpointError.file(path: path, .headerAboveLimit(claimed: 0xffff_ffff, limit: Safetensors.headerLimit))) {
        try Checkpoint(contentsOf: path)
      }
    }
  }
}
