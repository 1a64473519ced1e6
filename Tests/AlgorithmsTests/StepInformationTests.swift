import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore
import Testing

/// A gradient computed from the data by tensor operations, so that it differs between steps and tasks.
private func dataGradient(_ state: MetaState, _ shard: Episodes) -> Tensor {
  (shard.support.inputs * shard.support.targets.tensor).sum([0, 1, 2]).reshaped([1]) + state.initial["w"]
}

private func contribution(
  _ gradient: Tensor, _ shard: Episodes, observed: ParameterTree<Tensor>? = nil, metrics: ParameterTree<Tensor> = ParameterTree()
) -> MetaGradient {
  MetaGradient(
    gradient: MetaParameters(initial: ParameterTree([("w", gradient)])), losses: shard.query.inputs.sum([1, 2]).reshaped([shard.count]),
    observed: observed, metrics: metrics)
}

/// What a step tells an algorithm, and what an algorithm tells the trainer about a step.
@Suite struct StepInformationTests {
  typealias Step = AdaptationContext.Step

  /// The bits of the snapshot after every step, and the reports.
  private func run(_ algorithm: any Algorithm, threads: Int = 1, steps: Int = 6) throws -> ([[String: [UInt8]]], [StepReport]) {
    var run = try trainer(algorithm, threads: threads, outer: OuterOptimizer(SGD.self, learningRate: 0.1))
    var snapshots: [[String: [UInt8]]] = []
    let reports = try (0..<steps).map { _ in
      defer { snapshots.append(bytes(run.snapshot)) }
      return try run.step()
    }
    return (snapshots, reports)
  }

  private func expectRecordedIsEager(_ stub: StubAlgorithm, sourceLocation: SourceLocation = #_sourceLocation) throws {
    var (recordable, eager) = (stub, stub)
    (recordable.isRecordable, eager.isRecordable) = (true, false)
    let expected = try run(eager)
    for threads in 1...2 {
      let found = try run(recordable, threads: threads)
      #expect(found.0 == expected.0, sourceLocation: sourceLocation)
      #expect(found.1 == expected.1, sourceLocation: sourceLocation)
    }
  }

  // MARK: Scheduled numbers and phases

  private static func weighted(_ weight: @escaping @Sendable (Step) -> Double) -> StubAlgorithm {
    var stub = StubAlgorithm()
    stub.schedule = { ParameterTree([("weight", Tensor(weight($0)))]) }
    stub.gradient = { state, _, shard, context in contribution(context.scheduled["weight"] * dataGradient(state, shard), shard) }
    return stub
  }

  @Test func `scheduled numbers reach recorded steps`() throws {
    let stub = Self.weighted { 1 + Double($0.iteration) + $0.progress }
    try expectRecordedIsEager(stub)
    #expect(try run(stub).0 != run(Self.weighted { _ in 1 }).0)
  }

  @Test func `scheduled numbers are those of the step`() throws {
    let notes = Notes()
    var stub = StubAlgorithm()
    stub.schedule = { ParameterTree([("number", Tensor(Double(100 * $0.iteration + $0.iterations)))]) }
    stub.gradient = { state, _, shard, context in
      notes.note(Int(context.scheduled["number"].scalar))
      #expect(context.step == Step(iteration: (Int(context.scheduled["number"].scalar) - 20) / 100, iterations: 20))
      return contribution(dataGradient(state, shard), shard)
    }
    _ = try run(stub, steps: 3)
    #expect(notes.sorted == [20, 20, 20, 120, 120, 120, 220, 220, 220])
  }

  @Test func `a phase switches graphs`() throws {
    func stub(_ phases: @escaping @Sendable (Step) -> Int) -> StubAlgorithm {
      var stub = StubAlgorithm()
      stub.phases = phases
      stub.gradient = { state, _, shard, context in
        let gradient = dataGradient(state, shard)
        return contribution(context.phase == 0 ? gradient : gradient * gradient, shard)
      }
      return stub
    }
    // The phase changes and returns: 0 0 1 1 0 0.
    let switching = stub { $0.iteration / 2 % 2 }
    try expectRecordedIsEager(switching)
    #expect(try run(switching).0 != run(stub { _ in 0 }).0)
  }

