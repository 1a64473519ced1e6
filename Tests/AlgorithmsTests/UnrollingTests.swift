import Algorithms
import Autograd
import Models
import Registry
import TensorCore
import Testing
import _TestSupport

@Suite struct UnrollingTests {
  static let ids = OptimizerRegistry.all.ids
  static let derivatives = [Unrolling.Derivative.full, .none]

  private static func start() -> ParameterTree<Variable> {
    ParameterTree([
      ("a", Variable(numbers([0.9, -1.1, 0.7, 0.2], [2, 2]))), ("b", Variable(numbers([0.4, -0.3], [2, 1]))),
    ])
  }

  /// Σ (a² − b)² over a task's entries, [2].
  private static func loss(_ parameters: ParameterTree<Variable>, _ step: Int = 0) -> Variable {
    (parameters["a"].squared() - parameters["b"]).squared().sum([1]).reshaped([2])
  }

  private static func loop(
    _ rule: any OptimizerRule.Type = SGD.self, steps: Int, _ derivative: Unrolling.Derivative = .full, keepsPath: Bool = true
  ) -> Unrolling {
    let optimizer = Optimizer.marked(rule)
    return Unrolling(
      rule, HyperparameterValues(optimizer, tasks: 2, dtype: .float64), steps: steps, derivative: derivative, keepsPath: keepsPath)
  }

  @Test(arguments: [0, 1, 3], derivatives)
  func `a path has the parameters after every step and the losses before`(steps: Int, derivative: Unrolling.Derivative) {
    var loop = Self.loop(steps: steps, derivative)
    var numbersSeen: [Int] = []
    let start = Self.start()
    let path = loop(from: start) { parameters, step in
      numbersSeen.append(step)
      return Self.loss(parameters, step)
    }
    #expect(numbersSeen == Array(0..<steps))
    #expect(path.parameters.count == steps + 1 && path.losses.count == steps)
    #expect(bytes(path.parameters[0].map(\.value)) == bytes(start.map(\.value)))
    for (before, losses) in zip(path.parameters, path.losses) {
      #expect(bytes(losses.value) == bytes(Self.loss(before).value))
      #expect(!losses.isTracked)
    }
    var short = Self.loop(steps: steps, derivative, keepsPath: false)
    let end = short(from: start, minimising: Self.loss)
    #expect(end.parameters.count == 1 && end.losses.count == steps)
    #expect(bytes(end.end.map(\.value)) == bytes(path.end.map(\.value)))
  }

  @Test(arguments: ids)
  func `values without derivatives are those with them`(id: String) throws {
    let rule = try OptimizerRegistry.type(of: id)
    var (full, none) = (Self.loop(rule, steps: 4), Self.loop(rule, steps: 4, .none))
    let start = Self.start()
    let (first, second) = (full(from: start, minimising: Self.loss), none(from: start, minimising: Self.loss))
    for (one, other) in zip(first.parameters, second.parameters) { #expect(bytes(one.map(\.value)) == bytes(other.map(\.value))) }
    #expect(first.losses.map { bytes($0.value) } == second.losses.map { bytes($0.value) })
    #expect(first.end.leaves.allSatisfy { $0.isTracked })
    #expect(!second.end.leaves.contains { $0.isTracked })
  }

  @Test(arguments: ids, derivatives)
  func `a loop that goes on from another's state is one longer loop`(id: String, derivative: Unrolling.Derivative) throws {
    let rule = try OptimizerRegistry.type(of: id)
    var whole = Self.loop(rule, steps: 5, derivative)
    let expected = whole(from: Self.start(), minimising: Self.loss)
    var first = Self.loop(rule, steps: 2, derivative)
    let half = first(from: Self.start(), minimising: Self.loss)
    var second = Self.loop(rule, steps: 3, derivative)
    second.state = first.state
    let rest = second(from: half.end, minimising: Self.loss)
    #expect(second.state.count == 5)
    #expect(bytes(rest.end.map(\.value)) == bytes(expected.end.map(\.value)))
    // Without the state, the path differs if the rule has slots.
    var forgetful = Self.loop(rule, steps: 3, derivative)
    let other = forgetful(from: half.end, minimising: Self.loss)
    #expect((bytes(other.end.map(\.value)) == bytes(expected.end.map(\.value))) == rule.slots.isEmpty)
  }

  @Test func `derivatives go through the state of an earlier loop`() {
    func end(_ shift: Double) -> (value: Variable, start: Variable) {
      let start = Variable(numbers([0.9 + shift, -1.1, 0.7, 0.2], [2, 2]))
      var first = Self.loop(Momentum.self, steps: 2)
      let half = first(from: ParameterTree([("a", start), ("b", Variable(numbers([0.4, -0.3], [2, 1])))]), minimising: Self.loss)
      var second = Self.loop(Momentum.self, steps: 2)
      second.state = first.state
      return (second(from: half.end, minimising: Self.loss).end["a"].total(), start)
    }
    let (value, start) = end(0)
    let analytic = gradient(of: value, at: [start])[0].value.doubles[0]
    expectClose(analytic, centralDifference { end($0).value.value.scalar }, tolerance: differenceTolerance)
  }

  // L = ½(a − b)². One step of a alone gives a′ = a − α(a − b), so da′/da = 1 − α and da′/db = α.
  @Test func `what does not adapt keeps its place in the graph`() {
    let (a, b) = (Variable(numbers([3], [1, 1])), Variable(numbers([1], [1, 1])))
    var optimizer = Optimizer(SGD.self)
    optimizer["learningRate"] = 0.25
    var loop = Unrolling(SGD.self, HyperparameterValues(optimizer, tasks: 1, dtype: .float64), steps: 1)
    let path = loop(from: ParameterTree([("a", a), ("b", b)]), adapting: { $0 == "a" }) { parameters, _ in
      ((parameters["a"] - parameters["b"]).squared() * 0.5).reshaped([1])
    }
    #expect(path.end["a"].value.doubles == [2.5])
    #expect(path.end["b"].value.doubles == [1])
    #expect(gradient(of: path.end["a"], at: [a, b]).map { $0.value.doubles } == [[0.75], [0.25]])
    #expect(gradient(of: path.end["b"], at: [a, b]).map { $0.value.doubles } == [[0], [1]])
  }

  @Test(arguments: derivatives)
  func `nothing moves where nothing adapts`(derivative: Unrolling.Derivative) {
    var loop = Self.loop(Adam.self, steps: 3, derivative)
    let start = Self.start()
    let path = loop(from: start, adapting: { _ in false }, minimising: Self.loss)
    #expect(path.parameters.count == 4)
    #expect(bytes(path.end.map(\.value)) == bytes(start.map(\.value)))
  }
}
