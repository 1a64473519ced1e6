import Algorithms
import Autograd
import Glibc
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

/// The ways of differentiating through the inner loop: their bits, limits and bias.
@Suite struct WaysTests {
  static let context = AdaptationContext(stream: RandomStream(seed: 0), firstTask: 0)

  /// A learner with three tasks.
  struct Problem: Sendable, CustomTestStringConvertible {
    let name: String
    let learner: Learner
    let shard: Episodes
    var testDescription: String { name }
  }

  static let lines: Problem = {
    let learner = Learner(model: MLP(widths: [1, 6, 5, 1], activation: .relu), taskLoss: .meanSquaredError)
    guard let shard = try? Lines().episodes(0..<3, in: .metaTrain, seed: 0) else { preconditionFailure("lines are drawn") }
    return Problem(name: "lines", learner: learner, shard: shard)
  }()

  static let images: Problem = {
    var (glyphs, network) = (Glyphs(), ConvNet())
    (glyphs.ways, glyphs.shots, glyphs.queries, network.blocks, network.hidden, network.downsampling) = (2, 2, 2, 2, 3, .maxpool)
    do {
      try glyphs.prepare(source: nil)
      try network.configure(inputShape: glyphs.signature.inputShape, outputs: 2)
      let shard = Episodes(try (0..<2).map { try glyphs.episode($0, in: .metaTrain, seed: 0) })
      return Problem(name: "images", learner: Learner(model: network, taskLoss: .crossEntropy), shard: shard)
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  /// The result of a way on a problem.
  static func result(
    _ way: some Differentiation, _ problem: Problem, _ inner: InnerLoop, _ objective: some MetaObjective = QueryLoss(), dtype: DType
  ) -> Differentiated {
    let initial = problem.learner.model.initialParameters(from: RandomStream(seed: 3), dtype: dtype)
    let learned = MetaParameters(initial: initial, inner: inner.initialHyperparameters(for: initial, dtype: dtype))
    return way(objective, through: inner, at: learned, problem.learner, problem.shard.converted(to: dtype), context)
  }

  static func bytes(_ result: Differentiated) -> [[UInt8]] {
    (result.gradient.leaves + result.adapted.leaves + [result.objective, result.queryLosses]).map {
      $0.contiguous.withUnsafeBytes { Array($0) }
    }
  }

  // MARK: Rematerialised

  struct Case: Sendable, CustomTestStringConvertible {
    let rule: any OptimizerRule.Type
    let learns: LearnedHyperparameters
    var adapts = AdaptedPart.all
    var testDescription: String { "\(rule.card.id) \(learns.names) \(learns.granularity) \(learns.isPerStep) \(adapts)" }
  }

  static let cases: [Case] = [
    Case(rule: SGD.self, learns: LearnedHyperparameters()),
    Case(rule: SGD.self, learns: LearnedHyperparameters(["learningRate"], .tensor, isPerStep: true)),
    Case(rule: SGD.self, learns: LearnedHyperparameters(["learningRate"], .parameter, hasSignedRates: true)),
    Case(rule: Momentum.self, learns: LearnedHyperparameters(["learningRate", "momentum"])),
    Case(rule: Adam.self, learns: LearnedHyperparameters()),
    Case(rule: Adam.self, learns: LearnedHyperparameters(["learningRate", "beta1", "beta2", "epsilon"])),
    Case(rule: Adam.self, learns: LearnedHyperparameters(["learningRate", "beta1"], .tensor, isPerStep: true)),
    Case(rule: Nesterov.self, learns: LearnedHyperparameters(["learningRate", "momentum"], .tensor)),
    Case(rule: Adam.self, learns: LearnedHyperparameters(["beta2"]), adapts: .head),
    Case(rule: SGD.self, learns: LearnedHyperparameters(["learningRate"]), adapts: .body),
  ]

  private static func inner(_ choice: Case, steps: Int) -> InnerLoop {
    var inner = InnerLoop(choice.rule, steps: steps, learningRate: 0.05)
    (inner.learns, inner.adapts) = (choice.learns, choice.adapts)
    if choice.rule is Adam.Type { inner.optimizer["epsilon"] = 0.01 }
    return inner
  }

  @Test(arguments: cases, [DType.float32, .float64])
  func `rematerialised has the bits of unrolled`(_ choice: Case, dtype: DType) {
    for steps in 0...9 {
      let inner = Self.inner(choice, steps: steps)
      let problem = choice.adapts == .all ? Self.lines : Self.images
      if choice.adapts != .all, steps % 3 != 2 { continue }
      let expected = Self.bytes(Self.result(Unrolled(), problem, inner, dtype: dtype))
      for segment in [0, 1, 2, 3, 4, steps] {
        let found = Self.bytes(Self.result(Rematerialised(segment: segment), problem, inner, dtype: dtype))
        #expect(found == expected, "\(steps) steps in segments of \(segment)")
      }
    }
  }

  @Test(arguments: [0, 1, 4, 5, 6], [DType.float32, .float64])
  func `rematerialised has the bits of unrolled on images`(index: Int, dtype: DType) {
    for (steps, segment) in [(1, 0), (3, 1), (5, 2), (5, 3), (7, 0)] {
      let inner = Self.inner(Self.cases[index], steps: steps)
      let expected = Self.bytes(Self.result(Unrolled(), Self.images, inner, dtype: dtype))
      #expect(Self.bytes(Self.result(Rematerialised(segment: segment), Self.images, inner, dtype: dtype)) == expected)
    }
  }

  @Test(arguments: [PathSum.Order.first, .last], cases.indices)
  func `objectives that read the path get the bits of unrolled`(order: PathSum.Order, index: Int) {
    for (steps, segment) in [(1, 0), (4, 2), (7, 3), (6, 1)] {
      let inner = Self.inner(Self.cases[index], steps: steps)
      let problem = Self.cases[index].adapts == .all ? Self.lines : Self.images
      let expected = Self.bytes(Self.result(Unrolled(), problem, inner, PathSum(order: order), dtype: .float32))
      let found = Self.bytes(Self.result(Rematerialised(segment: segment), problem, inner, PathSum(order: order), dtype: .float32))
      #expect(found == expected, "\(steps) steps in segments of \(segment)")
    }
  }

  @Test(arguments: ["rematerialised", "truncated", "implicit"])
  func `recorded steps have the bits of eager ones, and one thread those of two`(id: String) throws {
    var maml = MAML(inner: InnerLoop(Adam.self, steps: 6, learningRate: 0.05))
    maml.differentiation.id = id
    var trainers = try [trainer(maml, threads: 1), trainer(maml, threads: 2)]
    let eager = maml.metaGradient(trainers[0].state, lineLearner, try Lines().episodes(0..<3, in: .metaTrain, seed: 0), Self.context)
    #expect(eager.gradient.leaves.allSatisfy { $0.isFinite })
    for _ in 0..<5 {
      #expect(try trainers[0].step() == trainers[1].step())
      #expect(AlgorithmsTests.bytes(trainers[0].snapshot) == AlgorithmsTests.bytes(trainers[1].snapshot))
    }
  }

  @Test func `rematerialised trains to the bits of unrolled`() throws {
    func trained(_ id: String) throws -> [String: [UInt8]] {
      var maml = MAML(inner: InnerLoop(Momentum.self, steps: 7, learningRate: 0.05))
      maml.inner.learns = LearnedHyperparameters(["learningRate"], .tensor, isPerStep: true)
      maml.differentiation.id = id
      var trainer = try trainer(maml)
      for _ in 0..<6 { _ = try trainer.step() }
      return AlgorithmsTests.bytes(trainer.snapshot)
    }
    #expect(try trained("rematerialised") == trained("unrolled"))
  }

  @Test func `a part of a graph that is built again has the whole graph's gradient`() {
    let x = Variable(Tensor(2, dtype: .float64))
    let parts = Rematerialisation()
    let y = parts.segment(sharing: { [x] }) { [x * x] }[0]
    let z = parts.segment(sharing: { [x] }) { [y * y * x] }[0]
    #expect(parts.gradient(of: z, at: [x])[0].value.scalar == 80)
  }

  /// The peak memory of a way in bytes, without its arguments.
  static func peakBytes(_ way: some Differentiation) -> Int {
    TensorMemory.resetPeak()
    let before = TensorMemory.liveBytes
    _ = result(way, images, InnerLoop(Adam.self, steps: 256, learningRate: 0.001), dtype: .float32)
    return TensorMemory.peakBytes - before
  }

  /// The high-water mark belongs to the process, so this test has its own process.
  @Test func `the graphs of 256 steps take a sixth of the memory`() async {
    await #expect(processExitsWith: .success) {
      let (whole, parts) = (WaysTests.peakBytes(Unrolled()), WaysTests.peakBytes(Rematerialised()))
      #expect(6 * parts <= whole, "\(parts) bytes of \(whole)")
      #expect(parts > 0)
    }
  }

  // MARK: Truncated

  @Test(arguments: cases.prefix(8), [3, 4, 7])
  func `all steps or more are unrolled's bits`(_ choice: Case, last: Int) {
    let inner = Self.inner(choice, steps: 3)
    #expect(
      Self.bytes(Self.result(Truncated(last: last), Self.lines, inner, dtype: .float32))
        == Self.bytes(Self.result(Unrolled(), Self.lines, inner, dtype: .float32)))
    #expect(Truncated(last: last).kind(through: inner) == .exact)
    #expect(Truncated(last: 2).kind(through: inner) == .estimate)
  }

