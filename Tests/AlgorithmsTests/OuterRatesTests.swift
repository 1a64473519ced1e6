import Algorithms
import Models
import Registry
import TensorCore
import Testing

/// Learning rates of the meta-update for parameters by name.
@Suite struct OuterRatesTests {
  private func trained(_ rule: any OptimizerRule.Type, _ rates: [String: Double], rate: Double = 0.01, steps: Int = 1) throws
    -> [String: [UInt8]]
  {
    var outer = OuterOptimizer(rule, learningRate: rate)
    outer.rates = rates
    var run = try trainer(MetaSGD(), outer: outer)
    for _ in 0..<steps { _ = try run.step() }
    return bytes(run.state.learned.named)
  }

  @Test(arguments: OptimizerRegistry.all.ids)
  func `the factor of the longest name that fits counts`(id: String) throws {
    let rule = try OptimizerRegistry.type(of: id)
    let rates = ["initial": 0.5, "initial.layers.1": 2, "initial.layers.1.bias": 0.25, "inner.rates.layers.0": 4]
    let found = try trained(rule, rates)
    let factors = [
      "initial.layers.0.weight": 0.5, "initial.layers.0.bias": 0.5, "initial.layers.1.weight": 2, "initial.layers.1.bias": 0.25,
      "inner.rates.layers.0.weight": 4, "inner.rates.layers.0.bias": 4, "inner.rates.layers.1.weight": 1, "inner.rates.layers.1.bias": 1,
    ]
    #expect(Set(found.keys) == Set(factors.keys))
    for (factor, names) in Dictionary(grouping: factors.keys, by: { factors[$0] ?? 0 }) {
      // A run whose rate has the factor gives the same bits: factors are powers of two, so the products are exact.
      let expected = try trained(rule, [:], rate: 0.01 * factor)
      for name in names { #expect(found[name] == expected[name], "\(name)") }
    }
  }

  @Test(arguments: ["inital", "initial.lay", "layers.0.weight"])
  func `a factor for nothing that is learned is refused`(name: String) {
    #expect(throws: HyperparameterError.self) { try trained(SGD.self, [name: 0]) }
  }

  @Test(arguments: OptimizerRegistry.all.ids)
  func `what has the factor 0 stays to the bit, whatever the rule remembers`(id: String) throws {
    let rule = try OptimizerRegistry.type(of: id)
    let start = try trained(rule, [:], steps: 0)
    let found = try trained(rule, ["initial": 0, "initial.layers.1.weight": 1], steps: 4)
    for (name, leaf) in found {
      #expect((leaf == start[name]) == (name.hasPrefix("initial.") && name != "initial.layers.1.weight"), "\(name)")
    }
  }

  @Test func `what is frozen leaves no trace in what the rule remembers`() throws {
    var outer = OuterOptimizer(Adam.self)
    outer.rates = ["initial.layers.0": 0]
    var run = try trainer(MAML(), outer: outer)
    for _ in 0..<3 { _ = try run.step() }
    for (name, tensor) in run.snapshot.tensors where name.hasPrefix("outer.") {
      #expect((tensor.norm == 0) == name.contains("layers.0"), "\(name)")
    }
  }

  @Test func `factors of 1 change no bit`() throws {
    #expect(try trained(Adam.self, ["initial": 1, "inner": 1], steps: 3) == trained(Adam.self, [:], steps: 3))
  }

  @Test func `a run with factors can be resumed`() throws {
    var outer = OuterOptimizer(Adam.self, learningRate: 0.01, schedule: .cosine)
    outer.rates = ["initial.layers.0": 0.5, "initial.layers.1.bias": 0]
    var whole = try trainer(MAML(), outer: outer)
    for _ in 0..<5 { _ = try whole.step() }
    var first = try trainer(MAML(), outer: outer)
    for _ in 0..<2 { _ = try first.step() }
    var second = try MetaTrainer(resuming: first.snapshot, MAML(), lineLearner, tasks: Lines(), configuration(outer: outer))
    for _ in 0..<3 { _ = try second.step() }
    #expect(bytes(second.snapshot) == bytes(whole.snapshot))
  }

  @Test func `the setting reads back as it was made`() throws {
    var outer = OuterOptimizer()
    try OuterOptimizer.hyperparameters.set("rates", to: "inner:2,initial.layers.0:0.5,initial:0", in: &outer)
    #expect(outer.rates == ["inner": 2, "initial.layers.0": 0.5, "initial": 0])
    let text = try #require(OuterOptimizer.hyperparameters.values(of: outer).first { $0.key == "rates" }).value.description
    #expect(text == "initial:0.0,initial.layers.0:0.5,inner:2.0")
    var copy = OuterOptimizer()
    try OuterOptimizer.hyperparameters.set("rates", to: text, in: &copy)
    #expect(copy == outer)
    try OuterOptimizer.hyperparameters.set("rates", to: "", in: &copy)
    #expect(copy == OuterOptimizer())
  }

  @Test(arguments: ["initial", ":2", "initial:-1", "initial:nan", "initial:inf", "initial:fast", "initial:", "a:b:1", "initial:0,wrong"])
  func `a text that is no factor is refused before a run`(text: String) throws {
    var outer = OuterOptimizer()
    try OuterOptimizer.hyperparameters.set("rates", to: text, in: &outer)
    let wrong = text == "initial:0,wrong" ? "wrong" : text
    #expect(
      throws: HyperparameterError.malformed(
        key: "outer.rates", found: wrong, expected: "NAME:FACTOR, each name once, with a factor of at least 0; initial:0 for example")
    ) { try trainer(MAML(), outer: outer) }
    let shown = OuterOptimizer.hyperparameters.values(of: outer).first { $0.key == "rates" }?.value.description ?? ""
    #expect(shown.hasSuffix(wrong), "a record shows what was given")
  }
}
