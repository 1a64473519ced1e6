import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

/// A rule whose new parameter is what it reads of a hyperparameter: the probe of the lookup.
private protocol Probe: OptimizerRule {
  static func read(_ step: OptimizerStep) -> Variable
}

extension Probe {
  static var card: OptimizerCard { OptimizerCard(id: "test-probe", title: "", citation: "") }
  static var hyperparameters: [RuleHyperparameter] { [RuleHyperparameter("x", 0.25, in: 0...10, "What is read.")] }
  static func update(_ step: inout OptimizerStep) -> Variable { step.parameter * 0 + read(step) }
}

private enum Value: Probe {
  static func read(_ step: OptimizerStep) -> Variable { step[hyperparameter: "x"] }
}

private enum Complement: Probe {
  static func read(_ step: OptimizerStep) -> Variable { step.complement(of: "x") }
}

private enum Correction: Probe {
  static func read(_ step: OptimizerStep) -> Variable { step.biasCorrection(of: "x") }
}

private enum Rate: Probe {
  static func read(_ step: OptimizerStep) -> Variable { step[hyperparameter: "learningRate"] }
}

@Suite struct HyperparameterValuesTests {
  /// What the probe reads for parameters "a", [2, 2], and "b.weight", [2, 1, 2], of two tasks in steps of some numbers.
  private func read(
    _ rule: any OptimizerRule.Type, _ learned: [(name: String, leaf: Tensor)], isPerStep: Bool = false, from first: Int = 1, steps: Int = 1
  ) -> [[String: [Double]]] {
    let values = HyperparameterValues(
      Optimizer(rule), learned: ParameterTree(learned).map { Variable($0) }, isPerStep: isPerStep, tasks: 2, dtype: .float64)
    let tree = ParameterTree([
      ("a", Variable(constant: numbers([9, 9, 9, 9], [2, 2]))), ("b.weight", Variable(constant: numbers([9, 9, 9, 9], [2, 1, 2]))),
    ])
    var state = OptimizerState([], count: first - 1)
    return (0..<steps).map { _ in
      let found = state.step(tree, tree, by: rule, values)
      return Dictionary(uniqueKeysWithValues: found.entries.map { ($0.name, $0.leaf.value.doubles) })
    }
  }

  @Test func `a constant holds for all parameters`() {
    #expect(read(Value.self, []) == [["a": [0.25, 0.25, 0.25, 0.25], "b.weight": [0.25, 0.25, 0.25, 0.25]]])
  }

  @Test func `a global value is that of the task, for all parameters`() {
    #expect(read(Value.self, [("x", numbers([1, 2]))]) == [["a": [1, 1, 2, 2], "b.weight": [1, 1, 2, 2]]])
  }

  @Test func `a value for each tensor`() {
    let learned = [(name: "x.a", leaf: numbers([3, 4])), (name: "x.b.weight", leaf: numbers([5, 6]))]
    #expect(read(Value.self, learned) == [["a": [3, 3, 4, 4], "b.weight": [5, 5, 6, 6]]])
  }

  @Test func `a value for each entry`() {
    let learned = [
      (name: "x.a", leaf: numbers([1, 2, 3, 4], [2, 2])), (name: "x.b.weight", leaf: numbers([5, 6, 7, 8], [2, 1, 2])),
    ]
    #expect(read(Value.self, learned) == [["a": [1, 2, 3, 4], "b.weight": [5, 6, 7, 8]]])
  }

  @Test func `the most specific value counts`() {
    let learned = [(name: "x", leaf: numbers([1, 2])), (name: "x.a", leaf: numbers([3, 4]))]
    #expect(read(Value.self, learned) == [["a": [3, 3, 4, 4], "b.weight": [1, 1, 2, 2]]])
    #expect(read(Value.self, learned.reversed()) == [["a": [3, 3, 4, 4], "b.weight": [1, 1, 2, 2]]])
  }

