import Evaluation
import Algorithms
import Models
import Registry
import Tasks
import TensorCore

/// A synthetic regression whose splits and data can be spoilt.
struct FakeTasks: TaskDistribution {
  static let card = TaskCard(id: "fake", title: "for tests", citation: "none")
  static let hyperparameters = HyperparameterTable<FakeTasks>([.integer("shots", \.shots, in: 1...(.max), "Support points.")])

  var shots = 3
  var queries = 4
  /// The number of support points goes from `shots` to `shots` + `further`, by turns.
  var further = 0
  var names: [Split: [String]] = [:]
  /// The index of an episode whose query targets contain a number that is not finite.
  var spoilt: Int?
  var dataDigest: String?

  init() {}

  var signature: TaskSignature {
    TaskSignature(
      inputShape: [1], outputs: 1, taskLoss: .meanSquaredError, supportCount: shots, queryCount: queries, suggestedModel: "mlp")
  }

  var splitFingerprint: String { SplitFingerprint.digest(classesOf: self) }
  func classes(in split: Split) -> [String] { names[split] ?? [] }

  func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    var stream = stream(index, in: split, seed: seed)
    func set(_ count: Int, last: Double? = nil) throws -> LabelledSet {
      let x = (0..<count).map { _ in stream.uniform(-1...1) }
      var y = x.map { 2 * $0 }
      if let last { y[count - 1] = last }
      return LabelledSet(
        inputs: try Tensor(x, shape: [count, 1], dtype: .float32), targets: .values(try Tensor(y, shape: [count, 1], dtype: .float32)))
    }
    return Episode(support: try set(shots + index % (further + 1)), query: try set(queries, last: index == spoilt ? .nan : nil))
  }
}

/// Parts of small experiments.
enum Small {
  static func experiment(
    _ algorithm: any Algorithm = MAML(), tasks: any TaskDistribution = FakeTasks(), hidden: Int = 3, seed: UInt64 = 0, episodes: Int = 7,
    steps: Int = 2, machineBytes: Int = 1 << 30
  ) throws -> Experiment {
    var training = TrainingConfiguration()
    training.metaBatchSize = 4
    training.shardSize = 2
    training.iterations = 3
    training.seed = seed
    var test = TestConfiguration()
    test.episodes = episodes
    test.steps = steps
    test.shardSize = 2
    return try Experiment(
      algorithm: algorithm, learner: Learner(model: MLP(widths: [1, hidden, 1]), taskLoss: .meanSquaredError), tasks: tasks,
      training: training, test: test, machineBytes: machineBytes)
  }

  /// A request on sinusoids that runs in no time.
  static func request(_ algorithm: String = "maml", _ settings: [(String, String)] = []) -> ExperimentRequest {
    var request = ExperimentRequest(algorithm: algorithm, task: "sinusoid")
    request.settings =
      [("task.shots", "3"), ("task.queries", "4"), ("model.hidden", "4"), ("training.metaBatch", "3"), ("training.shardSize", "2")]
      .map { (key: $0.0, value: $0.1) }
    request.settings += [("test.episodes", "5"), ("test.steps", "2"), ("test.shardSize", "2")].map { (key: $0.0, value: $0.1) }
    request.settings += settings.map { (key: $0.0, value: $0.1) }
    request.iterations = 2
    return request
  }

  /// A result with the given losses after the last step; all results have the same episodes.
  static func result(_ losses: [Double], seed: UInt64 = 1) -> TestResult {
    TestResult(
      modes: [ModeResult(name: "none", losses: [losses.map { _ in 4 }, losses])],
      episodes: EpisodeList(
        task: "fake", split: .metaTest, seed: seed, count: losses.count, settings: [], splitFingerprint: "0123456789abcdef",
        dataDigest: nil))
  }
}
