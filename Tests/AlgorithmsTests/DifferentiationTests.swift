import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Σₖ wₖ · Lq(θₖ) over the path of an adaptation, which MAML++ calls a multi-step loss.
struct PathLoss: MetaObjective {
  static let card = Card(id: "test-path-loss", title: "", citation: "")
  var weights = [1.0]
  var readsPath: Bool { true }

  func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue {
    let path = trajectories[0]
    let parts = zip(weights, path.parameters).map { weight, parameters in
      learner.loss(learner.queryPredictions(parameters, shard), shard.query.targets) * weight
    }
    return ObjectiveValue(at: path.end, learner, shard) { _ in parts.dropFirst().reduce(parts[0]) { $0 + $1 } }
  }
}

@Suite struct DifferentiationTests {
  static let alpha = 0.1
  /// A step of both parameters multiplies e = s − t by this factor.
  static let shrink = 1 - 4 * alpha

  private func power(_ exponent: Int) -> Double { (0..<exponent).reduce(1) { product, _ in product * Self.shrink } }

  private func differentiated(_ way: any Differentiation, _ objective: any MetaObjective, steps: Int) throws -> Differentiated {
    way(
      objective, through: InnerLoop(steps: steps, learningRate: Self.alpha), at: AlgorithmTests.state(3).learned, AlgorithmTests.learner,
      try AlgorithmTests.shard([1]), AlgorithmTests.context)
  }

  // L = e², e_k = c^k e₀ with e₀ = 2: dL(e_K)/dθ = 2 c^2K e₀ exactly, 2 c^K e₀ in first order.
  @Test(arguments: 0...3)
  func `both ways on a parabola`(steps: Int) throws {
    let exact = try differentiated(Unrolled(), QueryLoss(), steps: steps)
    let first = try differentiated(FirstOrder(), QueryLoss(), steps: steps)
    for name in ["layers.0.weight", "layers.0.bias"] {
      expectClose(exact.gradient.initial[name].doubles, [4 * power(2 * steps)], tolerance: roundingTolerance)
      expectClose(first.gradient.initial[name].doubles, [4 * power(steps)], tolerance: roundingTolerance)
    }
    for result in [exact, first] {
      expectClose(result.objective.doubles, [4 * power(2 * steps)], tolerance: roundingTolerance)
      #expect(bytes(result.objective) == bytes(result.queryLosses))
      expectClose(result.predictions.doubles, [1 + 2 * power(steps)], tolerance: roundingTolerance)
      expectClose(result.adapted["layers.0.weight"].doubles, [2 + power(steps)], tolerance: roundingTolerance)
    }
  }

  @Test func `an objective that reads the path, on a parabola`() throws {
    let weights = [0.5, -1, 2]
    let exact = try differentiated(Unrolled(), PathLoss(weights: weights), steps: 2)
    let first = try differentiated(FirstOrder(), PathLoss(weights: weights), steps: 2)
    let byExact = weights.indices.reduce(0) { $0 + weights[$1] * 4 * power(2 * $1) }
    let byFirst = weights.indices.reduce(0) { $0 + weights[$1] * 4 * power($1) }
    expectClose(exact.gradient.initial["layers.0.weight"].doubles, [byExact], tolerance: roundingTolerance)
    expectClose(first.gradient.initial["layers.0.weight"].doubles, [byFirst], tolerance: roundingTolerance)
    // The reported loss is the query loss at the end, not the objective.
    expectClose(exact.queryLosses.doubles, [4 * power(4)], tolerance: roundingTolerance)
    expectClose(exact.objective.doubles, [byExact], tolerance: roundingTolerance)
  }

  static let weights = [0.25, 0.5, 1, 2]
  static let inner = InnerLoop(Momentum.self, steps: 3, learningRate: 0.2)

  private func network() throws -> (MetaParameters<Tensor>, Episodes) {
    (
      MetaParameters(initial: lineLearner.model.initialParameters(from: RandomStream(seed: 1), dtype: .float64)),
      try Lines().episodes(0..<3, in: .metaTrain, seed: 0).converted(to: .float64)
    )
  }

