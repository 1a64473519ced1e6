import Algorithms
import Evaluation
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

/// A checkpoint that adapts to new tasks.
@Suite struct AdaptorTests {
  /// The bytes of the checkpoint of a short run, with its experiment and state.
  private func trained(_ request: ExperimentRequest) throws -> (bytes: [UInt8], experiment: Experiment, state: MetaState) {
    let experiment = try Experiment(request)
    var trainer = try experiment.trainer()
    for _ in 0..<2 { _ = try trainer.step() }
    let bytes = try withTemporaryFolder { folder in
      try Checkpoint(experiment: experiment, snapshot: trainer.snapshot).write(to: folder)
      return try AtomicFile.read("\(folder)/\(Checkpoint.fileName)")
    }
    return (bytes, experiment, trainer.state)
  }

  private func glyphs(_ algorithm: String, _ settings: [(String, String)] = []) -> ExperimentRequest {
    var request = ExperimentRequest(algorithm: algorithm, task: "glyphs")
    request.settings = [
      ("model.hidden", "4"), ("task.ways", "3"), ("task.queries", "2"), ("training.metaBatch", "2"), ("test.episodes", "3"),
      ("test.steps", "2"), ("test.shardSize", "2"),
    ].map { (key: $0.0, value: $0.1) }
    request.settings += settings.map { (key: $0.0, value: $0.1) }
    return request
  }

  /// Expects the losses of adapted models on a meta-test's episodes to be those of the meta-test, bit by bit.
  private func expectLosses(of request: ExperimentRequest, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (bytes, experiment, state) = try trained(request)
    let result = try experiment.metaTest(state)
    let adaptor = try Adaptor(checkpoint: bytes)
    #expect(adaptor.steps == experiment.test.steps)
    for mode in result.modes {
      for steps in mode.losses.indices {
        for index in 0..<result.episodes.count {
          let episode = try experiment.tasks.episode(index, in: result.episodes.split, seed: result.episodes.seed)
          let model = try adaptor.adapt(episode.support, steps: steps, episode: index)
          let outputs = try model.outputs(episode.query.inputs, mode: NormalisationMode(rawValue: mode.name))
          let stacked = outputs.reshaped(outputs.shape.inserting(1, at: 0))
          let loss = experiment.learner.losses(stacked, episode.query.stackedAlone.targets).doubles[0]
          #expect(loss == mode.losses[steps][index], "\(mode.name), step \(steps)", sourceLocation: sourceLocation)
        }
      }
    }
  }

  @Test(arguments: [
    "maml", "fomaml", "imaml", "reptile", "meta-sgd", "lslr", "meta-optimizer", "bilevel", "joint", "scratch", "chance",
  ])
  func `the predictions on numbers are those of the meta-test`(algorithm: String) throws {
    try expectLosses(of: Small.request(algorithm))
  }

  @Test(arguments: ["maml", "reptile", "chance"])
  func `the predictions on images are those of the meta-test, in every mode`(algorithm: String) throws {
    try expectLosses(of: glyphs(algorithm))
  }

  @Test func `a model that was trained on support statistics predicts with them`() throws {
    let request = glyphs("maml", [("training.normalisation", "support")])
    try expectLosses(of: request)
    let (bytes, experiment, _) = try trained(request)
    let episode = try experiment.tasks.episode(0, in: .metaTest, seed: 1)
    #expect(try Adaptor(checkpoint: bytes).adapt(episode.support).defaultMode == .support)
  }

  @Test func `a prediction is a distribution over classes, and does not depend on other samples`() throws {
    let (bytes, experiment, _) = try trained(glyphs("maml", [("task.queries", "12")]))
    let episode = try experiment.tasks.episode(0, in: .metaTest, seed: 5)
    let model = try Adaptor(checkpoint: bytes).adapt(episode.support)
    #expect(model.defaultMode == .supportPlusOne && model.steps == 2)
    // More samples than are predicted at a time.
    let all = try model.predict(episode.query.inputs)
    #expect(all.shape == [36, 3])
    for sample in [0, 31, 32, 35] {
      let alone = try model.predict(episode.query.inputs.slice(sample..<sample + 1))
      #expect(alone.doubles == all.slice(sample..<sample + 1).doubles)
      #expect(alone.doubles.allSatisfy { 0...1 ~= $0 })
      expectClose(alone.doubles.reduce(0, +), 1, tolerance: 1e-6)
    }
  }

