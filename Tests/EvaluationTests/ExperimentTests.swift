import Algorithms
import Evaluation
import Models
import Registry
import Tasks
import Testing

@Suite struct ExperimentSettingTests {
  @Test func `settings reach the parts that their prefixes name`() throws {
    let experiment = try Experiment(
      Small.request(
        "maml",
        [
          ("inner.learningRate", "0.25"), ("inner.steps", "3"), ("outer.learningRate", "0.5"), ("outer.schedule", "cosine"),
          ("training.normalisation", "support"), ("model.activation", "tanh"), ("test.split", "meta-validation"),
          ("task.amplitude.low", "1"),
        ]))
    let algorithm = try #require(experiment.algorithm as? MAML)
    #expect(algorithm.inner.learningRate == 0.25)
    #expect(algorithm.inner.steps == 3)
    #expect(experiment.training.outer.learningRate == 0.5)
    #expect(experiment.training.outer.schedule == .cosine)
    #expect(experiment.training.metaBatchSize == 3)
    #expect(experiment.training.shardSize == 2)
    #expect(experiment.learner.trainingMode == .support)
    #expect((experiment.learner.model as? MLP)?.widths == [1, 4, 1])
    #expect((experiment.learner.model as? MLP)?.activation == .tanh)
    #expect(experiment.test.split == .metaValidation)
    #expect(experiment.test.episodes == 5)
    let tasks = try #require(experiment.tasks as? Sinusoid)
    #expect(tasks.amplitude == Interval(1, 5))
    #expect(tasks.shots == 3)
  }

  @Test func `of equal keys the last one counts`() throws {
    let experiment = try Experiment(Small.request("maml", [("test.steps", "4"), ("test.steps", "1")]))
    #expect(experiment.test.steps == 1)
  }

  @Test func `the record names every part, and neither threads nor host`() throws {
    var request = Small.request()
    request.seed = 7
    let one = try Experiment(request).configuration
    request.threads = 2
    let two = try Experiment(request).configuration
    #expect(one.map(\.key) == two.map(\.key))
    #expect(one.map(\.value) == two.map(\.value))
    #expect(Array(one.map(\.key).prefix(5)) == ["algorithm", "task", "model", "seed", "iterations"])
    #expect(Array(one.map(\.value).prefix(5)) == [.text("maml"), .text("sinusoid"), .text("mlp"), .integer(7), .integer(2)])
    let keys = Set(one.map(\.key))
    #expect(keys.count == one.count)
    #expect(
      keys.isSuperset(of: [
        "inner.learningRate", "outer.optimizer", "training.shardSize", "training.normalisation", "task.shots", "model.hidden",
        "test.episodes",
      ]))
    #expect(!keys.contains { $0.contains("thread") })
  }

  @Test func `a record made again gives the same experiment`() throws {
    let first = try Experiment(Small.request("meta-sgd", [("outer.learningRate", "0.0123"), ("task.phase.high", "2.5")]))
    var request = ExperimentRequest(algorithm: "meta-sgd", task: "sinusoid")
    request.settings = first.settings.map { ($0.key, $0.value.description) }
    request.iterations = 2
    let second = try Experiment(request)
    #expect(first.configuration.map(\.key) == second.configuration.map(\.key))
    #expect(first.configuration.map(\.value) == second.configuration.map(\.value))
  }

  @Test func `help lists exactly the keys that can be set, with the defaults of the combination`() throws {
    let help = try Experiment.settingsHelp(algorithm: "maml", task: "sinusoid")
    let experiment = try Experiment(ExperimentRequest(algorithm: "maml", task: "sinusoid"))
    // Without a validation, its settings are not on record; neither is a test of disjoint episodes that is off.
    let recorded = help.filter { !$0.key.hasPrefix("validation.") && $0.key != "test.disjoint" }
    #expect(recorded.map(\.key) == experiment.settings.map(\.key))
    #expect(recorded.map(\.defaultValue) == experiment.settings.map(\.value))
    #expect(help.suffix(3).map(\.key) == ["validation.every", "validation.episodes", "validation.patience"])
    #expect(help.suffix(3).map(\.defaultValue) == [.integer(0), .integer(200), .integer(0)])
  }
}

