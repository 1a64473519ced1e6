import Algorithms
import Autograd
import Models
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Tasks of different sizes in one shard.
@Suite struct PaddingTests {
  private static let learner = Learner(model: MLP(widths: [1, 8, 1], activation: .tanh), taskLoss: .meanSquaredError)

  private static func sinusoids(_ least: Int, _ most: Int) -> Sinusoid {
    var tasks = Sinusoid()
    (tasks.leastShots, tasks.shots, tasks.queries) = (least, most, 7)
    return tasks
  }

  private static func glyphs() -> Glyphs {
    var tasks = Glyphs()
    (tasks.leastShots, tasks.shots, tasks.queries, tasks.ways) = (1, 4, 2, 3)
    return tasks
  }

  private static func smallNetwork(_ mode: NormalisationMode) throws -> Learner {
    var network = ConvNet()
    (network.blocks, network.hidden) = (2, 4)
    try network.configure(inputShape: [28, 28, 1], outputs: 3)
    return Learner(model: network, taskLoss: .crossEntropy, trainingMode: mode)
  }

  /// The meta-gradient of a padded shard, and the sum over its tasks without padding.
  private func gradients(
    _ algorithm: any Algorithm, _ learner: Learner, _ tasks: any TaskDistribution, _ dtype: DType
  ) throws -> (padded: MetaGradient, gradient: [Double], losses: [Double], scores: [Double]) {
    let state = algorithm.initialState(learner, from: RandomStream(seed: 3), dtype: dtype)
    func gradient(_ shard: Episodes, _ first: Int) -> MetaGradient {
      let step = AdaptationContext.Step(iteration: 0, iterations: 10)
      return algorithm.metaGradient(
        state, learner, shard.converted(to: dtype),
        AdaptationContext(stream: RandomStream(seed: 1), firstTask: first, step: step, phase: 0, scheduled: algorithm.scheduled(step)))
    }
    let padded = try tasks.checkedShards(0..<6, in: .metaTrain, seed: 4, padding: true)
    #expect(padded.count == 1 && padded[0].support.mask != nil)
    var (sum, losses, scores): ([Double], [Double], [Double]) = ([], [], [])
    for index in 0..<6 {
      let alone = try tasks.checkedShards(index..<index + 1, in: .metaTrain, seed: 4)
      #expect(alone[0].support.mask == nil)
      let own = gradient(alone[0], index)
      let numbers = own.gradient.named.leaves.flatMap(\.doubles)
      sum = sum.isEmpty ? numbers : zip(sum, numbers).map(+)
      losses += own.losses
      scores += own.scores(learner) ?? []
    }
    return (gradient(padded[0], 0), sum, losses, scores)
  }

  private static let algorithms: [any Algorithm] = [
    MAML(inner: InnerLoop(steps: 2, learningRate: 0.05)), FirstOrderMAML(inner: InnerLoop(steps: 2, learningRate: 0.05)),
  ]

  @Test(arguments: algorithms.indices, [DType.float32, .float64])
  func `a padded regression has the gradient of its tasks`(index: Int, dtype: DType) throws {
    let found = try gradients(Self.algorithms[index], Self.learner, Self.sinusoids(1, 9), dtype)
    let tolerance = dtype == .float64 ? 1e-12 : 1e-5
    expectClose(found.padded.gradient.named.leaves.flatMap(\.doubles), found.gradient, tolerance: tolerance)
    expectClose(found.padded.losses, found.losses, tolerance: tolerance)
  }

  @Test(arguments: [NormalisationMode.transductive, .support], [DType.float32, .float64])
  func `padding changes no statistics of batch norm`(mode: NormalisationMode, dtype: DType) throws {
    let learner = try Self.smallNetwork(mode)
    let found = try gradients(Self.algorithms[0], learner, Self.glyphs(), dtype)
    let tolerance = dtype == .float64 ? 1e-12 : 1e-5
    expectClose(found.padded.gradient.named.leaves.flatMap(\.doubles), found.gradient, tolerance: tolerance)
    expectClose(found.padded.losses, found.losses, tolerance: tolerance)
    #expect(found.padded.scores(learner) == found.scores)
  }

  @Test func `the loss of padded targets is the mean over samples`() throws {
    let predictions = Variable(constant: numbers([1, 2, 30, 4, 5, 60], [2, 3, 1]))
    let mask = try Tensor([1, 1, 0, 1, 1, 0], shape: [2, 3], dtype: .float32)
    let targets = Targets.padded(.values(numbers([0, 0, 0, 1, 1, 1], [2, 3, 1])), mask: mask)
    #expect(Self.learner.loss(predictions, targets).value.doubles == [2.5, 12.5])
    // The mean of the samples, without the padding, is the uninformed prediction.
    let known = Targets.padded(.values(numbers([1, 3, 99, 4, 6, 99], [2, 3, 1])), mask: mask)
    #expect(Self.learner.baseline(known, samples: 2, dtype: .float64).doubles == [2, 2, 5, 5])
  }

  @Test func `the accuracy of padded targets counts samples only`() throws {
    let learner = Learner(model: MLP(widths: [1, 2]), taskLoss: .crossEntropy)
    let predictions = numbers([1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1], [2, 3, 2])
    let mask = try Tensor([1, 1, 0, 1, 0, 0], shape: [2, 3], dtype: .float32)
    let targets = Targets.padded(.classes(try Tensor([0, 1, 1, 1, 0, 0], shape: [2, 3]), ways: 2), mask: mask)
    #expect(learner.scores(predictions, targets) == [0.5, 1])
  }

  @Test func `an uneven run gives the same bits for any number of threads and when resumed`() throws {
    let tasks = Self.sinusoids(1, 6)
    func trainer(_ threads: Int) throws -> MetaTrainer {
      try MetaTrainer(Self.algorithms[0], Self.learner, tasks: tasks, configuration(threads: threads))
    }
    var (one, two) = (try trainer(1), try trainer(2))
    for _ in 0..<4 {
      _ = try one.step()
      _ = try two.step()
    }
    func bits(_ snapshot: TrainingSnapshot) -> [String: [UInt8]] { snapshot.tensors.mapValues(bytes) }
    #expect(bits(one.snapshot) == bits(two.snapshot))
    var resumed = try MetaTrainer(resuming: one.snapshot, Self.algorithms[0], Self.learner, tasks: tasks, configuration())
    for _ in 0..<3 {
      _ = try resumed.step()
      _ = try two.step()
    }
    #expect(bits(resumed.snapshot) == bits(two.snapshot))
  }

  @Test func `an algorithm without padding trains on uneven tasks`() throws {
    var reptile = Reptile()
    reptile.batchSize = 2
    #expect(!reptile.acceptsPadding)
    var run = try MetaTrainer(reptile, Self.learner, tasks: Self.sinusoids(1, 6), configuration())
    for _ in 0..<3 { #expect(try run.step().loss.isFinite) }
  }
}