  @Test func `first order is the sum of the gradients at the points of the path`() throws {
    let (learned, shard) = try network()
    let found = FirstOrder()(
      PathLoss(weights: Self.weights), through: Self.inner, at: learned, lineLearner, shard, AlgorithmTests.context)
    let path = Self.inner.adapted(learned, lineLearner, support: shard.support, steps: 3)
    var expected = learned.initial.map { 0 * $0 }
    for (weight, adapted) in zip(Self.weights, path) {
      let leaves = adapted.parameters.map { Variable($0) }
      let losses = lineLearner.loss(lineLearner.queryPredictions(leaves, shard), shard.query.targets)
      let gradients = leaves.replacing(gradient(of: losses, at: leaves.leaves))
      expected = expected.zip(gradients) { $0 + (weight * $1.value.sum([0])).reshaped($0.shape) }
    }
    for (name, leaf) in expected.entries { expectClose(found.gradient.initial[name], leaf, tolerance: roundingTolerance) }
  }

  @Test func `unrolled is the derivative of the whole objective`() throws {
    let (learned, shard) = try network()
    func differentiated(_ learned: MetaParameters<Tensor>) -> Differentiated {
      Unrolled()(PathLoss(weights: Self.weights), through: Self.inner, at: learned, lineLearner, shard, AlgorithmTests.context)
    }
    let analytic = differentiated(learned).gradient.initial
    for (name, leaf) in learned.initial.entries {
      let numeric = leaf.doubles.indices.map { entry in
        centralDifference { amount in
          var moved = learned
          moved.initial[name] = leaf.moved(entry, by: amount)
          return differentiated(moved).objective.doubles.reduce(0, +)
        }
      }
      expectClose(analytic[name].doubles, numeric, tolerance: differenceTolerance)
    }
  }

  @Test func `learned hyperparameters get no first-order gradient`() throws {
    var inner = InnerLoop(steps: 2, learningRate: 0.1)
    inner.learns = LearnedHyperparameters(["learningRate"], .tensor, isPerStep: true)
    var (learned, shard) = try network()
    learned.inner = inner.initialHyperparameters(for: learned.initial, dtype: .float64)
    learned.own = ParameterTree([("temperature", numbers([1]))])
    let first = FirstOrder()(QueryLoss(), through: inner, at: learned, lineLearner, shard, AlgorithmTests.context).gradient
    let exact = Unrolled()(QueryLoss(), through: inner, at: learned, lineLearner, shard, AlgorithmTests.context).gradient
    #expect(first.named.names == learned.named.names && exact.named.names == learned.named.names)
    #expect(first.inner.leaves.allSatisfy { $0.shape == [2] && $0.norm == 0 } && first.own["temperature"].norm == 0)
    #expect(exact.inner.leaves.allSatisfy { $0.norm > 0 } && exact.own["temperature"].norm == 0)
  }

  @Test func `MAML with first-order gradients is first-order MAML to the bit`() throws {
    var maml = MAML(inner: InnerLoop(Adam.self, steps: 3, learningRate: 0.05))
    #expect(maml.metaGradientKind == .exact && maml.footprint.steps == 3)
    try MAML.hyperparameters.set("gradient", to: "first-order", in: &maml)
    #expect(maml.metaGradientKind == .firstOrder && maml.footprint.steps == 1)
    let fomaml = FirstOrderMAML(inner: maml.inner)
    #expect(fomaml.metaGradientKind == .firstOrder)
    var (one, other) = (try trainer(maml), try trainer(fomaml))
    var exact = try trainer(MAML(inner: maml.inner))
    for _ in 0..<4 {
      _ = try exact.step()
      #expect(try one.step() == other.step())
      #expect(bytes(one.snapshot) == bytes(other.snapshot))
      #expect(bytes(one.snapshot) != bytes(exact.snapshot))
    }
  }

  @Test func `a way or an objective that is not registered is refused`() {
    var maml = MAML()
    let ways = DifferentiationRegistry.all.ids
    #expect(ways.contains("unrolled") && !ways.contains("exact"))
    #expect(throws: HyperparameterError.invalid(key: "gradient", found: "exact", expected: .choice(ways))) {
      try MAML.hyperparameters.set("gradient", to: "exact", in: &maml)
    }
    maml.objective.id = "no-loss"
    #expect(throws: AlgorithmError.self) { try trainer(maml) }
  }
}