@Suite struct ExperimentErrorTests {
  @Test func `unknown names are answered with the nearest`() {
    func expectLookup(_ kind: String, _ name: String, _ suggestion: String, _ request: ExperimentRequest) {
      let error = #expect(throws: LookupError.self) { try Experiment(request) }
      #expect(error?.kind == kind)
      #expect(error?.name == name)
      #expect(error?.suggestion == suggestion)
    }
    expectLookup("algorithm", "malm", "maml", ExperimentRequest(algorithm: "malm", task: "sinusoid"))
    expectLookup("task", "sinusoids", "sinusoid", ExperimentRequest(algorithm: "maml", task: "sinusoids"))
    var request = Small.request()
    request.model = "mpl"
    expectLookup("model", "mpl", "mlp", request)
  }

  @Test(arguments: [
    ("inner.learnigRate", "inner.learningRate"), ("outer.learningrate", "outer.learningRate"), ("task.shot", "task.shots"),
    ("test.episode", "test.episodes"), ("model.hiden", "model.hidden"), ("training.metabatch", "training.metaBatch"),
  ])
  func `an unknown setting is answered with the nearest of all parts`(key: String, nearest: String) {
    let error = #expect(throws: HyperparameterError.self) { try Experiment(Small.request("maml", [(key, "1")])) }
    guard case .unknown(let lookup) = error else {
      Issue.record("expected an unknown hyperparameter, got \(String(describing: error))")
      return
    }
    #expect(lookup.name == key)
    #expect(lookup.suggestion == nearest)
  }

  @Test(arguments: [
    ("inner.steps", "many", HyperparameterDomain.integer(0...1000)), ("task.shots", "0", .count(1...100_000)),
    ("outer.schedule", "sometimes", .choice(["constant", "linear", "cosine"])), ("test.steps", "-1", .integer(0...10_000)),
    ("inner.learningRate", "nan", .real(0...1000)), ("training.normalisation", "support-plus-one", .choice(["transductive", "support"])),
    ("test.episodes", "1", .integer(2...10_000_000)),
  ])
  func `a value of the wrong type or out of range names the full key`(key: String, text: String, domain: HyperparameterDomain) {
    #expect(throws: HyperparameterError.invalid(key: key, found: text, expected: domain)) {
      try Experiment(Small.request("maml", [(key, text)]))
    }
  }

  @Test(arguments: [0, -3]) func `at least one iteration and one thread`(count: Int) {
    var request = Small.request()
    request.iterations = count
    #expect(throws: HyperparameterError.invalid(key: "iterations", found: "\(count)", expected: .integer(1...(.max)))) {
      try Experiment(request)
    }
    request = Small.request()
    request.threads = count
    #expect(throws: HyperparameterError.invalid(key: "threads", found: "\(count)", expected: .integer(1...(.max)))) {
      try Experiment(request)
    }
  }

  @Test func `errors of a task and of a model come through`() {
    var request = ExperimentRequest(algorithm: "maml", task: "glyphs")
    request.settings = [("task.ways", "900")]
    #expect(throws: TaskError.tooFewClasses(required: 900, available: 100, split: .metaValidation)) { try Experiment(request) }
    request.settings = [("task.shots", "10")]
    #expect(throws: TaskError.tooFewDrawings(required: 25, available: 20, className: "glyph 0")) { try Experiment(request) }
    #expect(throws: ModelError.widths(text: "4,x")) { try Experiment(Small.request("maml", [("model.hidden", "4,x")])) }
  }

  @Test func `splits that share a class are refused`() throws {
    var tasks = FakeTasks()
    tasks.names = [.metaTrain: ["a", "b"], .metaValidation: ["c"], .metaTest: ["d", "b"]]
    #expect(throws: TaskError.overlappingSplits(task: "fake", className: "b")) { try Small.experiment(tasks: tasks) }
    tasks.names[.metaTest] = ["d", "e", "d"]
    #expect(throws: Never.self) { try Small.experiment(tasks: tasks) }
  }
}