  @Test func `progress is the share of the run that is done`() {
    #expect(Step(iteration: 3, iterations: 4).progress == 0.75)
    #expect(Step(iteration: 0, iterations: 0).progress == 0)
  }

  // MARK: What a recording would freeze

  @Test(arguments: ["step", "stream", "task stream", "first task"])
  func `a recordable algorithm that reads the context is refused`(what: String) throws {
    var stub = StubAlgorithm()
    stub.gradient = { state, _, shard, context in
      switch what {
      case "step": _ = context.step
      case "stream": _ = context.stream
      case "task stream": _ = context.stream(task: 0, step: 0)
      default: _ = context.firstTask
      }
      return contribution(dataGradient(state, shard), shard)
    }
    _ = try run(stub)
    stub.isRecordable = true
    #expect(throws: TrainingError.readsContext(algorithm: "test-stub")) { try run(stub) }
  }

  @Test func `a recordable algorithm may read its scheduled numbers and its phase`() throws {
    var stub = Self.weighted { Double($0.iteration) }
    let base = stub.gradient
    stub.gradient = { state, learner, shard, context in
      #expect(context.phase == 0)
      return base(state, learner, shard, context)
    }
    stub.isRecordable = true
    _ = try run(stub)
  }

  // MARK: Metrics

  @Test(arguments: [true, false], 1...2)
  func `metrics are means over the meta-batch in the order of its tasks`(isRecordable: Bool, threads: Int) throws {
    var stub = StubAlgorithm()
    stub.isRecordable = isRecordable
    stub.gradient = { state, _, shard, _ in
      let first = shard.support.inputs.sliced(0..<1, along: 1).reshaped([shard.count])
      return contribution(
        dataGradient(state, shard), shard, metrics: ParameterTree([("first input", first), ("its square", first * first)]))
    }
    let reports = try run(stub, threads: threads, steps: 4).1
    for (iteration, report) in reports.enumerated() {
      let tasks = (7 * iteration)..<(7 * iteration + 7)
      let inputs = try Lines().episodes(tasks, in: .metaTrain, seed: 0).support.inputs.sliced(0..<1, along: 1).floats
      func mean(_ values: [Float]) -> Double { values.map { Double($0) }.reduce(0, +) / 7 }
      #expect(report.metrics.map(\.name) == ["first input", "its square"])
      #expect(report.metrics.map(\.mean) == [mean(inputs), mean(inputs.map { $0 * $0 })])
    }
  }

  @Test func `without metrics there are none`() throws {
    #expect(try run(StubAlgorithm(), steps: 1).1[0].metrics.isEmpty)
  }

  // MARK: Carried state

  /// Counts tasks and sums their first inputs; the gradient grows with the carried state.
  private static func carrying() -> StubAlgorithm {
    var stub = StubAlgorithm()
    stub.start.carried = ParameterTree([("tasks", Tensor.zeros([1])), ("sum", Tensor.zeros([1]))])
    stub.gradient = { state, _, shard, _ in
      let first = shard.support.inputs.sliced(0..<1, along: 1)
      let observed = ParameterTree([
        ("tasks", (0 * first).sum([0, 1, 2]).reshaped([1]) + Tensor(Double(shard.count))), ("sum", first.sum([0, 1, 2]).reshaped([1])),
      ])
      return contribution(dataGradient(state, shard) * (state.carried["sum"] + Tensor(1)), shard, observed: observed)
    }
    stub.carry = { carried, observed, tasks in
      #expect(observed["tasks"].scalar == Double(tasks))
      return carried.zip(observed) { $0 + $1 }
    }
    return stub
  }