  @Test func `the loss is observed before each step`() throws {
    let (bytes, experiment, state) = try trained(Small.request())
    let episode = try experiment.tasks.episode(0, in: .metaTest, seed: 5)
    var observed: [(step: Int, loss: Double)] = []
    _ = try Adaptor(checkpoint: bytes).adapt(episode.support, steps: 3) { observed.append(($0, $1)) }
    #expect(observed.map(\.step) == [0, 1, 2, 3])
    let support = episode.support.stackedAlone
    let initial = state.initial.map { $0.reshaped($0.shape.inserting(1, at: 0)) }
    let outputs = experiment.learner.predict(initial, support: support.inputs, query: support.inputs, mode: .transductive)
    #expect(observed[0].loss == experiment.learner.losses(outputs, support.targets).doubles[0])
    #expect(observed[3].loss < observed[0].loss)
  }

  @Test func `without a step, the adapted model is the initialisation`() throws {
    for request in [Small.request(), glyphs("fomaml")] {
      let (bytes, experiment, _) = try trained(request)
      let episode = try experiment.tasks.episode(0, in: .metaTest, seed: 5)
      let adaptor = try Adaptor(checkpoint: bytes)
      let exported = try StateDict.exported(from: Checkpoint(decoding: bytes)) { experiment }
      #expect(try adaptor.adapt(episode.support, steps: 0).stateDict().encoded() == exported.encoded())
      #expect(try adaptor.adapt(episode.support, steps: 1).stateDict().encoded() != exported.encoded())
    }
  }