  // L = (w + b − t)², g = 2(s − t) for both. Each differentiated step multiplies ds′/ds by 1 − 4α, each earlier one by 1.
  @Test(arguments: 1...5)
  func `a parabola's gradient has one factor for each of the last steps`(last: Int) throws {
    let (alpha, steps) = (0.05, 4)
    let inner = InnerLoop(steps: steps, learningRate: alpha)
    let state = AlgorithmTests.state(3)
    let result = Truncated(last: last)(
      QueryLoss(), through: inner, at: state.learned, AlgorithmTests.learner, try AlgorithmTests.shard([1]), Self.context)
    let factor = 1 - 4 * alpha
    let power = (0..<(steps + min(last, steps))).reduce(1.0) { product, _ in product * factor }
    expectClose(result.gradient.initial["layers.0.weight"].doubles, [2 * power * 2], tolerance: 1e-12)
  }

  @Test func `the last steps' rates alone have a gradient`() {
    var inner = InnerLoop(steps: 5, learningRate: 0.05)
    inner.learns = LearnedHyperparameters(["learningRate"], isPerStep: true)
    let exact = Self.result(Unrolled(), Self.lines, inner, dtype: .float64).gradient.inner["learningRate"].doubles
    let found = Self.result(Truncated(last: 2), Self.lines, inner, dtype: .float64).gradient.inner["learningRate"].doubles
    #expect(found[..<3] == [0, 0, 0])
    // The gradient of a late rate does not depend on how earlier steps are differentiated.
    expectClose(Array(found[3...]), Array(exact[3...]), tolerance: 1e-12)
  }

