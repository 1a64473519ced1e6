import Algorithms
import Models
import Tasks
import TensorCore
import Testing

/// The sum over shards as the trainer computes it: shards of one task, with gradients whose sum depends on the order.
@Suite struct StepTotalTests {
  static let values: [Float] = [1e8, 1, -1e8, 3, 0.1, 1e8, -7, 1e-3, -1e8]

  /// The sum of a range of shards in a binary tree whose nodes cover powers of two.
  private static func treeSum(_ first: Int, width: Int, of count: Int) -> Float {
    if width == 1 { return values[first] }
    let left = treeSum(first, width: width / 2, of: count)
    let middle = first + width / 2
    return middle < count ? left + treeSum(middle, width: width / 2, of: count) : left
  }

  private static func treeSum(of count: Int) -> Float {
    var width = 1
    while width < count { width *= 2 }
    return treeSum(0, width: width, of: count)
  }

  private static func runSum(of count: Int) -> Float { values.prefix(count).reduce(0, +) }

  @Test func `the order of these numbers matters`() {
    // (1e8 + 1) + (−1e8 + 3) = 1e8 − 1e8 = 0, because 1 and 3 are less than half a unit in the last place. In sequence, 3 remains.
    #expect(Self.treeSum(of: 4) == 0 && Self.runSum(of: 4) == 3)
    #expect((5...9).contains { Self.treeSum(of: $0) != Self.runSum(of: $0) })
  }

  @Test(arguments: 1...9, 1...3)
  func `gradients and observations are summed in the fixed tree`(count: Int, threads: Int) throws {
    var stub = StubAlgorithm()
    stub.start.carried = ParameterTree([("seen", Tensor.zeros([2]))])
    stub.gradient = { state, _, shard, context in
      let own = try? Tensor([Self.values[context.firstTask]], shape: [1])
      let value = own ?? .zeros([1])
      return MetaGradient(
        gradient: MetaParameters(initial: ParameterTree([("w", value)])), losses: .zeros([shard.count]),
        observed: ParameterTree([("seen", Tensor.concatenated([Tensor.ones([1]), value], along: 0))]))
    }
    var training = configuration(threads: threads, metaBatchSize: count, outer: OuterOptimizer(SGD.self, learningRate: 1))
    training.shardSize = 1
    var run = try MetaTrainer(stub, lineLearner, tasks: Lines(), training)
    let report = try run.step()
    let sum = try Tensor([Self.treeSum(of: count)], shape: [1])
    let mean = (1 / Double(count)) * sum
    #expect(run.state.initial["w"].floats == (Tensor.zeros([1]) - mean).floats)
    #expect(report.gradientNorm == mean.norm)
    #expect(run.state.carried["seen"].floats == [Float(count), Self.treeSum(of: count)])
  }
}