  @Test func `threads share an adaptor`() async throws {
    let (bytes, experiment, _) = try trained(glyphs("maml"))
    let adaptor = try Adaptor(checkpoint: bytes)
    let episodes = try (0..<4).map { try experiment.tasks.episode($0, in: .metaTest, seed: 5) }
    @Sendable func prediction(_ index: Int) throws -> [Double] {
      try adaptor.adapt(episodes[index].support).predict(episodes[index].query.inputs).doubles
    }
    let alone = try (0..<4).map(prediction)
    try await withThrowingTaskGroup(of: (Int, [Double]).self) { group in
      for _ in 0..<3 { for index in 0..<4 { group.addTask { (index, try prediction(index)) } } }
      for try await (index, found) in group { #expect(found == alone[index]) }
    }
  }
}

/// Checkpoints and examples that do not fit.
@Suite struct AdaptationErrorTests {
  private func bytes(of experiment: Experiment, _ change: (inout Safetensors) -> Void = { _ in }) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      try Checkpoint(experiment: experiment, snapshot: try experiment.trainer().snapshot).write(to: folder)
      var file = try Safetensors(contentsOf: "\(folder)/\(Checkpoint.fileName)")
      change(&file)
      return file.encoded()
    }
  }

  /// Makes a file one of an earlier version.
  private func forgetOutline(_ file: inout Safetensors) {
    for key in ["inputShape", "outputs", "taskLoss", "digest"] { file.metadata[key] = nil }
  }

  @Test func `a file of an earlier version takes the shapes from its task`() throws {
    let experiment = try Experiment(Small.request())
    let (new, old) = (try Adaptor(checkpoint: bytes(of: experiment)), try Adaptor(checkpoint: bytes(of: experiment, forgetOutline)))
    let episode = try experiment.tasks.episode(0, in: .metaTest, seed: 5)
    #expect(
      try old.adapt(episode.support).predict(episode.query.inputs).doubles
        == new.adapt(episode.support).predict(episode.query.inputs).doubles)
  }

  @Test func `a task that is not linked is needed for a file of an earlier version only`() throws {
    let experiment = try Small.experiment()
    #expect(try Adaptor(checkpoint: bytes(of: experiment)).inputShape == [1])
    #expect(throws: AdaptationError.noOutline(task: "fake")) { try Adaptor(checkpoint: bytes(of: experiment, forgetOutline)) }
  }

  @Test(arguments: [
    ("inputShape", "2"), ("inputShape", "0"), ("inputShape", "-1"), ("inputShape", ""), ("inputShape", "99999999999"), ("outputs", "0"),
    ("outputs", "2"), ("outputs", "99999999999"), ("taskLoss", "none"), ("taskLoss", ""),
  ])
  func `damaged shapes are refused`(key: String, text: String) throws {
    let experiment = try Experiment(Small.request())
    let damaged = try bytes(of: experiment) { (file: inout Safetensors) in (file.metadata[key], file.metadata["digest"]) = (text, nil) }
    #expect(throws: (any Error).self) { try Adaptor(checkpoint: damaged) }
  }

  @Test func `bytes that are no checkpoint are refused`() throws {
    #expect(throws: CheckpointError.self) { try Adaptor(checkpoint: [1, 2, 3]) }
    let whole = try bytes(of: Experiment(Small.request()))
    #expect(throws: CheckpointError.self) { try Adaptor(checkpoint: Array(whole.dropLast())) }
    var flipped = whole
    flipped[flipped.count - 1] ^= 1
    #expect(throws: CheckpointError.digest(path: "the checkpoint")) { try Adaptor(checkpoint: flipped) }
  }

  private func numbers(_ values: [Float], _ shape: Shape) throws -> Tensor { try Tensor(values, shape: shape) }

  @Test func `numbers that do not fit`() throws {
    let adaptor = try Adaptor(checkpoint: bytes(of: Experiment(Small.request())))
    let (x, y) = (try numbers([1, 2], [2, 1]), try numbers([3, 4], [2, 1]))
    func expect(_ error: AdaptationError, _ inputs: Tensor, _ targets: Targets, _ location: SourceLocation = #_sourceLocation) {
      #expect(throws: error, sourceLocation: location) { try adaptor.adapt(LabelledSet(inputs: inputs, targets: targets)) }
    }
    let wide = try numbers([1, 2, 3, 4], [2, 2])
    expect(.support(.inputs(expected: [1], found: [2, 2], type: .float32)), wide, .values(y))
    expect(.support(.inputs(expected: [1], found: [2, 1], type: .float64)), x.converted(to: .float64), .values(y))
    expect(
      .support(.targets(expected: [2, 1], expectedType: .float32, found: [2, 2], foundType: .float32)), x, .values(wide))
    expect(.support(.targetKind(expected: .values)), x, .classes(try Tensor([0, 0], shape: [2]), ways: 1))
    expect(.support(.noSamples), try numbers([], [0, 1]), .values(try numbers([], [0, 1])))
    expect(.notFinite(set: "support", sample: 1), try numbers([1, .nan], [2, 1]), .values(y))
    expect(.notFinite(set: "support", sample: 0), x, .values(try numbers([.infinity, 1], [2, 1])))
    let support = LabelledSet(inputs: x, targets: .values(y))
    for steps in [-1, 10_001] {
      #expect(throws: AdaptationError.steps(found: steps, expected: 0...10_000)) { try adaptor.adapt(support, steps: steps) }
    }
    let model = try adaptor.adapt(support)
    #expect(throws: AdaptationError.inputs(expected: [1], found: [2, 2], type: .float32)) { try model.predict(wide) }
    #expect(throws: AdaptationError.inputs(expected: [1], found: [2], type: .float32)) { try model.predict(numbers([1, 2], [2])) }
    #expect(throws: AdaptationError.inputs(expected: [1], found: [0, 1], type: .float32)) { try model.predict(numbers([], [0, 1])) }
    #expect(throws: AdaptationError.notFinite(set: "query", sample: 1)) { try model.predict(numbers([1, .infinity], [2, 1])) }
    // The largest finite numbers make the loss overflow.
    let large = LabelledSet(inputs: try numbers([1e38, -3e38], [2, 1]), targets: .values(try numbers([3e38, -3e38], [2, 1])))
    #expect(throws: AdaptationError.diverged(steps: 2)) { try adaptor.adapt(large, steps: 2).predict(x) }
    #expect(throws: AdaptationError.diverged(steps: 2)) { try adaptor.adapt(large, steps: 2).stateDict() }
  }

  @Test func `classes that do not fit`() throws {
    var request = ExperimentRequest(algorithm: "scratch", task: "glyphs")
    request.settings = [(key: "model.hidden", value: "2"), (key: "task.ways", value: "3")]
    let adaptor = try Adaptor(checkpoint: bytes(of: Experiment(request)))
    let inputs = Tensor.zeros([3, 28, 28, 1], .float32)
    func expect(_ error: AdaptationError, _ labels: [Int], ways: Int, _ location: SourceLocation = #_sourceLocation) throws {
      let targets = Targets.classes(try Tensor(labels, shape: [labels.count]), ways: ways)
      #expect(throws: error, sourceLocation: location) { try adaptor.adapt(LabelledSet(inputs: inputs, targets: targets)) }
    }
    try expect(.ways(expected: 3, found: 2), [0, 1, 0], ways: 2)
    try expect(.ways(expected: 3, found: 5), [0, 1, 4], ways: 5)
    try expect(.oneClass(label: 1), [1, 1, 1], ways: 3)
    try expect(.support(.label(sample: 2, found: 3, ways: 3)), [0, 1, 3], ways: 3)
  }

  @Test func `an algorithm without parameters has no adapted model to write`() throws {
    let adaptor = try Adaptor(checkpoint: bytes(of: Experiment(Small.request("chance"))))
    let support = LabelledSet(inputs: try numbers([1, 2], [2, 1]), targets: .values(try numbers([3, 5], [2, 1])))
    let model = try adaptor.adapt(support)
    #expect(try model.predict(numbers([7, 8, 9], [3, 1])).doubles == [4, 4, 4])
    #expect(throws: AdaptationError.noParameters(algorithm: "chance")) { try model.stateDict() }
  }
}
