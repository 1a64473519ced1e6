import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore
import Testing

@Suite struct MetaTrainerTests {
  static let algorithms: [any Algorithm] = {
    var carrying = Reptile()
    carrying.inner = InnerLoop(Adam.self, steps: 2, learningRate: 0.01)
    carrying.batchSize = 2
    return [MAML(), FirstOrderMAML(), MetaSGD(), Reptile(), carrying, Joint(), Scratch(), Chance()]
  }()

  @Test(arguments: algorithms.indices)
  func `one and two threads give the same bits`(index: Int) throws {
    var one = try trainer(Self.algorithms[index], threads: 1)
    var two = try trainer(Self.algorithms[index], threads: 2)
    for _ in 0..<6 {
      #expect(try one.step() == two.step())
      #expect(bytes(one.snapshot) == bytes(two.snapshot))
    }
  }

  @Test(arguments: [ConvNet.Downsampling.stride, .maxpool], ProductPrecision.allCases.filter(\.isAvailable))
  func `threads that share one convolutional shard give the same bits`(
    downsampling: ConvNet.Downsampling, precision: ProductPrecision
  ) throws {
    var glyphs = Glyphs()
    (glyphs.ways, glyphs.shots, glyphs.queries) = (3, 9, 9)
    try glyphs.prepare(source: nil)
    var model = ConvNet()
    (model.blocks, model.hidden, model.downsampling) = (2, 16, downsampling)
    try model.configure(inputShape: glyphs.signature.inputShape, outputs: 3)
    let learner = Learner(model: model, taskLoss: .crossEntropy)
    func snapshot(threads: Int) throws -> [String: [UInt8]] {
      var alone = configuration(threads: threads, metaBatchSize: 1)
      (alone.shardSize, alone.precision) = (1, precision)
      var trainer = try MetaTrainer(MAML(), learner, tasks: glyphs, alone)
      for _ in 0..<3 { _ = try trainer.step() }
      return bytes(trainer.snapshot)
    }
    let expected = try snapshot(threads: 1)
    #expect(try snapshot(threads: 2) == expected)
    #expect(try snapshot(threads: 3) == expected)
  }

  @Test(.enabled(if: ProductPrecision.bfloat16.isAvailable, "this processor lacks AVX512-BF16"))
  func `products in bfloat16 change the bits, not the course`() throws {
    func losses(_ precision: ProductPrecision) throws -> [Double] {
      let learner = Learner(model: MLP(widths: [1, 40, 40, 1]), taskLoss: .meanSquaredError)
      var settings = configuration()
      settings.precision = precision
      var trainer = try MetaTrainer(MAML(), learner, tasks: Sinusoid(), settings)
      return try (0..<20).map { _ in try trainer.step().loss }
    }
    let (full, rounded) = (try losses(.float32), try losses(.bfloat16))
    #expect(full != rounded)
    for (first, second) in zip(full, rounded) { #expect(abs(first - second) < 0.05 * first) }
  }

  @Test func `a precision that the processor lacks is refused`() {
    #expect(
      throws: HyperparameterError.malformed(
        key: "training.precision", found: "bfloat16", expected: "float32, because this processor lacks AVX512-BF16")
    ) {
      try TrainingConfiguration.check(.bfloat16, isAvailable: false)
    }
    #expect(throws: Never.self) { try TrainingConfiguration.check(.float32, isAvailable: true) }
  }

  @Test(arguments: algorithms.indices)
  func `a resumed run gives the bits of an uninterrupted one`(index: Int) throws {
    let outer = OuterOptimizer(Adam.self, learningRate: 0.01, schedule: .cosine)
    var whole = try trainer(Self.algorithms[index], outer: outer)
    for _ in 0..<8 { _ = try whole.step() }
    var first = try trainer(Self.algorithms[index], outer: outer)
    for _ in 0..<3 { _ = try first.step() }
    var second = try MetaTrainer(
      resuming: first.snapshot, Self.algorithms[index], lineLearner, tasks: Lines(), configuration(outer: outer))
    #expect(second.iteration == 3)
    for _ in 0..<5 { _ = try second.step() }
    #expect(bytes(second.snapshot) == bytes(whole.snapshot))
  }

  @Test func `carried moments survive a resume`() throws {
    var serial = Reptile()
    serial.mode = .serial
    serial.carriesMoments = true
    serial.inner = InnerLoop(Adam.self, steps: 2, learningRate: 0.01)
    var whole = try trainer(serial, metaBatchSize: 1)
    for _ in 0..<6 { _ = try whole.step() }
    var first = try trainer(serial, metaBatchSize: 1)
    for _ in 0..<2 { _ = try first.step() }
    #expect(first.state.carried["count"].scalar == 4)
    var second = try MetaTrainer(
      resuming: first.snapshot, serial, lineLearner, tasks: Lines(), configuration(metaBatchSize: 1))
    for _ in 0..<4 { _ = try second.step() }
    #expect(bytes(second.snapshot) == bytes(whole.snapshot))
  }

  @Test(arguments: algorithms.indices)
  func `recorded and eager steps give the same bits`(index: Int) throws {
    var recorded = try trainer(Self.algorithms[index])
    var eager = try trainer(Eager(base: Self.algorithms[index]))
    for _ in 0..<5 {
      #expect(try recorded.step() == eager.step())
      #expect(bytes(recorded.snapshot) == bytes(eager.snapshot))
    }
  }

  @Test func `another seed gives other bits`() throws {
    var first = try trainer(MAML(), seed: 1)
    var second = try trainer(MAML(), seed: 2)
    #expect(try first.step().loss != second.step().loss)
  }