  @Test func `truncated reads the path, and keeps the values of adaptation`() {
    let inner = InnerLoop(Adam.self, steps: 5, learningRate: 0.05)
    let exact = Self.result(Unrolled(), Self.lines, inner, PathSum(), dtype: .float64)
    let found = Self.result(Truncated(last: 2), Self.lines, inner, PathSum(), dtype: .float64)
    expectClose(found.objective.doubles, exact.objective.doubles, tolerance: 1e-12)
    #expect(found.gradient.initial.leaves[0].doubles != exact.gradient.initial.leaves[0].doubles)
  }

  // MARK: Implicit

  /// A linear model with mean squared error, for which the proximal problem is strongly convex.
  static let linear = Problem(
    name: "linear", learner: Learner(model: MLP(widths: [1, 1]), taskLoss: .meanSquaredError), shard: lines.shard)

  /// A network without kinks.
  static let smooth = Problem(name: "smooth", learner: lineLearner, shard: lines.shard)

  private static func implicit(
    lambda: Double = 0.5, steps: Int = 50, solver: Implicit.Solver = .cg, tolerance: Double = 0, damping: Double = 0
  ) -> Implicit {
    var way = Implicit()
    (way.lambda, way.solverSteps, way.solver, way.tolerance, way.damping) = (lambda, steps, solver, tolerance, damping)
    return way
  }

