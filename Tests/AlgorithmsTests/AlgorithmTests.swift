import Algorithms
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Closed forms for a model of one weight and one bias whose loss is a parabola.
@Suite struct AlgorithmTests {
  // The input is 1, so the prediction is w + b and L = (w + b − t)².
  static let learner = Learner(model: MLP(widths: [1, 1]), taskLoss: .meanSquaredError)
  static let context = AdaptationContext(stream: RandomStream(seed: 0), firstTask: 0)

  /// Tasks with one support and one query point at x = 1: L = (w + b − t)², a parabola along w + b.
  static func shard(_ targets: [Double]) throws -> Episodes {
    let ones = try Tensor(targets.map { _ in 1.0 }, shape: [targets.count, 1, 1])
    let values = Targets.values(try Tensor(targets, shape: [targets.count, 1, 1]))
    let set = LabelledSet(inputs: ones, targets: values)
    return Episodes(support: set, query: set)
  }

  static func state(_ weight: Double, inner: [(name: String, leaf: Tensor)] = []) -> MetaState {
    let initial = ParameterTree([
      (name: "layers.0.weight", leaf: Tensor(repeating: weight, shape: [1, 1], dtype: .float64)),
      (name: "layers.0.bias", leaf: Tensor(repeating: 0, shape: [1], dtype: .float64)),
    ])
    return MetaState(learned: MetaParameters(initial: initial, inner: ParameterTree(inner)))
  }

  // With s = w + b, g = 2(s − t) for both parameters, one step gives s′ = s − 4α(s − t): s′ − t = (1 − 4α)(s − t).
  @Test func `MAML and first-order MAML on a parabola`() throws {
    let alpha = 0.1
    let inner = InnerLoop(steps: 1, learningRate: alpha)
    let shard = try Self.shard([1])
    let exact = MAML(inner: inner).metaGradient(Self.state(3), Self.learner, shard, Self.context)
    let first = FirstOrderMAML(inner: inner).metaGradient(Self.state(3), Self.learner, shard, Self.context)
    // dL/dw = 2(1 − 4α)²(s − t) exactly, 2(1 − 4α)(s − t) in first order; s − t = 2.
    expectClose(exact.gradient.initial["layers.0.weight"].doubles, [2 * 0.36 * 2], tolerance: 1e-12)
    expectClose(first.gradient.initial["layers.0.weight"].doubles, [2 * 0.6 * 2], tolerance: 1e-12)
    expectClose(exact.losses, [(0.6 * 2) * (0.6 * 2)], tolerance: 1e-12)
  }

  @Test func `the contribution is the sum over tasks`() throws {
    let maml = MAML(inner: InnerLoop(steps: 2, learningRate: 0.05))
    let together = maml.metaGradient(Self.state(3), Self.learner, try Self.shard([1, -2]), Self.context)
    let parts = try [1.0, -2].map { maml.metaGradient(Self.state(3), Self.learner, try Self.shard([$0]), Self.context) }
    let sum = zip(parts[0].gradient.leaves, parts[1].gradient.leaves).map { $0 + $1 }
    for (whole, sum) in zip(together.gradient.leaves, sum) { expectClose(whole, sum, tolerance: 1e-12) }
  }

  @Test func `Meta-SGD's rates have the gradient of the chain rule`() throws {
    let rates = [
      (name: "rates.layers.0.weight", leaf: Tensor(repeating: 0.1, shape: [1, 1], dtype: .float64)),
      (name: "rates.layers.0.bias", leaf: Tensor(repeating: 0.02, shape: [1], dtype: .float64)),
    ]
    let result = MetaSGD().metaGradient(Self.state(3, inner: rates), Self.learner, try Self.shard([1]), Self.context)
    // g = 4 for both; s′ = 3 − 0.12·4 = 2.52; dL/dα = 2(s′ − t)·(−g) = −12.16 for both entries; dL/dw = 2(s′ − t)(1 − 2(α₁ + α₂)).
    expectClose(result.gradient.inner["rates.layers.0.weight"].doubles, [-12.16], tolerance: 1e-12)
    expectClose(result.gradient.inner["rates.layers.0.bias"].doubles, [-12.16], tolerance: 1e-12)
    expectClose(result.gradient.initial["layers.0.weight"].doubles, [2 * 1.52 * 0.76], tolerance: 1e-12)
  }

  @Test func `Meta-SGD draws one first rate for all entries`() {
    let state = MetaSGD().initialState(lineLearner, from: RandomStream(seed: 4), dtype: .float64)
    let rates = state.learned.inner.leaves.flatMap(\.doubles)
    #expect(rates.count == 16)
    #expect(Set(rates).count == 1)
    #expect((0.005...0.1).contains(rates[0]))
    let other = MetaSGD().initialState(lineLearner, from: RandomStream(seed: 5), dtype: .float64)
    #expect(other.learned.inner.leaves[0].doubles[0] != rates[0])
  }