  @Test func `observations are summed over shards and handed to what carries them on`() throws {
    var run = try trainer(Self.carrying())
    for _ in 0..<3 { _ = try run.step() }
    #expect(run.state.carried["tasks"].floats == [21])
    let inputs = try Lines().episodes(0..<21, in: .metaTrain, seed: 0).support.inputs.sliced(0..<1, along: 1).doubles
    // The sum has 21 float32 terms of at most 1.
    #expect(abs(run.state.carried["sum"].scalar - inputs.reduce(0, +)) < 1e-5)
  }

  @Test func `what is carried is an input of recorded steps`() throws { try expectRecordedIsEager(Self.carrying()) }

  @Test(arguments: [true, false])
  func `a run that carries can be resumed`(isRecordable: Bool) throws {
    var stub = Self.carrying()
    stub.isRecordable = isRecordable
    var whole = try trainer(stub)
    for _ in 0..<6 { _ = try whole.step() }
    var first = try trainer(stub)
    for _ in 0..<2 { _ = try first.step() }
    var second = try MetaTrainer(resuming: first.snapshot, stub, lineLearner, tasks: Lines(), configuration())
    for _ in 0..<4 { _ = try second.step() }
    #expect(bytes(second.snapshot) == bytes(whole.snapshot))
    #expect(first.snapshot.tensors["carried.tasks"]?.floats == [14])
  }

  @Test func `by default the sum of what was observed is carried on`() throws {
    var stub = Self.carrying()
    stub.carry = { _, observed, _ in observed }
    var run = try trainer(stub)
    for _ in 0..<3 { _ = try run.step() }
    #expect(run.state.carried["tasks"].floats == [7])
    var plain = try trainer(Observer())
    for _ in 0..<3 { _ = try plain.step() }
    #expect(plain.state.carried["tasks"].floats == [7])
  }

  @Test func `where nothing is observed what is carried stays`() throws {
    var stub = StubAlgorithm()
    stub.start.carried = ParameterTree([("kept", Tensor(4))])
    stub.carry = { _, _, _ in ParameterTree([("kept", Tensor(5))]) }
    var run = try trainer(stub)
    for _ in 0..<2 { _ = try run.step() }
    #expect(run.state.carried["kept"].scalar == 4)
  }

  @Test(arguments: [true, false])
  func `gradients or observations of other names are a misfit`(isRecordable: Bool) throws {
    var stub = Self.carrying()
    stub.isRecordable = isRecordable
    let base = stub.gradient
    stub.gradient = { state, learner, shard, context in
      var result = base(state, learner, shard, context)
      result.observed = ParameterTree([("tasks", Tensor.zeros([1])), ("total", Tensor.zeros([1]))])
      return result
    }
    #expect(throws: TrainingError.misfit(algorithm: "test-stub")) { try run(stub) }
    stub.gradient = { state, learner, shard, context in
      var result = base(state, learner, shard, context)
      result.gradient = MetaParameters(inner: ParameterTree([("w", Tensor.zeros([1]))]))
      return result
    }
    #expect(throws: TrainingError.misfit(algorithm: "test-stub")) { try run(stub) }
  }
}

/// An algorithm that observes, but does not implement how to carry observations on.
private struct Observer: Algorithm {
  static let card = AlgorithmCard(id: "test-observer", title: "", citation: "", metaGradient: .none)
  static let hyperparameters = HyperparameterTable<Observer>([])
  var adaptationSteps: Int { 0 }

  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    MetaState(learned: MetaParameters(), carried: ParameterTree([("tasks", Tensor.zeros([1]))]))
  }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    MetaGradient(
      gradient: MetaParameters(), losses: .zeros([shard.count]),
      observed: ParameterTree([("tasks", Tensor(repeating: Double(shard.count), shape: [1]))]))
  }

  func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] { [] }
}
