import Algorithms
import Autograd
import MatchingNetworks
import MetaOptNet
import Models
import PrototypicalNetworks
import R2D2
import RelationNetworks
import Tasks
import TensorCore
import Testing
import _TestSupport

/// The closed forms and solvers behind the logits.
@Suite struct HeadTests {
  private static func normal(_ shape: Shape, _ name: String) throws -> Tensor {
    var stream = RandomStream(seed: 7).child(name)
    return try Tensor((0..<shape.elementCount).map { _ in stream.normal() }, shape: shape)
  }

  /// Labels 0, 1, 2, 0, 1, … of two tasks.
  private static func labels(_ rows: Int) throws -> Targets {
    .classes(try Tensor((0..<(2 * rows)).map { $0 % rows % 3 }, shape: [2, rows]), ways: 3)
  }

  /// Logits for queries, or the weights [T, width, ways] if the queries are the unit vectors.
  private static func logits(_ algorithm: some MetricAlgorithm, _ support: Tensor, _ query: Tensor) throws -> Tensor {
    let own = algorithm.initialComparison(width: support.shape[2], from: RandomStream(seed: 3), dtype: .float64)
    return algorithm.compare(
      Variable(constant: support), try labels(support.shape[1]), Variable(constant: query),
      own.map { Variable(constant: $0.expanded(over: 2)) }
    ).value
  }

  private static func units(_ width: Int) -> Tensor { Tensor.identity(width, .float64).expanded(over: 2).contiguous }

  private static func oneHot(_ rows: Int) throws -> Tensor { try labels(rows).tensor.oneHot(3, dtype: .float64) }

