import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Lines whose number of support samples or ways depends on the episode's index.
private struct ChangingLines: TaskDistribution {
  static let card = TaskCard(id: "test-changing-lines", title: "", citation: "none")
  static let hyperparameters = HyperparameterTable<ChangingLines>([])

  var samples: @Sendable (_ index: Int) -> Int = { _ in 4 }
  /// If not nil, targets are labels, with this number of ways.
  var ways: (@Sendable (_ index: Int) -> Int)?

  var signature: TaskSignature {
    TaskSignature(
      inputShape: [1], outputs: ways == nil ? 1 : 4, taskLoss: ways == nil ? .meanSquaredError : .crossEntropy, supportCount: 4,
      queryCount: 3, suggestedModel: "mlp")
  }

  var splitFingerprint: String { "0" }

  func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    var stream = stream(index, in: split, seed: seed)
    func set(_ count: Int) throws -> LabelledSet {
      let inputs = try Tensor((0..<count).map { _ in stream.uniform(-1...1) }, shape: [count, 1], dtype: .float32)
      if let ways {
        return LabelledSet(inputs: inputs, targets: .classes(try Tensor((0..<count).map { $0 % 2 }, shape: [count]), ways: ways(index)))
      }
      return LabelledSet(inputs: inputs, targets: .values(2 * inputs))
    }
    return Episode(support: try set(samples(index)), query: try set(3))
  }
}

@Suite struct RecordingTests {
  private func trainer(_ algorithm: any Algorithm, _ tasks: ChangingLines, metaBatch: Int, threads: Int = 1) throws -> MetaTrainer {
    var training = configuration(threads: threads, iterations: 100, metaBatchSize: metaBatch)
    training.shardSize = 1
    return try MetaTrainer(algorithm, lineLearner, tasks: tasks, training)
  }

  /// First-order MAML that counts how often it builds a graph; replaying a recording builds none.
  private struct Counting: Algorithm {
    static let card = AlgorithmCard(id: "test-counting", title: "", citation: "", metaGradient: .firstOrder)
    static let hyperparameters = HyperparameterTable<Counting>([])
    private static let base = FirstOrderMAML()
    let calls = Notes()
    var isRecordable: Bool { true }
    var adaptationSteps: Int { Self.base.adaptationSteps }

    func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
      Self.base.initialState(learner, from: stream, dtype: dtype)
    }

