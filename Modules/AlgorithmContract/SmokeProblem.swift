import Algorithms
import Models
import Registry
import Tasks
import TensorCore

/// A learner with a few tasks, small enough to differentiate numerically.
struct SmokeProblem: Sendable {
  let name: String
  let tasks: any TaskDistribution
  let learner: Learner
  /// Number of tasks.
  static let count = 3

  /// Width of a prediction: a return in an environment, else one number for each output of the model.
  var predictionWidth: Int { tasks.signature.taskLoss.targets == .rewards ? 1 : tasks.signature.outputs }

  /// The tasks in float64, with a given number of support sets.
  func shard(supports: Int) -> Episodes {
    do {
      let episodes = try (0..<Self.count).map { try tasks.episode($0, in: .metaTrain, seed: 1, supports: supports) }
      return Episodes(episodes).converted(to: .float64)
    } catch { fatalError("the smoke problem \(name) draws its own tasks: \(error)") }
  }

  static let stream = RandomStream(seed: 2017).child("contract")

  static let all: [SmokeProblem] = {
    var network = ConvNet()
    network.blocks = 2
    network.hidden = 4
    network.activation = .tanh
    var logistic = LogisticRegression()
    do {
      try network.configure(inputShape: [8, 8, 1], outputs: 2)
      try logistic.configure(inputShape: [2], outputs: 1)
    } catch {
      fatalError("the smoke problems' own models fit their tasks: \(error)")
    }
    let images = SmokeTasks(kind: .images)
    return [
      SmokeProblem("regression", SmokeTasks(kind: .regression), MLP(widths: [1, 6, 6, 1], activation: .tanh), .transductive),
      SmokeProblem("binary", SmokeTasks(kind: .binary), logistic, .transductive),
      SmokeProblem("images", images, network, .transductive),
      SmokeProblem("images, support statistics", images, network, .support),
      SmokeProblem("environment", SmokeEnvironment(), GaussianPolicy(observations: 1, hidden: [4], actions: 1), .transductive),
      SmokeProblem(
        "environment, discrete", SmokeEnvironment(isDiscrete: true), CategoricalPolicy(observations: 1, hidden: [4], actions: 2),
        .transductive),
    ]
  }()

  private init(_ name: String, _ tasks: any TaskDistribution, _ model: any Model, _ mode: NormalisationMode) {
    self.name = name
    self.tasks = tasks
    learner = Learner(model: model, taskLoss: tasks.signature.taskLoss, trainingMode: mode).learning(on: tasks)
  }
}

/// Tasks of the smoke problems; they are not registered, because they are only for checks.
struct SmokeTasks: TaskDistribution {
  enum Kind: String, Sendable {
    /// Shifted tanh curves: five support points, four query points.
    case regression
    /// Half-planes: five support points, four query points.
    case binary
    /// Two random 8×8 patterns with noise: two support and two query drawings of each.
    case images
  }

  static let card = TaskCard(id: "contract-smoke", title: "small tasks of the contract suite", citation: "none")
  static let hyperparameters = HyperparameterTable<SmokeTasks>([])

  var kind = Kind.regression
  var splitFingerprint: String { "0000000000000000" }

  init() {}
  init(kind: Kind) { self.kind = kind }

  var signature: TaskSignature {
    switch kind {
    case .regression:
      TaskSignature(
        inputShape: [1], outputs: 1, taskLoss: .meanSquaredError, supportCount: 5, queryCount: 4, suggestedModel: "mlp")
    case .binary:
      TaskSignature(
        inputShape: [2], outputs: 1, taskLoss: .binaryCrossEntropy, supportCount: 5, queryCount: 4, suggestedModel: "logistic")
    case .images:
      TaskSignature(
        inputShape: [8, 8, 1], outputs: 2, taskLoss: .crossEntropy, supportCount: 4, queryCount: 4, suggestedModel: "conv",
        inputKind: .image)
    }
  }

  func episode(_ index: Int, in split: Split, seed: UInt64) -> Episode { episode(index, in: split, seed: seed, supports: 1) }

  func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) -> Episode {
    var stream = stream(index, in: split, seed: seed).child(kind.rawValue)
    let task = (0..<128).map { _ in stream.normal() }
    let signature = signature
    func set(_ count: Int) -> LabelledSet {
      var inputs: [Double] = []
      var labels: [Int] = []
      for sample in 0..<count {
        let label = sample * 2 / count  // classes in order, as data sets hand them over
        let noise = (0..<signature.inputShape.elementCount).map { _ in stream.normal() }
        inputs += kind == .images ? noise.enumerated().map { task[label * 64 + $0] + 0.5 * $1 } : noise
        labels.append(label)
      }
      let x = tensor(inputs, signature.inputShape.inserting(count, at: 0))
      switch kind {
      case .regression: return LabelledSet(inputs: x, targets: .values((2 * x + Tensor(task[0])).map(.tanh)))
      case .binary:
        let scores = x * tensor([task[0], task[1]], [1, 2])
        return LabelledSet(inputs: x, targets: .values(scores.sum([1]).map(.step)))
      case .images:
        let targets = tensor(labels.map(Double.init), [count])
        return LabelledSet(inputs: x, targets: .classes(targets.roundedToLabels, ways: 2))
      }
    }
    let (support, query) = (set(signature.supportCount), set(signature.queryCount))
    return Episode(support: support, query: query, furtherSupports: (1..<max(supports, 1)).map { _ in set(signature.supportCount) })
  }

  private func tensor(_ numbers: [Double], _ shape: Shape) -> Tensor {
    Tensor(shape: shape) { floats in
      for place in floats.indices { floats.initializeElement(at: place, to: Float(numbers[place])) }
    }
  }
}

extension Tensor {
  /// Converts whole numbers to int64 labels.
  fileprivate var roundedToLabels: Tensor {
    let numbers = doubles
    return Tensor(shape: shape, dtype: .int64) { bytes in
      let labels = bytes.bindMemory(to: Int64.self)
      for place in labels.indices { labels.initializeElement(at: place, to: Int64(numbers[place])) }
    }
  }
}