  @Test func `Reptile's gradient is the displacement`() throws {
    let reptile = Reptile(inner: InnerLoop(steps: 2, learningRate: 0.1))
    let result = reptile.metaGradient(Self.state(3), Self.learner, try Self.shard([1]), Self.context)
    // s − t goes 2 → 1.2 → 0.72; each of the two parameters contributes half.
    expectClose(result.gradient.initial["layers.0.weight"].doubles, [0.64], tolerance: 1e-12)
    // The loss before the last step.
    expectClose(result.losses, [1.44], tolerance: 1e-12)
  }

  @Test func `Reptile in serial mode with a step of 1 ends at the adapted parameters`() throws {
    var serial = Reptile(inner: InnerLoop(steps: 3, learningRate: 0.1))
    serial.mode = .serial
    var run = try trainer(serial, metaBatchSize: 1, outer: OuterOptimizer(SGD.self, learningRate: 1))
    let start = run.state
    let support = try Lines().episode(0, in: .metaTrain, seed: 0).support.stackedAlone
    _ = try run.step()
    let adapted = serial.adapt(start, lineLearner, support: support, steps: 3, Self.context)[3].parameters
    for (name, leaf) in run.state.initial.entries { expectClose(leaf, adapted[name][0], tolerance: 1e-6) }
  }

  @Test func `settings of Reptile that do not go together are refused`() {
    var serial = Reptile()
    serial.mode = .serial
    #expect(
      throws: AlgorithmError.needsMetaBatch(
        algorithm: "reptile", expected: 1, found: 7, because: "serial mode updates the initialisation after each task")
    ) { try trainer(serial) }
    var carrying = Reptile()
    carrying.carriesMoments = true
    #expect(throws: AlgorithmError.needsMode(algorithm: "reptile", setting: "inner.carryMoments", mode: "serial")) {
      try trainer(carrying)
    }
  }

  @Test func `Reptile's mini-batches depend on iteration, task and step alone`() throws {
    var reptile = Reptile(inner: InnerLoop(steps: 3, learningRate: 0.1))
    reptile.batchSize = 2
    let state = reptile.initialState(lineLearner, from: RandomStream(seed: 1), dtype: .float32)
    let support = try Lines().episodes(0..<4, in: .metaTrain, seed: 0).support
    func adapted(_ range: Range<Int>) -> [Double] {
      let context = AdaptationContext(stream: RandomStream(seed: 9), firstTask: range.lowerBound)
      return reptile.adapt(state, lineLearner, support: support.slice(range), steps: 3, context)[3].parameters.leaves[0].doubles
    }
    expectClose(adapted(0..<4), adapted(0..<2) + adapted(2..<4), tolerance: 1e-6)
    #expect(adapted(0..<2) != adapted(2..<4))
  }

  @Test func `joint training differentiates the pooled loss without adaptation`() throws {
    let result = Joint().metaGradient(Self.state(3), Self.learner, try Self.shard([1, 5]), Self.context)
    // 2(s − t) for each task: 4 and −4.
    expectClose(result.gradient.initial["layers.0.weight"].doubles, [0], tolerance: 1e-12)
    expectClose(result.losses, [4, 4], tolerance: 1e-12)
  }

  @Test func `chance predicts the support's mean, or equal logits`() throws {
    let targets = Targets.values(try Tensor([1, 3] as [Double], shape: [1, 2, 1]))
    let support = LabelledSet(inputs: .zeros([1, 2, 1], .float64), targets: targets)
    let adapted = Chance().adapt(
      MetaState(learned: MetaParameters()), Self.learner, support: support, steps: 2, Self.context)
    #expect(adapted.count == 1)
    let query = Tensor.zeros([1, 4, 1], .float64)
    #expect(Chance().predict(adapted[0], Self.learner, query: query, mode: .transductive, Self.context).doubles == [2, 2, 2, 2])
    let labels = Targets.classes(try Tensor([0, 1, 2], shape: [1, 3]), ways: 3)
    let classes = Adapted(parameters: ParameterTree(), support: LabelledSet(inputs: .zeros([1, 3, 1]), targets: labels))
    let learner = Learner(model: MLP(widths: [1, 3]), taskLoss: .crossEntropy)
    let predictions = Chance().predict(classes, learner, query: .zeros([1, 3, 1]), mode: .transductive, Self.context)
    #expect(learner.scores(predictions, labels) == [1.0 / 3])
  }

  @Test(arguments: OptimizerRegistry.all.ids)
  func `every registered rule can be named by a setting`(id: String) throws {
    var maml = MAML()
    try MAML.hyperparameters.set("inner.optimizer", to: id, in: &maml)
    #expect(maml.inner.optimizer.rule.card.id == id)
    #expect(throws: HyperparameterError.self) { try MAML.hyperparameters.set("inner.optimizer", to: "per-parameter-sgd", in: &maml) }
  }
}