  @Test func `meta-training lowers the loss of unseen tasks after adaptation`() throws {
    let algorithm = MAML(inner: InnerLoop(steps: 1, learningRate: 0.5))
    var run = try trainer(algorithm, iterations: 300, outer: OuterOptimizer(Adam.self, learningRate: 0.01))
    let shard = try Lines().episodes(0..<50, in: .metaTest, seed: 0)
    func loss(_ state: MetaState) -> Double {
      let context = AdaptationContext(stream: RandomStream(seed: 0), firstTask: 0)
      let scores = algorithm.score(state, lineLearner, shard, steps: 1, mode: .transductive, context)
      return scores.losses[1].reduce(0, +) / 50
    }
    let before = loss(run.state)
    for _ in 0..<300 { _ = try run.step() }
    #expect(loss(run.state) < before / 2)
  }

  @Test func `divergence names the iteration and keeps the last good state`() throws {
    var run = try trainer(MAML(inner: InnerLoop(steps: 3, learningRate: 1000)), tasks: Lines(scale: 1e6))
    let before = bytes(run.snapshot)
    #expect(
      throws: TrainingError.diverged(
        iteration: 1, parameter: "initial.layers.0.weight", rates: ["inner.learningRate"])
    ) {
      for _ in 0..<20 { _ = try run.step() }
    }
    #expect(run.iteration == 0)
    #expect(bytes(run.snapshot) == before)
  }

  /// The third meta-update gives a number that is not finite.
  @Test func `an update that is not finite keeps the last good state`() throws {
    var run = try trainer(MAML(), outer: OuterOptimizer(Breaking.self, learningRate: 0.1))
    for _ in 0..<2 { _ = try run.step() }
    let before = bytes(run.snapshot)
    #expect(throws: TrainingError.updateDiverged(iteration: 3, parameter: "initial.layers.0.weight", rule: "test-breaking")) {
      try run.step()
    }
    #expect(run.iteration == 2)
    #expect(bytes(run.snapshot) == before)
  }

  /// All shards of the second step fail; the error of the first shard is thrown, even if another one fails earlier.
  @Test(arguments: [1, 2, 3])
  func `data that are not finite are refused`(threads: Int) throws {
    var run = try trainer(MAML(), tasks: Lines(poisonedFrom: 7), threads: threads)
    _ = try run.step()
    #expect(throws: TaskError.notFinite(task: "test-lines", index: 7)) { try run.step() }
    #expect(run.iteration == 1)
  }

  /// Threads draw tasks of the next step ahead, but no task twice, and none beyond the last step.
  @Test(arguments: [1, 2, 3, 8])
  func `every task of a run is drawn once`(threads: Int) throws {
    let drawn = Lines.Drawn()
    var run = try trainer(MAML(), tasks: Lines(drawn: drawn), threads: threads, iterations: 4)
    for _ in 0..<4 { _ = try run.step() }
    #expect(drawn.sorted == Array(0..<28))
  }

  /// The first shard waits until another thread has drawn the last task that may be drawn ahead.
  ///
  /// Drawing ahead is limited to four shards of three tasks for each of two threads.
  @Test func `a thread that is done draws ahead, but not a large meta-batch as a whole`() throws {
    let drawn = Lines.Drawn()
    var run = try trainer(MAML(), tasks: Lines(drawn: drawn, delayed: (0, until: 60 + 23)), threads: 2, metaBatchSize: 60)
    _ = try run.step()
    #expect(drawn.sorted == Array(0..<(60 + 24)))
  }

  /// The copy draws tasks of its third step into the slots in which the original looks for its first.
  @Test func `copies of a trainer do not take each other's tasks`() throws {
    let metaBatch = 60
    var alone = try trainer(MAML(), metaBatchSize: metaBatch)
    for _ in 0..<2 { _ = try alone.step() }
    // The last task of the second step waits for the first task of the third.
    let tasks = Lines(drawn: Lines.Drawn(), delayed: (2 * metaBatch - 1, until: 2 * metaBatch))
    var original = try trainer(MAML(), tasks: tasks, threads: 2, metaBatchSize: metaBatch)
    var copy = original
    for _ in 0..<2 { _ = try copy.step() }
    #expect(tasks.drawn?.sorted.contains(2 * metaBatch) == true)
    #expect(bytes(copy.snapshot) == bytes(alone.snapshot))
    for _ in 0..<2 { _ = try original.step() }
    #expect(bytes(original.snapshot) == bytes(alone.snapshot))
  }

  @Test func `a snapshot of another model is refused`() throws {
    let other = Learner(model: MLP(widths: [1, 6, 1]), taskLoss: .meanSquaredError)
    let snapshot = try MetaTrainer(MAML(), other, tasks: Lines(), configuration()).snapshot
    #expect(throws: TrainingError.snapshot(missingOrMisshapen: "learned.initial.layers.0.weight")) {
      try MetaTrainer(resuming: snapshot, MAML(), lineLearner, tasks: Lines(), configuration())
    }
  }
}

/// Gradient descent whose third step divides by zero.
private enum Breaking: OptimizerRule {
  static let card = Card(id: "test-breaking", title: "Breaks in the third step", citation: "none")
  static let hyperparameters: [RuleHyperparameter] = []
  static let slots = ["count"]

  static func update(_ step: inout OptimizerStep) -> Variable {
    let one = step.gradient * 0 + 1
    let count = step[slot: "count"].map { $0 + one } ?? one
    step[slot: "count"] = count
    return step.moved(against: step.gradient / (3 - count))
  }
}