@Suite struct MemoryEstimateTests {
  @Test func `a run that would not fit is refused with the estimate, the machine's memory and what to lower`() throws {
    let estimate = try Small.experiment().memoryEstimate
    #expect(estimate.totalBytes > 0)
    let available = estimate.totalBytes - 1
    let error = #expect(throws: ExperimentError.memory(estimate: estimate, machineBytes: available)) {
      try Small.experiment(machineBytes: available)
    }
    let text = try #require(error).description
    #expect(text.contains("KiB for parameters"))
    #expect(text.contains("the machine has"))
    #expect(text.contains("lower --queries, --shots, --ways"))
    #expect(throws: Never.self) { try Small.experiment(machineBytes: estimate.totalBytes) }
  }

  @Test(arguments: [
    ("glyphs", [("task.drawings", "1000000"), ("task.ways", "100"), ("task.queries", "100000")]),
    ("glyphs", [("model.hidden", "4096"), ("model.blocks", "12"), ("training.shardSize", "100000"), ("training.metaBatch", "100000")]),
    ("sinusoid", [("model.hidden", "65536,65536,65536,65536,65536"), ("test.shardSize", "100000"), ("test.episodes", "100000")]),
    ("sinusoid", [("task.queries", "100000"), ("inner.steps", "1000"), ("task.shots", "100000"), ("training.shardSize", "25")]),
  ])
  func `absurd sizes are refused before anything is allocated`(task: String, settings: [(String, String)]) {
    var request = ExperimentRequest(algorithm: "maml", task: task)
    request.settings = settings.map { (key: $0.0, value: $0.1) }
    let error = #expect(throws: ExperimentError.self) { try Experiment(request) }
    guard case .memory(let estimate, let machineBytes) = error else { return }
    #expect(estimate.totalBytes > machineBytes)
    #expect(machineBytes == Machine.memoryBytes)
  }

  @Test func `the estimate grows with everything that costs`() throws {
    func total(_ settings: [(String, String)] = [], threads: Int = 1) throws -> Int {
      var request = Small.request("maml", settings)
      request.threads = threads
      return try Experiment(request).memoryEstimate.totalBytes
    }
    let base = try total()
    for setting in [
      ("task.shots", "50"), ("task.queries", "500"), ("model.hidden", "64"), ("inner.steps", "9"),
    ] {
      #expect(try total([setting]) > base, "\(setting)")
    }
    #expect(try total(threads: 2) > base)
    #expect(try total([("training.metaBatch", "6"), ("training.shardSize", "3")]) > total([("training.metaBatch", "6")]))
  }

  @Test func `a meta-batch that is no multiple of the shard size needs a second recording`() throws {
    func training(_ metaBatch: String) throws -> Int {
      try Experiment(Small.request("maml", [("training.metaBatch", metaBatch)])).memoryEstimate.trainingBytes
    }
    // Shards of two: 3 tasks need one whole shard and one of a single task.
    #expect(try training("3") > training("4"))
    #expect(try training("4") == training("2"))
  }

  @Test func `tasks of changing shapes need a recording for each shape that a thread keeps`() throws {
    func training(shardSize: Int, further: Int) throws -> Int {
      var tasks = FakeTasks()
      tasks.further = further
      var training = TrainingConfiguration()
      (training.metaBatchSize, training.shardSize) = (4, shardSize)
      return try Experiment(
        algorithm: MAML(), learner: Learner(model: MLP(widths: [1, 3, 1]), taskLoss: .meanSquaredError), tasks: tasks, training: training
      ).memoryEstimate.trainingBytes
    }
    let one = try training(shardSize: 1, further: 0)
    #expect(try training(shardSize: 1, further: 39) >= 8 * one)
    #expect(try training(shardSize: 2, further: 0) < 8 * one)
  }

  @Test func `a learned rate for each parameter counts as one`() throws {
    func parameters(_ algorithm: String) throws -> Int { try Experiment(Small.request(algorithm)).memoryEstimate.parameterBytes }
    #expect(try parameters("meta-sgd") == 2 * parameters("maml"))
  }
}