  @Test func `a parameter that no learned value is for has the constant`() {
    #expect(read(Value.self, [("x.a", numbers([3, 4]))]) == [["a": [3, 3, 4, 4], "b.weight": [0.25, 0.25, 0.25, 0.25]]])
  }

  @Test func `steps beyond the last use the last one's values`() {
    let found = read(Value.self, [("x", numbers([1, 2, 3, 4, 5, 6], [2, 3]))], isPerStep: true, steps: 5)
    #expect(found.map { $0["a"] } == [[1, 1, 4, 4], [2, 2, 5, 5], [3, 3, 6, 6], [3, 3, 6, 6], [3, 3, 6, 6]])
    #expect(found.map { $0["b.weight"] } == found.map { $0["a"] })
  }

  @Test func `a value for each entry and step`() {
    let leaf = numbers([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])
    let found = read(Value.self, [("x.a", leaf)], isPerStep: true, steps: 3)
    #expect(found.map { $0["a"] } == [[1, 2, 5, 6], [3, 4, 7, 8], [3, 4, 7, 8]])
  }

  @Test func `learning rates of parameters have a name of their own`() {
    let learned = [(name: "learningRate", leaf: numbers([1, 2])), (name: "rates.b.weight", leaf: numbers([3, 4]))]
    #expect(read(Rate.self, learned) == [["a": [1, 1, 2, 2], "b.weight": [3, 3, 4, 4]]])
  }

  @Test func `a complement is 1 minus the value of the parameter and step`() {
    let learned = [(name: "x", leaf: numbers([0.5, 0.25, 0.75, 0.125], [2, 2])), (name: "x.a", leaf: numbers([0, 1, 2, 4], [2, 2]))]
    let found = read(Complement.self, learned, isPerStep: true, steps: 3)
    #expect(found.map { $0["a"] } == [[1, 1, -1, -1], [0, 0, -3, -3], [0, 0, -3, -3]])
    #expect(found.map { $0["b.weight"] } == [[0.5, 0.5, 0.25, 0.25], [0.75, 0.75, 0.875, 0.875], [0.75, 0.75, 0.875, 0.875]])
    #expect(read(Complement.self, [])[0]["a"] == [0.75, 0.75, 0.75, 0.75])
  }

  /// Powers of two, so that products are exact.
  @Test func `a bias correction is 1 minus a power, or 1 minus the product over steps`() {
    #expect(read(Correction.self, [], steps: 3).map { $0["a"]?[0] } == [0.75, 0.9375, 0.984375])
    let learned = [(name: "x", leaf: numbers([0.5, 0.25])), (name: "x.a", leaf: numbers([0.25, 0.5]))]
    let found = read(Correction.self, learned, steps: 2)
    #expect(found.map { $0["a"] } == [[0.75, 0.75, 0.5, 0.5], [0.9375, 0.9375, 0.75, 0.75]])
    #expect(found.map { $0["b.weight"] } == [[0.5, 0.5, 0.75, 0.75], [0.75, 0.75, 0.9375, 0.9375]])
    let perStep = read(Correction.self, [("x", numbers([0.5, 0.25, 0.25, 0.5], [2, 2]))], isPerStep: true, steps: 3)
    let expected: [[Double]] = [[0.5, 0.5, 0.75, 0.75], [0.875, 0.875, 0.875, 0.875], [0.96875, 0.96875, 0.9375, 0.9375]]
    #expect(perStep.compactMap { $0["a"] } == expected)
  }

  /// A state that was carried from elsewhere starts at a late step.
  @Test(arguments: [false, true])
  func `a bias correction at a late first step is that of all steps before`(isPerStep: Bool) {
    let late = read(
      Correction.self, [("x", isPerStep ? numbers([0.5, 0.25], [2, 1]) : numbers([0.5, 0.25]))], isPerStep: isPerStep, from: 5)
    let (first, second) = (1 - 0x1p-5, 1 - 0x1p-10)
    #expect(late[0]["a"] == [first, first, second, second])
  }

