import Algorithms
import Models
import StatisticalBaselines
import Tasks
import TensorCore
import Testing

/// The baselines that learn from all meta-training tasks.
@Suite struct PooledBaselineTests {
  /// Multiples of 1/1024: float32 holds them, but not long sums of their products.
  private static let x = [[0.0, 1, 2], [1, 3, 4], [-1, 0, 2], [2, 5, 7]].map { $0.map { $0 + 37.0 / 1024 } }
  private static let y = [[1.0, 2, 4], [8, 9, 9], [3, 2, 1], [0, 4, 5]].map { $0.map { $0 - 5.0 / 1024 } }

  /// All samples as support sets, and queries that repeat the support sets' last samples.
  private func shard(_ tasks: Range<Int>, float32: Bool = false) throws -> Episodes {
    let set = try lines(Array(Self.x[tasks]), Array(Self.y[tasks])).converted(to: float32 ? .float32 : .float64)
    func part(_ range: Range<Int>) -> LabelledSet {
      LabelledSet(inputs: set.inputs.sliced(range, along: 1), targets: set.targets.mapTensor { $0.sliced(range, along: 1) })
    }
    return Episodes(support: part(0..<2), query: part(2..<3))
  }

  private func observe(_ algorithm: some StatisticalBaseline, _ state: inout MetaState, _ shards: [Range<Int>]) throws {
    let float32 = state.carried.leaves[0].dtype == .float32
    let parts = try shards.compactMap { algorithm.observed(state, try shard($0, float32: float32), context(firstTask: $0.lowerBound)) }
    guard let first = parts.first else { return }
    let sum = parts.dropFirst().reduce(first) { $0.zip($1) { $0 + $1 } }
    state.carried = algorithm.carried(after: state.carried, observing: sum, tasks: 4)
  }

  private func start(_ algorithm: some Algorithm, _ dtype: DType = .float64) -> MetaState {
    algorithm.initialState(learner(), from: RandomStream(seed: 1), dtype: dtype)
  }

  @Test func `the pooled ridge regression has its closed form`() throws {
    var algorithm = RidgePooled()
    algorithm.lambda = 2
    var state = start(algorithm)
    try observe(algorithm, &state, [0..<1, 1..<4])
    let (x, y) = (Self.x.flatMap { $0 }, Self.y.flatMap { $0 })
    let (xMean, yMean) = (x.reduce(0, +) / 12, y.reduce(0, +) / 12)
    let slope = zip(x, y).reduce(0) { $0 + ($1.0 - xMean) * ($1.1 - yMean) } / (x.reduce(0) { $0 + ($1 - xMean) * ($1 - xMean) } + 2)
    let answer = algorithm.answers(learner(), try shard(0..<1).support, try tensor([10], [1, 1, 1]), after: state)[0]
    #expect(abs(answer - (yMean + slope * (10 - xMean))) < 1e-9)
  }

  /// In float32 alone, a sum of so many steps would lose digits.
  @Test func `many steps lose no digits`() throws {
    let algorithm = RidgePooled()
    var state = start(algorithm, .float32)
    for _ in 0..<3000 { try observe(algorithm, &state, [0..<4]) }
    var exact = start(algorithm)
    try observe(algorithm, &exact, [0..<4])
    exact.carried = exact.carried.map { 3000 * $0 }
    let query = try tensor([10], [1, 1, 1])
    func answer(_ state: MetaState) throws -> Double { algorithm.answers(learner(), try shard(0..<1).support, query, after: state)[0] }
    #expect(abs(try answer(state) - answer(exact)) < 1e-9)
  }

  @Test(arguments: [[0..<4], [0..<1, 1..<4], [0..<2, 2..<4]])
  func `the mixed model is the fit of the episodes as groups`(shards: [Range<Int>]) throws {
    let algorithm = MixedModel()
    var state = start(algorithm)
    try observe(algorithm, &state, shards)
    let groups = zip(Self.x, Self.y).map { x, y in
      LinearMixedModel.Group(x: x.map { [1, $0] }, z: x.map { [1, $0] }, y: y)
    }
    let model = try LinearMixedModel.fit(groups)
    let values = algorithm.learnedValues(state)
    #expect(values.map(\.hyperparameter) == ["intercept deviation", "slope deviation", "correlation", "residual deviation"])
    let expected = model.deviations + [model.correlation(0, 1), model.residual]
    for (value, number) in zip(values, expected) { #expect(abs(value.mean - number) < 1e-9) }
    // A new task: the line that fixed and predicted random effects give.
    let support = try lines([[0, 2]], [[5, 9]])
    let effects = model.randomEffects(of: .init(x: [[1, 0], [1, 2]], z: [[1, 0], [1, 2]], y: [5, 9]))
    let answer = algorithm.answers(learner(), support, try tensor([3], [1, 1, 1]), after: state)[0]
    #expect(abs(answer - (model.fixed[0] + effects[0] + 3 * (model.fixed[1] + effects[1]))) < 1e-9)
  }

  @Test func `the first tasks make the estimate`() throws {
    var algorithm = MixedModel()
    algorithm.tasks = 10
    var state = start(algorithm)
    for _ in 0..<3 { try observe(algorithm, &state, [0..<2, 2..<4]) }
    #expect(state.carried["tasks"].scalar == 10)
    #expect(algorithm.observed(state, try shard(0..<4), context()) == nil)
    #expect(throws: Never.self) { try algorithm.validate(carried: state.carried, after: 3) }
    state.carried["tasks"] = Tensor(11, dtype: .float64)
    #expect(throws: AlgorithmError.carriedState(algorithm: "mixed-model", name: "carried.tasks", found: 11, limit: 10)) {
      try algorithm.validate(carried: state.carried, after: 3)
    }
  }

  @Test func `other tasks and settings are refused`() {
    func failure(_ algorithm: some Algorithm, _ loss: TaskLoss, inputs: Int = 1) -> AlgorithmError? {
      let signature = TaskSignature(
        inputShape: [inputs], outputs: 1, taskLoss: loss, supportCount: 5, queryCount: 1, suggestedModel: "mlp")
      do throws(AlgorithmError) {
        try algorithm.validate(learner(inputs: inputs, loss), signature, TrainingConfiguration(for: signature))
      } catch { return error }
      return nil
    }
    #expect(failure(MixedModel(), .meanSquaredError) == nil && failure(RidgePooled(), .huber) == nil)
    #expect(failure(MixedModel(), .binaryCrossEntropy)?.isUnsuited == true)
    #expect(failure(RidgePooled(), .binaryCrossEntropy)?.isUnsuited == true)
    #expect(failure(MixedModel(), .meanSquaredError, inputs: 65)?.isUnsuited == true)
    var algorithm = MixedModel()
    algorithm.slope = 1
    #expect(
      failure(algorithm, .meanSquaredError)
        == .setting(algorithm: "mixed-model", text: "slope is 1, and there are 1 inputs; set it to at most 0."))
  }
}
