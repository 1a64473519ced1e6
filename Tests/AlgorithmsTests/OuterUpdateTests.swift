import Algorithms
import TensorCore
import Testing
import _TestSupport

@Suite struct OuterUpdateTests {
  static func vector(_ values: Double...) throws -> Tensor { try Tensor(values, shape: [values.count]) }

  @Test func `sgd moves against the gradient`() throws {
    var learned = try Self.vector(1, 2)
    var update = OuterUpdate(OuterOptimizer(SGD.self, learningRate: 0.1), iterations: 10, for: learned)
    update.apply(try Self.vector(3, -4), to: &learned)
    expectClose(learned.doubles, [0.7, 2.4], tolerance: 1e-15)
  }

  @Test func `momentum accumulates`() throws {
    var optimizer = OuterOptimizer(Momentum.self, learningRate: 0.1)
    optimizer.optimizer["momentum"] = 0.5
    var learned = try Self.vector(0)
    var update = OuterUpdate(optimizer, iterations: 10, for: learned)
    for _ in 0..<3 { update.apply(try Self.vector(1), to: &learned) }
    // The velocities are 1, 1.5 and 1.75.
    expectClose(learned.doubles, [-0.425], tolerance: 1e-15)
  }

  @Test func `Adam's first step has the length of the rate, its second follows the formula`() throws {
    var learned = try Self.vector(0, 0)
    var update = OuterUpdate(OuterOptimizer(Adam.self, learningRate: 0.01), iterations: 10, for: learned)
    update.apply(try Self.vector(2, -0.5), to: &learned)
    expectClose(learned.doubles, [-0.01 * 2 / (2 + 1e-8), 0.01 * 0.5 / (0.5 + 1e-8)], tolerance: 1e-15)
    let before = learned.doubles
    update.apply(try Self.vector(1, 1), to: &learned)
    let expected = zip(before, [2.0, -0.5]).map { value, first in
      let m = (0.9 * 0.1 * first + 0.1) / (1 - 0.81)
      let v = (0.999 * 0.001 * first * first + 0.001) / (1 - 0.999 * 0.999)
      return value - 0.01 * m / (v.squareRoot() + 1e-8)
    }
    expectClose(learned.doubles, expected, tolerance: 1e-14)
  }

  @Test(arguments: [Adam.self, Momentum.self, RMSProp.self] as [any OptimizerRule.Type])
  func `moments that decay reach zero`(rule: any OptimizerRule.Type) throws {
    // With a decay of 0.9, 1 falls below the smallest normal float32 after 829 steps; subnormal numbers would stay forever.
    var optimizer = OuterOptimizer(rule, learningRate: 0.01)
    optimizer.optimizer["decay"] = 0.9
    optimizer.optimizer["beta2"] = 0.9
    var learned = Tensor.zeros([1])
    var update = OuterUpdate(optimizer, iterations: 1000, for: learned)
    update.apply(.ones([1]), to: &learned)
    for _ in 0..<999 { update.apply(.zeros([1]), to: &learned) }
    #expect(update.slots.map(\.doubles) == update.slots.map { _ in [0] })
  }

  @Test func `AdamW decays weights apart from the gradient`() throws {
    var optimizer = OuterOptimizer(AdamW.self, learningRate: 0.01)
    optimizer.optimizer["weightDecay"] = 0.1
    var learned = try Self.vector(3)
    var update = OuterUpdate(optimizer, iterations: 10, for: learned)
    update.apply(try Self.vector(0), to: &learned)
    expectClose(learned.doubles, [3 - 0.01 * 0.1 * 3], tolerance: 1e-15)
  }

  @Test func `schedules fall to the final fraction`() throws {
    func rates(_ schedule: OuterOptimizer.Schedule) throws -> [Double] {
      var optimizer = OuterOptimizer(SGD.self, learningRate: 2, schedule: schedule)
      optimizer.finalFraction = 0.5
      var learned = try Self.vector(0)
      var update = OuterUpdate(optimizer, iterations: 4, for: learned)
      return try (0..<5).map { _ in
        defer { update.apply(learned, to: &learned) }
        _ = try Self.vector(0)
        return update.learningRate
      }
    }
    expectClose(try rates(.constant), [2, 2, 2, 2, 2], tolerance: 1e-15)
    expectClose(try rates(.linear), [2, 1.75, 1.5, 1.25, 1], tolerance: 1e-15)
    let half = 0.5.squareRoot()
    expectClose(try rates(.cosine), [2, 1.5 + half / 2, 1.5, 1.5 - half / 2, 1], tolerance: 1e-12)
  }

  @Test func `clipping by norm keeps the direction, by value cuts entries`() throws {
    var byNorm = OuterOptimizer(SGD.self, learningRate: 1)
    byNorm.clipNorm = 1
    var learned = try Self.vector(0, 0)
    var update = OuterUpdate(byNorm, iterations: 1, for: learned)
    update.apply(try Self.vector(3, -4), to: &learned)
    expectClose(learned.doubles, [-0.6, 0.8], tolerance: 1e-12)

    var byValue = OuterOptimizer(SGD.self, learningRate: 1)
    byValue.clipValue = 1
    learned = try Self.vector(0, 0, 0)
    update = OuterUpdate(byValue, iterations: 1, for: learned)
    update.apply(try Self.vector(3, -4, 0.5), to: &learned)
    expectClose(learned.doubles, [-1, 1, -0.5], tolerance: 1e-12)
  }
}
