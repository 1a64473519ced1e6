import Algorithms
import Autograd
import Models
import Registry
import TensorCore
import Testing
import _TestSupport

/// The inner problem L = ½a(w − λ)², K steps of SGD, and the outer loss E = ½(w_K − t)².
///
/// ```
/// w_k = λ + cᵏ(w₀ − λ), c = 1 − ηa
/// ```
@Suite struct BilevelTests {
  static let (a, eta, start, lambda, target, steps) = (2.0, 0.1, 3.0, 0.5, -1.0, 4)
  static let problem = Bilevel(steps: steps, learningRate: eta)

  private static func power(_ exponent: Int) -> Double { (0..<exponent).reduce(1) { product, _ in product * (1 - eta * a) } }
  private static func w(_ k: Int) -> Double { lambda + power(k) * (start - lambda) }
  private static func number(_ value: Double) -> Tensor { Tensor(value, dtype: .float64) }

  private static func inner(_ w: ParameterTree<Variable>, _ outer: ParameterTree<Variable>, _ step: Int) -> Variable {
    (w["w"] - outer["lambda"]).squared() * (a / 2)
  }

  private static func outer(_ w: ParameterTree<Variable>, _ outer: ParameterTree<Variable>) -> Variable {
    (w["w"] - Variable(constant: number(target))).squared() * 0.5
  }

  @Test func `the hypergradient on a parabola`() {
    var seen: [Int] = []
    let result = Self.problem.hypergradient(
      at: ParameterTree([("lambda", Self.number(Self.lambda)), ("unused", numbers([1, 2]))]),
      from: ParameterTree([("w", Self.number(Self.start))]),
      inner: { w, outer, step in
        seen.append(step)
        return Self.inner(w, outer, step)
      }, outer: Self.outer)
    let error = Self.w(Self.steps) - Self.target
    #expect(seen == [0, 1, 2, 3])
    #expect(result.gradient.names == ["lambda", "unused"])
    expectClose(result.gradient["lambda"].scalar, error * (1 - Self.power(Self.steps)), tolerance: roundingTolerance)
    #expect(result.gradient["unused"].doubles == [0, 0])
    expectClose(result.outerLoss, error * error / 2, tolerance: roundingTolerance)
    expectClose(result.inner["w"].scalar, Self.w(Self.steps), tolerance: roundingTolerance)
    let losses = (0..<Self.steps).map { k in Self.a / 2 * (Self.w(k) - Self.lambda) * (Self.w(k) - Self.lambda) }
    expectClose(result.innerLosses, losses, tolerance: roundingTolerance)
  }

  // dw_K/dη = K c^(K−1) (−a)(w₀ − λ), dw_K/dw₀ = c^K.
  @Test func `a learned rate and a learned initialisation`() {
    let outer = ParameterTree([
      ("lambda", Self.number(Self.lambda)), ("rate", Self.number(Self.eta)), ("start", Self.number(Self.start)),
    ])
    let result = Self.problem.hypergradient(
      at: outer, startingAt: { ParameterTree([("w", $0["start"])]) }, inner: Self.inner, outer: Self.outer,
      hyperparameters: { ParameterTree([("learningRate", $0["rate"])]) })
    let error = Self.w(Self.steps) - Self.target
    expectClose(result.gradient["lambda"].scalar, error * (1 - Self.power(Self.steps)), tolerance: roundingTolerance)
    expectClose(result.gradient["start"].scalar, error * Self.power(Self.steps), tolerance: roundingTolerance)
    let byRate = error * Double(Self.steps) * Self.power(Self.steps - 1) * -Self.a * (Self.start - Self.lambda)
    expectClose(result.gradient["rate"].scalar, byRate, tolerance: roundingTolerance)
  }

  @Test func `without steps the outer loss sees the start`() {
    let result = Bilevel(steps: 0, learningRate: 0.1).hypergradient(
      at: ParameterTree([("start", Self.number(3)), ("lambda", Self.number(1))]), startingAt: { ParameterTree([("w", $0["start"])]) },
      inner: Self.inner, outer: Self.outer)
    #expect(result.gradient["start"].scalar == 4 && result.gradient["lambda"].scalar == 0)
    #expect(result.outerLoss == 8 && result.innerLosses.isEmpty && result.inner["w"].scalar == 3)
  }

  @Test func `an outer loss may read the outer parameters`() {
    let result = Self.problem.hypergradient(
      at: ParameterTree([("lambda", Self.number(Self.lambda))]), from: ParameterTree([("w", Self.number(Self.start))]),
      inner: { w, _, _ in w["w"].squared() }, outer: { w, outer in outer["lambda"].squared() + w["w"] * 0 })
    #expect(result.gradient["lambda"].scalar == 1)
  }

  /// A general problem: parameters of several shapes without a task axis, non-quadratic losses, all hyperparameters learned.
  private static func general(_ optimizer: Optimizer, _ outer: ParameterTree<Tensor>) -> Bilevel.Result {
    var problem = Bilevel(optimizer.rule, steps: 3, learningRate: 0.1)
    problem.optimizer = optimizer
    return problem.hypergradient(
      at: outer, startingAt: { ParameterTree([("u", $0["start"]), ("v", $0["scale"] * 2)]) },
      inner: { w, outer, step in
        (w["u"].squared() - outer["shift"]).squared().total() * 0.25 + (w["v"] * w["u"]).total().squared() * (0.1 * Double(step + 1))
      },
      outer: { w, outer in (w["u"] * outer["shift"]).total() + w["v"].squared() * 0.5 },
      hyperparameters: { outer in
        ParameterTree(optimizer.hyperparameters.keys.sorted().map { (name: $0, leaf: outer["rule.\($0)"]) })
      })
  }

  @Test(arguments: OptimizerRegistry.all.ids)
  func `every rule's hypergradient agrees with central differences`(id: String) throws {
    let optimizer = Optimizer.marked(try OptimizerRegistry.type(of: id))
    let outer = ParameterTree(
      [("start", numbers([0.9, -1.1, 0.7])), ("shift", numbers([0.3, 0.2, -0.4])), ("scale", Self.number(0.6))]
        + optimizer.hyperparameters.sorted { $0.key < $1.key }.map { (name: "rule.\($0.key)", leaf: Self.number($0.value)) })
    let analytic = Self.general(optimizer, outer).gradient
    for (name, leaf) in outer.entries {
      let numeric = leaf.doubles.indices.map { entry in
        centralDifference { amount in
          var moved = outer
          moved[name] = leaf.moved(entry, by: amount)
          return Self.general(optimizer, moved).outerLoss
        }
      }
      #expect(numeric.contains { $0 != 0 }, "\(name) matters")
      expectClose(analytic[name].doubles, numeric, tolerance: differenceTolerance)
    }
  }
}