  private static func distance(_ first: Differentiated, _ second: Differentiated) -> Double {
    zip(first.gradient.initial.leaves, second.gradient.initial.leaves).map { ($0 - $1).norm }.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  @Test(arguments: [("linear", 0.2, AdaptedPart.all), ("smooth", 0.2, .all), ("images", 0.2, .head)])
  func `implicit and unrolled meet as steps grow`(name: String, rate: Double, adapts: AdaptedPart) throws {
    let problem = try #require([Self.linear, Self.smooth, Self.images].first { $0.name == name })
    let way = Self.implicit(lambda: 1)
    var errors: [Double] = []
    let counts = [10, 20, 40, 80, 160]
    for steps in counts {
      var inner = InnerLoop(steps: steps, learningRate: rate)
      inner.adapts = adapts
      let found = Self.result(way, problem, inner, dtype: .float64)
      errors.append(Self.distance(found, Self.result(Unrolled(), problem, way.adaptation(inner), dtype: .float64)))
    }
    // The slope of the log error over steps, while the error is above rounding.
    let slope = (log(errors[2]) - log(errors[0])) / Double(counts[2] - counts[0])
    print("\(name): errors \(errors) after \(counts) steps, slope of log error \(slope)")
    #expect(errors[4] < 1e-8)
    // The slowest direction has a curvature of at least λ: the error falls by 1 − αλ per step or faster, except in early steps.
    #expect(slope < -0.1)
  }

  @Test func `conjugate gradients and the series solve the same system`() {
    let inner = InnerLoop(steps: 30, learningRate: 0.05)
    for damping in [0, 0.3] {
      let first = Self.result(Self.implicit(lambda: 20, damping: damping), Self.smooth, inner, dtype: .float64)
      let series = Self.implicit(lambda: 20, steps: 400, solver: .neumann, damping: damping)
      let second = Self.result(series, Self.smooth, inner, dtype: .float64)
      #expect(Self.distance(first, second) < 1e-9)
    }
  }

  @Test func `adaptation stops at the tolerance, and tasks that do not reach it are counted`() {
    let inner = InnerLoop(steps: 400, learningRate: 0.2)
    let all = Self.result(Self.implicit(), Self.linear, inner, dtype: .float64)
    let early = Self.result(Self.implicit(tolerance: 1e-3), Self.linear, inner, dtype: .float64)
    #expect(all.metrics.names == ["stationarity", "negativeCurvature"])
    #expect(early.metrics.names == ["stationarity", "negativeCurvature", "unconverged"])
    #expect(early.metrics["unconverged"].doubles == [0, 0, 0])
    #expect(early.metrics["stationarity"].doubles.allSatisfy { $0 < 1e-3 })
    #expect(all.metrics["stationarity"].doubles.allSatisfy { $0 < 1e-12 })
    #expect((early.metrics["stationarity"].doubles.max() ?? 0) > 1e-6)
    let short = Self.result(Self.implicit(tolerance: 1e-9), Self.linear, InnerLoop(steps: 2, learningRate: 0.2), dtype: .float64)
    #expect(short.metrics["unconverged"].doubles == [1, 1, 1])
  }

  @Test func `with a tolerance nothing is recorded, and the trainer reports the metrics`() throws {
    var imaml = IMAML(inner: InnerLoop(steps: 20, learningRate: 0.1))
    #expect(imaml.isRecordable)
    try imaml.differentiation.set("tolerance", to: "0.01", of: Implicit.self)
    #expect(!imaml.isRecordable)
    var trainer = try trainer(imaml)
    for _ in 0..<3 {
      #expect(try trainer.step().metrics.map(\.name) == ["stationarity", "negativeCurvature", "unconverged"])
    }
  }

  @Test func `testing adapts by the proximal loss`() throws {
    let imaml = IMAML(inner: InnerLoop(steps: 300, learningRate: 0.1))
    let state = imaml.initialState(Self.linear.learner, from: RandomStream(seed: 1), dtype: .float64)
    let support = Self.linear.shard.converted(to: .float64).support
    let end = try #require(imaml.adapt(state, Self.linear.learner, support: support, steps: 300, Self.context).last).parameters
    let leaves = end.map { Variable($0) }
    let slope = leaves.replacing(gradient(of: Self.linear.learner.supportLoss(leaves, support), at: leaves.leaves))
    for (name, leaf) in end.entries {
      // ∇L(θ′) + λ(θ′ − θ) = 0 with λ = 2.
      let sum = slope[name].value + 2 * (leaf - state.initial[name].expanded(over: 3))
      #expect(sum.norm < 1e-12)
    }
  }

  @Test func `conjugate gradients stop at negative curvature`() throws {
    // diag(2, 1) is solved. diag(−1, 1) meets negative curvature, after one step or at once. A right side of 0 needs no step.
    let diagonal = try Tensor([2, 1, -1, 1, -1, -1, 1, 1] as [Double], shape: [4, 2])
    let right = try Tensor([2, 3, 1, 2, 1, 2, 0, 0] as [Double], shape: [4, 2])
    let result = ConjugateGradient(right, steps: 9) { diagonal * $0 }
    #expect(result.negativeCurvature.doubles == [0, 1, 1, 0])
    expectClose(result.solution[0].doubles, [1, 3], tolerance: 1e-12)
    #expect(result.solution.isFinite)
    // Negative curvature at once returns b itself.
    #expect(result.solution[2].doubles == [1, 2])
    #expect(result.solution[3].doubles == [0, 0])
    // A row that has stopped stays finite, however large its residual and however many steps follow.
    let large = ConjugateGradient(try Tensor([1e40, 1e40] as [Double], shape: [1, 2]), steps: 20) { -1 * $0 }
    #expect(large.solution.doubles == [1e40, 1e40])
  }

  @Test func `implicit refuses an objective that reads the path, and settings out of range`() throws {
    var maml = MAML()
    maml.differentiation = Selection(Implicit.self)
    #expect(Implicit().objection(to: PathSum()) != nil)
    #expect(Implicit().objection(to: QueryLoss()) == nil)
    for (key, value) in [("gradient.lambda", "0"), ("gradient.solverSteps", "0"), ("gradient.last", "0"), ("gradient.segment", "-1")] {
      #expect(throws: HyperparameterError.self) { try MAML.hyperparameters.set(key, to: value, in: &maml) }
    }
  }
}

/// The sum of the query losses after every step, in either order; an objective that reads the path.
struct PathSum: MetaObjective {
  enum Order: Sendable { case first, last }

  static let card = Card(id: "test-path-sum", title: "Sum over the path", citation: "none")
  var order = Order.first
  var readsPath: Bool { true }

  init() {}
  init(order: Order) { self.order = order }

  func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue {
    let path = trajectories[0].parameters
    let losses = path.map { learner.loss(learner.queryPredictions($0, shard), shard.query.targets) }
    let ordered = order == .first ? losses : losses.reversed()
    return ObjectiveValue(at: trajectories[0].end, learner, shard) { _ in ordered.dropFirst().reduce(ordered[0], +) }
  }
}
