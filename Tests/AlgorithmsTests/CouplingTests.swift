import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Adaptations to two support sets of one task should be alike, adaptations to different tasks should not.
///
/// ```
/// Jᵢ = ‖φᵢ¹ − φᵢ²‖² + mean over j ≠ i of max(0, m − ‖φᵢ¹ − φⱼ²‖²)        φ all adapted parameters as one vector
/// ```
struct Contrast: MetaObjective {
  static let card = Card(id: "test-contrast", title: "", citation: "")

  var coupling = TaskCoupling.metaBatch
  /// Records the sizes of the shards, if not nil.
  var seen: Notes?
  var supports: Int { 2 }

  func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue {
    let count = shard.count
    seen?.note(count)
    func vector(_ tree: ParameterTree<Variable>) -> Variable {
      .concatenated(tree.leaves.map { $0.reshaped([count, $0.shape.elementCount / count]) }, along: 1)
    }
    let (first, second) = (vector(trajectories[0].end), vector(trajectories[1].end))
    let width = first.shape[1]
    let differences =
      first.reshaped([count, 1, width]).expanded(to: [count, count, width])
      - second.reshaped([1, count, width]).expanded(to: [count, count, width])
    let distances = differences.squared().sum([2]).reshaped([count, count])
    let places = Tensor(shape: [count], dtype: .int64) { bytes in
      let labels = bytes.bindMemory(to: Int64.self)
      for place in labels.indices { labels.initializeElement(at: place, to: Int64(place)) }
    }
    let own = Variable(constant: places.oneHot(count, dtype: first.value.dtype))
    let others = (1 - own) * (1 / Double(max(count - 1, 1)))
    let terms = distances * own + (2 - distances).relu() * others
    return ObjectiveValue(at: trajectories[0].end, learner, shard) { _ in terms.sum([1]).reshaped([count]) }
  }
}

@Suite struct CouplingTests {
  static let learner = Learner(model: MLP(widths: [1, 4, 1], activation: .tanh), taskLoss: .meanSquaredError)

  private func algorithm(_ coupling: TaskCoupling, _ seen: Notes? = nil, isRecordable: Bool = true) -> ObjectiveAlgorithm {
    var result = ObjectiveAlgorithm(inner: InnerLoop(steps: 2, learningRate: 0.1), objective: Contrast(coupling: coupling, seen: seen))
    result.isRecordable = isRecordable
    return result
  }

  private func trainer(_ algorithm: any Algorithm, threads: Int = 1, metaBatch: Int, shardSize: Int = 3) throws -> MetaTrainer {
    var training = configuration(threads: threads, metaBatchSize: metaBatch)
    training.shardSize = shardSize
    return try MetaTrainer(algorithm, Self.learner, tasks: Sinusoid(), training)
  }

  @Test(arguments: [1, 2, 3, 7, 100])
  func `coupled tasks are one shard whatever the shard size`(shardSize: Int) throws {
    let seen = Notes()
    var run = try trainer(algorithm(.metaBatch, seen, isRecordable: false), metaBatch: 7, shardSize: shardSize)
    for _ in 0..<2 { _ = try run.step() }
    #expect(seen.sorted == [7, 7])
    var expected = try trainer(algorithm(.metaBatch), metaBatch: 7, shardSize: 7)
    for _ in 0..<2 { _ = try expected.step() }
    #expect(bytes(run.snapshot) == bytes(expected.snapshot))
  }

  @Test func `groups are shards of their size`() throws {
    let seen = Notes()
    var run = try trainer(algorithm(.groups(of: 2), seen, isRecordable: false), metaBatch: 6)
    for _ in 0..<2 { _ = try run.step() }
    #expect(seen.sorted == [2, 2, 2, 2, 2, 2])
  }

  @Test func `a meta-batch that cannot be cut so is refused`() {
    func error(_ size: Int, _ metaBatch: Int) -> AlgorithmError {
      .needsGroups(algorithm: "test-objective", size: size, metaBatch: metaBatch)
    }
    #expect(throws: AlgorithmError.needsSeveralTasks(algorithm: "test-objective")) { try trainer(algorithm(.metaBatch), metaBatch: 1) }
    #expect(throws: error(2, 7)) { try trainer(algorithm(.groups(of: 2)), metaBatch: 7) }
    #expect(throws: error(4, 6)) { try trainer(algorithm(.groups(of: 4)), metaBatch: 6) }
    #expect(throws: error(0, 6)) { try trainer(algorithm(.groups(of: 0)), metaBatch: 6) }
  }

  @Test(arguments: [TaskCoupling.metaBatch, .groups(of: 3), .groups(of: 2)], [true, false])
  func `one, two and three threads give the same bits`(coupling: TaskCoupling, isRecordable: Bool) throws {
    func snapshots(threads: Int) throws -> [[String: [UInt8]]] {
      var run = try trainer(algorithm(coupling, isRecordable: isRecordable), threads: threads, metaBatch: 6)
      return try (0..<4).map { _ in
        _ = try run.step()
        return bytes(run.snapshot)
      }
    }
    let expected = try snapshots(threads: 1)
    #expect(try snapshots(threads: 2) == expected)
    #expect(try snapshots(threads: 3) == expected)
  }

  @Test func `recorded and eager steps give the same bits`() throws {
    var recorded = try trainer(algorithm(.metaBatch), metaBatch: 5)
    var eager = try trainer(Eager(base: algorithm(.metaBatch)), metaBatch: 5)
    for _ in 0..<5 {
      #expect(try recorded.step() == eager.step())
      #expect(bytes(recorded.snapshot) == bytes(eager.snapshot))
    }
  }

  private func gradient(_ shard: Episodes) -> MetaGradient {
    let algorithm = algorithm(.metaBatch)
    let state = algorithm.initialState(Self.learner, from: RandomStream(seed: 3), dtype: .float64)
    return algorithm.metaGradient(state, Self.learner, shard, AlgorithmTests.context)
  }

  @Test func `the order of the tasks changes nothing but rounding, their company does`() {
    let shard = Sinusoid().episodes(0..<4, in: .metaTrain, seed: 1, supports: 2).converted(to: .float64)
    func picked(_ order: [Int]) -> Episodes { Episodes(order.map { shard[task: $0] }) }
    let (whole, turned) = (gradient(shard), gradient(picked([2, 0, 3, 1])))
    for (name, leaf) in whole.gradient.named.entries { expectClose(turned.gradient.named[name], leaf, tolerance: roundingTolerance) }
    expectClose(turned.losses, [2, 0, 3, 1].map { whole.losses[$0] }, tolerance: roundingTolerance)
    let parts = [gradient(picked([0, 1])), gradient(picked([2, 3]))]
    let sum = parts[0].gradient.zip(parts[1].gradient) { $0 + $1 }
    // The tasks do repel each other, so the sum over smaller shards is a different gradient.
    #expect(whole.gradient.zip(sum) { ($0 - $1).norm }.leaves.contains { $0 > 1e-3 })
  }

  @Test func `a distribution with one support set is refused when it is asked for two`() throws {
    var run = try MetaTrainer(algorithm(.metaBatch), Self.learner, tasks: Lines(), configuration())
    #expect(throws: TaskError.oneSupport(task: "test-lines", required: 2)) { try run.step() }
  }
}
