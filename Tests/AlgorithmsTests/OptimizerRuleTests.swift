import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Checks every registered rule against its formula in plain numbers.
@Suite struct OptimizerRuleTests {
  static let ids = OptimizerRegistry.all.ids
  static let start = [0.5, -1.25, 2]
  static let gradients = [[0.3, -2, 0], [-0.1, 1, 0.75], [1.5, 0.2, -0.6], [0.4, -0.4, 1]]

  @Test func `every registered rule has a formula here`() { #expect(Self.ids == PlainRule.ids) }

  private func expected(_ optimizer: Optimizer, hasEpsilonInside: Bool, steps: Int) -> [Double] {
    Self.start.indices.map { entry in
      var plain = PlainRule(optimizer, hasEpsilonInside: hasEpsilonInside, theta: Self.start[entry])
      for gradient in Self.gradients.prefix(steps) { plain.step(gradient[entry]) }
      return plain.theta
    }
  }

  /// Runs steps of a rule on trees with a task axis, [1, 3].
  private func stepped(_ optimizer: Optimizer, _ convention: OptimizerStep.Convention, steps: Int) -> [Double] {
    let values = HyperparameterValues(optimizer, tasks: 1, dtype: .float64, convention: convention)
    var state = OptimizerState()
    var parameters = ParameterTree([("w", Variable(constant: numbers(Self.start, [1, 3])))])
    for gradient in Self.gradients.prefix(steps) {
      parameters = state.step(
        parameters, ParameterTree([("w", Variable(constant: numbers(gradient, [1, 3])))]), by: optimizer.rule, values)
    }
    #expect(state.count == steps)
    #expect(state.trees.count == optimizer.rule.slots.count)
    return parameters["w"].value.doubles
  }

  @Test(arguments: ids, 1...4)
  func `in adaptation a rule follows its formula with ε inside the root`(id: String, steps: Int) throws {
    let optimizer = Optimizer.marked(try OptimizerRegistry.type(of: id))
    let inside = expected(optimizer, hasEpsilonInside: true, steps: steps)
    expectClose(stepped(optimizer, .insideRoot, steps: steps), inside, tolerance: roundingTolerance)
    // The two conventions differ if and only if there is an ε.
    let outside = expected(optimizer, hasEpsilonInside: false, steps: steps)
    #expect((inside != outside) == (optimizer.hyperparameters["epsilon"] != nil))
  }

  @Test(arguments: ids, 1...4)
  func `as the outer optimizer a rule follows PyTorch's formula with ε outside the root`(id: String, steps: Int) throws {
    var outer = OuterOptimizer()
    outer.optimizer = .marked(try OptimizerRegistry.type(of: id))
    var learned = numbers(Self.start)
    var update = OuterUpdate(outer, iterations: 10, for: learned)
    for gradient in Self.gradients.prefix(steps) { update.apply(numbers(gradient), to: &learned) }
    let expected = expected(outer.optimizer, hasEpsilonInside: false, steps: steps)
    expectClose(learned.doubles, expected, tolerance: roundingTolerance)
    expectClose(stepped(outer.optimizer, .outsideRoot, steps: steps), expected, tolerance: roundingTolerance)
  }

  @Test(arguments: ids)
  func `the fast way in place is the rule`(id: String) throws {
    let optimizer = Optimizer.marked(try OptimizerRegistry.type(of: id))
    let rule = optimizer.rule
    var parameter = numbers(Self.start)
    var slots = rule.slots.map { _ in numbers([0, 0, 0]) }
    var isFast: [Bool] = []
    for (place, gradient) in Self.gradients.enumerated() {
      let (before, kept) = (parameter.doubles, slots.map(\.doubles))
      isFast.append(
        rule.updateInPlace(&parameter, numbers(gradient), slots: &slots, optimizer.hyperparameters, number: place + 1) != .none)
      // Without a fast path, nothing changes.
      if isFast == [false] { #expect(parameter.doubles == before && slots.map(\.doubles) == kept) }
    }
    #expect(Set(isFast) == [["sgd", "momentum", "adam", "adamw"].contains(id)])
    guard isFast[0] else { return }
    expectClose(parameter.doubles, stepped(optimizer, .outsideRoot, steps: 4), tolerance: roundingTolerance)
  }

  /// A smooth loss whose curvature differs at every point, so that every derivative counts.
  private static func loss(_ parameters: ParameterTree<Variable>) -> Variable {
    let w = parameters["w"]
    return (w.squared().squared() * 0.25 + w * Variable(constant: numbers([0.5, -1, 0.25], [1, 3]))).sum([1]).reshaped([1])
  }

  /// One number that depends on the parameters after three steps.
  private static func end(_ optimizer: Optimizer, _ start: Variable, _ learned: ParameterTree<Variable>) -> Variable {
    let values = HyperparameterValues(optimizer, learned: learned, tasks: 1, dtype: .float64)
    var loop = Unrolling(optimizer.rule, values, steps: 3)
    let path = loop(from: ParameterTree([("w", start)])) { parameters, _ in loss(parameters) }
    return (path.end["w"] * Variable(constant: numbers([1, -2, 0.5], [1, 3]))).total()
  }

  @Test(arguments: ids)
  func `derivatives through three steps agree with central differences`(id: String) throws {
    let optimizer = Optimizer.marked(try OptimizerRegistry.type(of: id))
    let start = numbers([0.9, -1.1, 0.7], [1, 3])
    let constants = ParameterTree(
      optimizer.hyperparameters.sorted { $0.key < $1.key }.map { (name: $0.key, leaf: numbers([$0.value])) })
    let leaves = (start: Variable(start), learned: constants.map { Variable($0) })
    let result = Self.end(optimizer, leaves.start, leaves.learned)
    let gradients = gradient(of: result, at: [leaves.start] + leaves.learned.leaves).map(\.value)
    func value(_ start: Tensor, _ learned: ParameterTree<Tensor>) -> Double {
      Self.end(optimizer, Variable(start), learned.map { Variable(constant: $0) }).value.scalar
    }
    let byStart = start.doubles.indices.map { entry in centralDifference { value(start.moved(entry, by: $0), constants) } }
    expectClose(gradients[0].doubles, byStart, tolerance: differenceTolerance)
    for (place, name) in constants.names.enumerated() {
      let numeric = centralDifference { amount in
        var moved = constants
        moved[name] = moved[name].moved(0, by: amount)
        return value(start, moved)
      }
      #expect(numeric != 0, "\(name) matters")
      expectClose(gradients[place + 1].doubles, [numeric], tolerance: differenceTolerance)
    }
  }

  @Test(arguments: ids)
  func `a learned hyperparameter gives the values of a constant`(id: String) throws {
    let optimizer = Optimizer.marked(try OptimizerRegistry.type(of: id))
    let start = Variable(numbers([0.9, -1.1, 0.7], [1, 3]))
    let learned = ParameterTree(
      optimizer.hyperparameters.sorted { $0.key < $1.key }.map { (name: $0.key, leaf: Variable(numbers([$0.value]))) })
    expectClose(
      Self.end(optimizer, start, learned).value, Self.end(optimizer, start, ParameterTree()).value, tolerance: roundingTolerance)
  }

  /// The derivatives of one step from 0 at a gradient of 0, where √ has none; with ε inside the root they are finite.
  @Test(arguments: ids)
  func `derivatives at a gradient of zero are those of the formula`(id: String) throws {
    let optimizer = Optimizer(try OptimizerRegistry.type(of: id))
    let values = HyperparameterValues(optimizer, tasks: 1, dtype: .float64)
    let g = Variable(numbers([0], [1, 1]))
    var state = OptimizerState()
    let moved = state.step(ParameterTree([("w", Variable(numbers([0.3], [1, 1])))]), ParameterTree([("w", g)]), by: optimizer.rule, values)
    let first = gradient(of: moved["w"], at: [g], differentiable: true)[0]
    let second = gradient(of: first, at: [g], differentiable: true)[0]
    let third = gradient(of: second, at: [g])[0]
    let (rate, epsilon) = (optimizer["learningRate"], optimizer["epsilon"])
    let steep = rate / epsilon.squareRoot()
    // d³/dg³ of g/√(c·g² + ε) at 0 is −3c/ε^1.5.
    let bend = 3 * rate / (epsilon * epsilon.squareRoot())
    let expected: (first: Double, third: Double) =
      switch id {
      case "sgd", "momentum": (-rate, 0)
      case "nesterov": (-rate * (1 + optimizer["momentum"]), 0)
      case "rmsprop": (-steep, (1 - optimizer["decay"]) * bend)
      // In the first step m̂ = g and v̂ = g².
      default: (-steep, bend)
      }
    // The tolerance is relative, because ε^−1.5 is 1e12.
    #expect(abs(first.value.doubles[0] - expected.first) <= roundingTolerance * abs(expected.first))
    #expect(second.value.doubles == [0])
    #expect(abs(third.value.doubles[0] - expected.third) <= 1e-9 * abs(expected.third))
  }

  @Test(arguments: ids)
  func `derivatives through several steps at gradients of zero are finite`(id: String) throws {
    let optimizer = Optimizer(try OptimizerRegistry.type(of: id))
    let values = HyperparameterValues(optimizer, tasks: 1, dtype: .float64)
    let g = Variable(numbers([0, 0], [1, 2]))
    var state = OptimizerState()
    var tree = ParameterTree([("w", Variable(numbers([0.3, 0], [1, 2])))])
    for _ in 0..<3 { tree = state.step(tree, ParameterTree([("w", g)]), by: optimizer.rule, values) }
    var derivative = tree["w"]
    for order in 1...3 {
      derivative = gradient(of: derivative, at: [g], differentiable: true)[0]
      #expect(derivative.value.isFinite, "order \(order): \(derivative.value.doubles)")
    }
  }
}

/// Heavy ball with a decay inside the velocity, as a third party would write it.
///
/// The rule is not registered.
///
/// ```
/// v ← μ·v + g + λ·θ        θ ← θ − α·v
/// ```
enum HeavyBall: OptimizerRule {
  static let card = Card(id: "test-heavy-ball", title: "Heavy ball with decay", citation: "none")
  static let hyperparameters = [
    RuleHyperparameter("drag", 0.5, in: 0...1, "Decay of the velocity."),
    RuleHyperparameter("pull", 0.2, in: 0...1, "Decay of the parameters."),
  ]
  static let slots = ["velocity"]

  static func update(_ step: inout OptimizerStep) -> Variable {
    let added = step.gradient + step[hyperparameter: "pull"] * step.parameter
    let velocity = step[slot: "velocity"].map { $0 * step[hyperparameter: "drag"] + added } ?? added
    step[slot: "velocity"] = velocity
    return step.moved(against: velocity)
  }

  /// The formula in plain numbers.
  struct Plain {
    var theta: Double
    var velocity = 0.0

    mutating func step(_ gradient: Double) {
      velocity = 0.5 * velocity + gradient + 0.2 * theta
      theta -= 0.1 * velocity
    }
  }
}

@Suite struct ThirdPartyRuleTests {
  @Test func `a rule that is not registered adapts`() throws {
    let inner = InnerLoop(HeavyBall.self, steps: 3, learningRate: 0.1)
    let shard = try AlgorithmTests.shard([1])
    let result = inner.adapted(
      AlgorithmTests.state(3).learned, AlgorithmTests.learner, support: shard.support, steps: 3)
    var (weight, bias) = (HeavyBall.Plain(theta: 3), HeavyBall.Plain(theta: 0))
    for adapted in result.dropFirst() {
      let gradient = 2 * (weight.theta + bias.theta - 1)
      weight.step(gradient)
      bias.step(gradient)
      expectClose(adapted.parameters["layers.0.weight"].doubles, [weight.theta], tolerance: roundingTolerance)
      expectClose(adapted.parameters["layers.0.bias"].doubles, [bias.theta], tolerance: roundingTolerance)
    }
  }

  @Test func `a rule that is not registered updates the meta-parameters`() {
    var learned = numbers([3, -1])
    var update = OuterUpdate(OuterOptimizer(HeavyBall.self, learningRate: 0.1), iterations: 10, for: learned)
    var plain = [HeavyBall.Plain(theta: 3), HeavyBall.Plain(theta: -1)]
    for gradient in [[1.0, 2], [0.5, -1], [0, 3]] {
      update.apply(numbers(gradient), to: &learned)
      for entry in plain.indices { plain[entry].step(gradient[entry]) }
      expectClose(learned.doubles, plain.map(\.theta), tolerance: roundingTolerance)
    }
  }

  @Test func `a run with such a rule can be resumed`() throws {
    let outer = OuterOptimizer(HeavyBall.self, learningRate: 0.01)
    let algorithm = MAML(inner: InnerLoop(HeavyBall.self, steps: 2, learningRate: 0.1))
    var whole = try trainer(algorithm, outer: outer)
    for _ in 0..<5 { _ = try whole.step() }
    var first = try trainer(algorithm, outer: outer)
    for _ in 0..<2 { _ = try first.step() }
    var second = try MetaTrainer(
      resuming: first.snapshot, algorithm, lineLearner, tasks: Lines(), configuration(outer: outer))
    for _ in 0..<3 { _ = try second.step() }
    #expect(bytes(second.snapshot) == bytes(whole.snapshot))
    #expect(whole.snapshot.tensors.keys.contains("outer.first.initial.layers.0.weight"))
  }
}