    func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
      calls.note(shard.support.inputs.shape[1])
      return Self.base.metaGradient(state, learner, shard, context)
    }

    func adapt(
      _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
    ) -> [Adapted] { Self.base.adapt(state, learner, support: support, steps: steps, context) }
  }

  @Test func `a shape is run eagerly once, recorded once, and then run from the recording`() throws {
    let algorithm = Counting()
    var run = try trainer(algorithm, ChangingLines(), metaBatch: 1)
    for _ in 0..<6 { _ = try run.step() }
    #expect(algorithm.calls.sorted == [4, 4])
    run.releaseWorkingMemory()
    for _ in 0..<3 { _ = try run.step() }
    #expect(algorithm.calls.sorted == [4, 4, 4, 4])
  }

  @Test func `shapes that are met once are run eagerly`() throws {
    let algorithm = Counting()
    var run = try trainer(algorithm, ChangingLines(samples: { 4 + $0 }), metaBatch: 1)
    for _ in 0..<40 { _ = try run.step() }
    #expect(algorithm.calls.sorted == Array(4..<44))
  }

  @Test func `a few shapes in turn are all recorded`() throws {
    let algorithm = Counting()
    var run = try trainer(algorithm, ChangingLines(samples: { 4 + $0 % 8 }), metaBatch: 1)
    for _ in 0..<40 { _ = try run.step() }
    #expect(algorithm.calls.sorted == (4..<12).flatMap { [$0, $0] })
  }

  /// Meta-batches of three shards of one shape, over 40 shapes, each of which is recorded.
  ///
  /// A recording of this network takes about 20 kB. Sizes go up and down, so that late shapes are not larger than early ones.
  private static let manyShapes = ChangingLines(samples: { 20 + $0 / 3 * 7 % 40 })

  @Test func `recordings do not pile up`() async {
    await #expect(processExitsWith: .success) {
      let suite = RecordingTests()
      let calls = Counting()
      var run = try suite.trainer(calls, Self.manyShapes, metaBatch: 3)
      let start = TensorMemory.liveBytes
      for _ in 0..<10 { _ = try run.step() }
      let early = TensorMemory.liveBytes - start
      for _ in 10..<40 { _ = try run.step() }
      let late = TensorMemory.liveBytes - start
      precondition(calls.calls.sorted.count == 2 * 40, "every shape was recorded")
      precondition(early > 0)
      // The limit compares eight recordings of at most 59 samples with eight of at least 20. Forty would need more than four times as much.
      precondition(late < 2 * early, "after 10 shapes \(early) bytes, after 40 \(late)")
    }
  }

  @Test(arguments: 1...2)
  func `changing shapes give the bits of eager steps`(threads: Int) throws {
    var recorded = try trainer(MAML(), Self.manyShapes, metaBatch: 3, threads: threads)
    var eager = try trainer(Eager(base: MAML()), Self.manyShapes, metaBatch: 3)
    for _ in 0..<40 { #expect(try recorded.step() == eager.step()) }
    #expect(bytes(recorded.snapshot) == bytes(eager.snapshot))
    // A recording that was evicted is made again, with correct results.
    let few = ChangingLines(samples: { 4 + $0 / 3 % 12 })
    recorded = try trainer(MAML(), few, metaBatch: 3, threads: threads)
    eager = try trainer(Eager(base: MAML()), few, metaBatch: 3)
    for _ in 0..<40 { #expect(try recorded.step() == eager.step()) }
    #expect(bytes(recorded.snapshot) == bytes(eager.snapshot))
  }

  /// A meta-batch of tasks with different shots in one shard sums as shards of one task do, up to rounding, for any number of threads.
  @Test func `tasks of different shapes share a meta-batch`() throws {
    func run(shardSize: Int, threads: Int) throws -> MetaTrainer {
      var training = configuration(threads: threads, iterations: 20, metaBatchSize: 7)
      training.shardSize = shardSize
      var run = try MetaTrainer(MAML(), lineLearner, tasks: ChangingLines(samples: { 1 + $0 / 2 % 3 }), training)
      for _ in 0..<6 { _ = try run.step() }
      return run
    }
    let (one, two, single) = (try run(shardSize: 7, threads: 1), try run(shardSize: 7, threads: 2), try run(shardSize: 1, threads: 1))
    #expect(bytes(one.snapshot) == bytes(two.snapshot))
    for (name, tensor) in one.state.learned.named.entries {
      expectClose(tensor.doubles, single.state.learned.named[name].doubles, tolerance: 1e-5)
    }
  }

  /// The gradient is the number of ways, which no shape reveals.
  @Test func `ways are part of what a recording depends on`() throws {
    var stub = StubAlgorithm()
    stub.isRecordable = true
    stub.gradient = { state, _, shard, _ in
      let ways = if case .classes(_, let ways) = shard.support.targets { ways } else { 0 }
      return MetaGradient(
        gradient: MetaParameters(initial: ParameterTree([("w", Tensor(repeating: Double(ways), shape: [1]))])),
        losses: shard.support.inputs.sum([1, 2]).reshaped([shard.count]))
    }
    var run = try trainer(stub, ChangingLines(ways: { 2 + $0 % 3 }), metaBatch: 1)
    let norms = try (0..<9).map { _ in try run.step().gradientNorm }
    #expect(norms == [2, 3, 4, 2, 3, 4, 2, 3, 4])
  }
}