  @Test func `a query at a class mean has the distance 0`() throws {
    let support = try Self.normal([2, 6, 4], "prototypes")
    let means = prototypes(of: Variable(constant: support), try Self.labels(6)).value
    let found = try Self.logits(PrototypicalNetworks(), support, means).doubles
    for (place, logit) in found.enumerated() {
      // The diagonal of each task's [3, 3].
      if place % 9 % 4 == 0 { #expect(abs(logit) < 1e-12) } else { #expect(logit < -1e-3) }
    }
  }

  @Test func `outputs of matching networks are logarithms of attention`() throws {
    let (support, query) = (try Self.normal([2, 5, 4], "support"), try Self.normal([2, 3, 4], "query"))
    let (s, q, found) = (support.doubles, query.doubles, try Self.logits(MatchingNetworks(), support, query).doubles)
    func row(_ values: [Double], _ index: Int) -> [Double] { Array(values[(index * 4)..<(index * 4 + 4)]) }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    for task in 0..<2 {
      for sample in 0..<3 {
        let x = row(q, task * 3 + sample)
        let attention = (0..<5).map { index -> Variable in
          let y = row(s, task * 5 + index)
          return Variable(constant: Tensor(dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot(), dtype: .float64)).exp()
        }.map(\.value.scalar)
        for way in 0..<3 {
          let own = attention.enumerated().filter { $0.offset % 3 == way }.reduce(0) { $0 + $1.element }
          let probability = Tensor(found[(task * 3 + sample) * 3 + way], dtype: .float64).map(.exponential).scalar
          #expect(abs(probability - own / attention.reduce(0, +)) < 1e-14)
        }
      }
    }
  }

  @Test func `features of zero give finite outputs and gradients`() throws {
    func expectFinite(_ algorithm: some MetricAlgorithm) throws {
      let leaves = [Variable(Tensor.zeros([2, 6, 4])), Variable(Tensor.zeros([2, 3, 4]))]
      let own = algorithm.initialComparison(width: 4, from: RandomStream(seed: 3), dtype: .float32)
      let logits = algorithm.compare(leaves[0], try Self.labels(6), leaves[1], own.map { Variable(constant: $0.expanded(over: 2)) })
      #expect(logits.value.isFinite, "\(type(of: algorithm))")
      let (weighted, count) = (logits.squared().total(), leaves.count)
      let gradients = gradient(of: weighted, at: leaves)
      #expect(gradients.count == count && gradients.allSatisfy { $0.value.isFinite }, "\(type(of: algorithm))")
    }
    try expectFinite(PrototypicalNetworks())
    try expectFinite(MatchingNetworks())
    try expectFinite(R2D2())
    try expectFinite(LRD2())
    try expectFinite(MetaOptNet())
    try expectFinite(RelationNetworks())
  }

  /// Fewer samples than features, and more: the two systems have the same solution.
  @Test(arguments: [4, 9]) func `R2-D2 solves the normal equations`(rows: Int) throws {
    var algorithm = R2D2()
    algorithm.head = RegressionHead(ridge: 0.7, scale: 2)
    algorithm.head.shift = 0.25
    let support = try Self.normal([2, rows, 6], "ridge")
    let weights = (try Self.logits(algorithm, support, Self.units(6)) - Tensor(0.25, dtype: .float64)).map(.affine(factor: 0.5, offset: 0))
    let left = support.matmul(support.matmul(weights), transposeFirst: true) + 0.7 * weights
    expectClose(left, support.matmul(try Self.oneHot(rows), transposeFirst: true), tolerance: 1e-12)
  }

  @Test func `LR-D2 converges to the minimum of the penalised logistic loss`() throws {
    var algorithm = LRD2()
    algorithm.steps = 12
    algorithm.head = RegressionHead(ridge: 0.3, scale: 1)
    let support = try Self.normal([2, 7, 5], "logistic")
    let weights = try Self.logits(algorithm, support, Self.units(5))
    let residual = try Self.oneHot(7) - support.matmul(weights).map(.sigmoid)
    expectClose(support.matmul(residual, transposeFirst: true), 0.3 * weights, tolerance: 1e-12)
    // One step is not enough.
    algorithm.steps = 1
    let first = try Self.logits(algorithm, support, Self.units(5))
    #expect(zip(first.doubles, weights.doubles).contains { abs($0 - $1) > 1e-2 })
  }

  @Test func `MetaOptNet converges to the support vector machine`() throws {
    var algorithm = MetaOptNet()
    (algorithm.steps, algorithm.cost, algorithm.scale) = (1000, 0.4, 1)
    let support = try Self.normal([2, 6, 5], "machine")
    let weights = try Self.logits(algorithm, support, Self.units(5))
    let labels = try Self.oneHot(6)
    /// ½·Σ‖wₖ‖² + C·Σ maxₖ (wₖ·x + [k ≠ y] − w_y·x) of each task.
    func primal(_ weights: Tensor) -> [Double] {
      let scores = support.matmul(weights)
      let slack = (scores - labels).maximum([2]).map(.affine(factor: 1, offset: 1)) - (scores * labels).sum([2])
      return zip((weights * weights).sum([1, 2]).doubles, slack.sum([1]).doubles).map { 0.5 * $0 + 0.4 * $1 }
    }
    let least = primal(weights)
    for index in 0..<100 {
      let direction = try Self.normal(weights.shape, "direction \(index)")
      for size in [0.3, 0.01] {
        // The minimum is sharper than rounding and convergence by far.
        for (moved, least) in zip(primal(weights + size * direction), least) { #expect(moved > least) }
      }
    }
    // The weights of the classes add up to zero, and few steps are not enough.
    expectClose(weights.sum([2]).doubles, Array(repeating: 0, count: 10), tolerance: 1e-12)
    algorithm.steps = 3
    let early = try primal(Self.logits(algorithm, support, Self.units(5)))
    #expect(zip(early, least).allSatisfy { $0 > $1 + 1e-6 })
  }

  @Test func `a relation module is a network on concatenated features`() throws {
    var algorithm = RelationNetworks()
    algorithm.hidden = 4
    let (support, query) = (try Self.normal([2, 6, 3], "classes"), try Self.normal([2, 2, 3], "queries"))
    let found = try Self.logits(algorithm, support, query)
    let own = algorithm.initialComparison(width: 3, from: RandomStream(seed: 3), dtype: .float64).map {
      Variable(constant: $0.expanded(over: 2))
    }
    for sample in 0..<2 {
      for way in 0..<3 {
        let sum = support.sliced(way..<(way + 1), along: 1) + support.sliced((way + 3)..<(way + 4), along: 1)
        let both = Tensor.concatenated([sum, query.sliced(sample..<(sample + 1), along: 1)], along: 2)
        let score = Variable(constant: both).linear(own["relation.0.weight"], own["relation.0.bias"]).softplus()
          .linear(own["relation.1.weight"], own["relation.1.bias"]).value
        let ours = found.sliced(sample..<(sample + 1), along: 1).sliced(way..<(way + 1), along: 2)
        expectClose(ours, score, tolerance: 1e-13)
      }
    }
  }

  /// One number separates this loss from the cross-entropy.
  @Test func `relation networks minimise the squared error of the relation scores`() throws {
    let logits = Tensor.zeros([2, 6, 3], .float64)
    let learner = Learner(model: MLP(widths: [3, 3]), taskLoss: .crossEntropy)
    let losses = RelationNetworks().loss(Variable(constant: logits), try Self.labels(6), learner)
    expectClose(losses.value.doubles, [0.25, 0.25], tolerance: 0)
  }

  @Test func `learned numbers are reported in their own domain`() {
    let learner = Learner(model: MLP(widths: [3, 4, 3]), taskLoss: .crossEntropy)
    func values(_ algorithm: some MetricAlgorithm) -> [String] {
      let state = algorithm.initialState(learner, from: RandomStream(seed: 1), dtype: .float64)
      return algorithm.learnedValues(state).map { "\($0.name) \(Float($0.mean))" }
    }
    #expect(values(R2D2()) == ["ridge 50.0", "scale 10.0", "shift 0.0"])
    #expect(values(LRD2()) == ["ridge 1.0", "scale 1.0", "shift 0.0"])
    #expect(values(MetaOptNet()) == ["scale 10.0"])
    #expect(values(PrototypicalNetworks()).isEmpty)
  }
}
