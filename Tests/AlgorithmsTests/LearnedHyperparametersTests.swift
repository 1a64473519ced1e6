import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct LearnedHyperparametersTests {
  static let initial = ParameterTree([("a", Tensor.zeros([2, 3])), ("b.weight", Tensor.zeros([4]))])

  private func start(_ granularity: LearnedHyperparameters.Granularity, isPerStep: Bool, _ change: (inout InnerLoop) -> Void = { _ in })
    -> ParameterTree<Tensor>
  {
    var inner = InnerLoop(Momentum.self, steps: 3, learningRate: 0.125)
    inner.optimizer["momentum"] = 0.75
    inner.learns = LearnedHyperparameters(["learningRate", "momentum"], granularity, isPerStep: isPerStep)
    change(&inner)
    return inner.initialHyperparameters(for: Self.initial, dtype: .float64)
  }

  @Test(arguments: LearnedHyperparameters.Granularity.allCases, [false, true])
  func `initial values are the settings', in names and shapes of the granularity`(
    granularity: LearnedHyperparameters.Granularity, isPerStep: Bool
  ) {
    let found = start(granularity, isPerStep: isPerStep)
    let front = isPerStep ? [3] : []
    let names: [(String, [Int])] =
      switch granularity {
      case .global: [("learningRate", []), ("momentum", [])]
      case .tensor: [("rates.a", []), ("rates.b.weight", []), ("momentum.a", []), ("momentum.b.weight", [])]
      case .parameter: [("rates.a", [2, 3]), ("rates.b.weight", [4]), ("momentum.a", [2, 3]), ("momentum.b.weight", [4])]
      }
    #expect(found.names == names.map(\.0))
    #expect(found.leaves.map(\.shape) == names.map { Shape(front + $0.1) })
    for (name, leaf) in found.entries {
      let isMomentum = name.hasPrefix("momentum")
      let raw = isMomentum ? HyperparameterTransform.logistic.inverse(0.75) : HyperparameterTransform.softplus.inverse(0.125)
      #expect(Set(leaf.doubles) == [raw] && leaf.dtype == .float64)
    }
  }

  @Test func `signed rates and untransformed ones start at the value itself`() {
    let signed = start(.global, isPerStep: false) { $0.learns.hasSignedRates = true }
    #expect(signed["learningRate"].scalar == 0.125)
    #expect(signed["momentum"].scalar == HyperparameterTransform.logistic.inverse(0.75))
    let plain = start(.global, isPerStep: false) { $0.learns.isTransformed = false }
    #expect(plain["learningRate"].scalar == 0.125 && plain["momentum"].scalar == 0.75)
  }

  @Test func `without steps there is one value for the first`() {
    #expect(start(.global, isPerStep: true) { $0.steps = 0 }["momentum"].shape == [1])
  }

  @Test(arguments: LearnedHyperparameters.Granularity.allCases, [false, true])
  func `adaptation with initial learned values is that with constants`(
    granularity: LearnedHyperparameters.Granularity, isPerStep: Bool
  ) throws {
    var inner = InnerLoop(Adam.self, steps: 3, learningRate: 0.05)
    let initial = lineLearner.model.initialParameters(from: RandomStream(seed: 2), dtype: .float64)
    let support = try Lines().episodes(0..<4, in: .metaTrain, seed: 0).converted(to: .float64).support
    let constant = inner.adapted(MetaParameters(initial: initial), lineLearner, support: support, steps: 5)
    inner.learns = LearnedHyperparameters(["learningRate", "beta1", "beta2", "epsilon"], granularity, isPerStep: isPerStep)
    let learned = MetaParameters(initial: initial, inner: inner.initialHyperparameters(for: initial, dtype: .float64))
    let found = inner.adapted(learned, lineLearner, support: support, steps: 5)
    // Adam's division by small roots amplifies the error of the transforms' round trip, relative 1e-13.
    for (one, other) in zip(found[5].parameters.leaves, constant[5].parameters.leaves) { expectClose(one, other, tolerance: 1e-10) }
  }

  /// MAML with learned rates for each tensor and step, as a third party would write it.
  struct StepwiseRates: DifferentiatingAlgorithm {
    static let card = AlgorithmCard(id: "test-stepwise-rates", title: "", citation: "", metaGradient: .exact)
    static let hyperparameters = HyperparameterTable<StepwiseRates>([])
    var inner: InnerLoop = {
      var inner = InnerLoop(SGD.self, steps: 2, learningRate: 0.1)
      inner.learns = LearnedHyperparameters(["learningRate"], .tensor, isPerStep: true, hasSignedRates: true)
      return inner
    }()
    var objective = Selection(QueryLoss.self)
    var differentiation: Selection { Selection(Unrolled.self) }
  }

  // e = w + b − t, A = the sum of both rates of a step: e₁ = (1 − 2A₁)e₀, e₂ = (1 − 2A₂)e₁, L = e₂².
  @Test(arguments: [true, false])
  func `learned rates of tensors and steps have the gradient of the chain rule`(isSigned: Bool) throws {
    var algorithm = StepwiseRates()
    algorithm.inner.learns.hasSignedRates = isSigned
    func raw(_ rate: Double) -> Double { isSigned ? rate : HyperparameterTransform.softplus.inverse(rate) }
    let rates = [
      (name: "rates.layers.0.weight", leaf: numbers([raw(0.1), raw(0.05)])),
      (name: "rates.layers.0.bias", leaf: numbers([raw(0.02), raw(0.03)])),
    ]
    let result = algorithm.metaGradient(
      AlgorithmTests.state(3, inner: rates), AlgorithmTests.learner, try AlgorithmTests.shard([1]), AlgorithmTests.context)
    let (factor1, factor2) = (1 - 2 * 0.12, 1 - 2 * 0.08)
    let e0 = 2.0
    let (e1, e2) = (factor1 * e0, factor2 * factor1 * e0)
    let first = 2 * e2 * factor2 * -2 * e0
    let second = 2 * e2 * -2 * e1
    for (name, values) in [("weight", [0.1, 0.05]), ("bias", [0.02, 0.03])] {
      // d softplus(x)/dx = sigmoid(x) = 1 − exp(−softplus(x)).
      let slopes = values.map { isSigned ? 1 : Variable(constant: numbers([raw($0)])).sigmoid().value.doubles[0] }
      expectClose(
        result.gradient.inner["rates.layers.0.\(name)"].doubles, [first * slopes[0], second * slopes[1]], tolerance: roundingTolerance)
    }
    let byWeight = 2 * e2 * factor1 * factor2
    expectClose(result.gradient.initial["layers.0.weight"].doubles, [byWeight], tolerance: roundingTolerance)
  }

  @Test func `a run with learned rates keeps their names in the snapshot, and resumes`() throws {
    var whole = try trainer(StepwiseRates())
    for _ in 0..<4 { _ = try whole.step() }
    var first = try trainer(StepwiseRates())
    _ = try first.step()
    #expect(first.snapshot.tensors["learned.inner.rates.layers.0.weight"]?.shape == [2])
    var second = try MetaTrainer(resuming: first.snapshot, StepwiseRates(), lineLearner, tasks: Lines(), configuration())
    for _ in 0..<3 { _ = try second.step() }
    #expect(bytes(second.snapshot) == bytes(whole.snapshot))
  }
}