  /// One factor more for each step before: a recursion would exhaust a thread's stack.
  @Test(arguments: [false, true])
  func `a very late first step does not exhaust the stack`(isPerStep: Bool) {
    let late = read(
      Correction.self, [("x", isPerStep ? numbers([0.5, 0.25], [2, 1]) : numbers([0.5, 0.25]))], isPerStep: isPerStep, from: 200_000)
    #expect(late[0]["a"] == [1, 1, 1, 1])
  }
}

@Suite struct HyperparameterKeyTests {
  @Test(arguments: [
    (HyperparameterKey("beta1", of: nil), "beta1"), (HyperparameterKey("beta1", of: "layers.0.weight"), "beta1.layers.0.weight"),
    (HyperparameterKey("learningRate", of: nil), "learningRate"),
    (HyperparameterKey("learningRate", of: "layers.0.weight"), "rates.layers.0.weight"),
    (HyperparameterKey("learningRate", of: "w"), "rates.w"), (HyperparameterKey("decay", of: "rates.w"), "decay.rates.w"),
  ])
  func `a key reads back from its text`(key: HyperparameterKey, text: String) {
    #expect(key.text == text)
    #expect(HyperparameterKey(text: text) == key)
  }
}

@Suite struct HyperparameterTransformTests {
  private func applied(_ transform: HyperparameterTransform, _ raw: Double, _ dtype: DType = .float64) -> Double {
    transform(Variable(constant: Tensor(raw, dtype: dtype))).value.scalar
  }

  /// Relative: an ε of 1e-10 counts as much as a rate of 1.
  ///
  /// Its inverse is −23, where a unit in the last place is 32 times that of 1.
  private static func roundTripTolerance(_ dtype: DType) -> Double { dtype == .float64 ? 5e-15 : 4e-6 }

  @Test(arguments: [1e-10, 1e-8, 1e-4, 0.01, 0.3, 0.5, 0.9, 0.999, 2, 40, 1000] as [Double], [DType.float32, .float64])
  func `what is mapped back and forth is itself`(value: Double, dtype: DType) {
    func returned(_ transform: HyperparameterTransform) -> Double { applied(transform, transform.inverse(value), dtype) }
    #expect(applied(.none, HyperparameterTransform.none.inverse(value)) == value)
    #expect(abs(returned(.softplus) - value) <= Self.roundTripTolerance(dtype) * value)
    guard value < 1 else { return }
    #expect(abs(returned(.logistic) - value) <= Self.roundTripTolerance(dtype) * value)
  }

  @Test(arguments: [DType.float32, .float64])
  func `values at the edge are moved inside`(dtype: DType) {
    for value in [0.0, -1] {
      let raw = HyperparameterTransform.softplus.inverse(value)
      let result = applied(.softplus, raw, dtype)
      #expect(raw.isFinite)
      #expect(result > 0 && result < 1e-11)
    }
    for value in [0.0, -1, 1, 2] {
      let raw = HyperparameterTransform.logistic.inverse(value)
      let result = applied(.logistic, raw, dtype)
      #expect(raw.isFinite)
      #expect(result > 0 && result < 1)
      let edge: Double = value <= 0 ? 0 : 1
      #expect(abs(result - edge) < 2e-7)
    }
  }
}

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
    // The transforms' round trip, relative 1e-13, is amplified by Adam's division by small roots.
    for (one, other) in zip(found[5].parameters.leaves, constant[5].parameters.leaves) { expectClose(one, other, tolerance: 1e-10) }
  }

  /// MAML whose rates are learned for each tensor and step: an algorithm of somebody else's.
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
      let slopes = values.map { isSigned ? 1 : HyperparameterTransform.logistic(Variable(constant: numbers([raw($0)]))).value.doubles[0] }
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
