import Algorithms
import Autograd
import Models
import Registry
import TensorCore
import Testing

/// A rule that returns the value it reads of a hyperparameter as the new parameter, to test the lookup.
private protocol Probe: OptimizerRule {
  static func read(_ step: OptimizerStep) -> Variable
}

extension Probe {
  static var card: Card { Card(id: "test-probe", title: "", citation: "") }
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
  /// The values that the probe reads for the parameters "a", [2, 2], and "b.weight", [2, 1, 2], of two tasks, one entry for each step.
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

  /// The values are powers of two, so that products are exact.
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

  /// A state that was continued from elsewhere starts at a late step.
  @Test(arguments: [false, true])
  func `a bias correction at a late first step is that of all steps before`(isPerStep: Bool) {
    let late = read(
      Correction.self, [("x", isPerStep ? numbers([0.5, 0.25], [2, 1]) : numbers([0.5, 0.25]))], isPerStep: isPerStep, from: 5)
    let (first, second) = (1 - 0x1p-5, 1 - 0x1p-10)
    #expect(late[0]["a"] == [first, first, second, second])
  }

  /// Each earlier step adds one factor, so a recursion would exhaust a thread's stack.
  @Test(arguments: [false, true])
  func `a very late first step does not exhaust the stack`(isPerStep: Bool) {
    let late = read(
      Correction.self, [("x", isPerStep ? numbers([0.5, 0.25], [2, 1]) : numbers([0.5, 0.25]))], isPerStep: isPerStep, from: 200_000)
    #expect(late[0]["a"] == [1, 1, 1, 1])
  }
}
