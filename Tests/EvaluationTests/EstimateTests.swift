import Evaluation
import Tasks
import Testing
import _TestSupport

@Suite struct EstimateTests {
  @Test func `two scores`() throws {
    // The scores 1 and 3 have mean 2 and s² = 2, so s/√n = 1.
    let estimate = try #require(Estimate([1, 3]))
    #expect(estimate.mean == 2)
    expectClose(estimate.halfWidth ?? .nan, 1.96, tolerance: 1e-15)
    #expect(estimate.count == 2)
    #expect(estimate.diverged == 0)
    #expect(estimate.finiteMean == 2)
  }

  @Test func `the numbers 1 to n`() throws {
    // Σ (i − (n+1)/2)² = n (n² − 1) / 12, hence s² = n (n + 1) / 12 and s/√n = √((n + 1) / 12).
    let estimate = try #require(Estimate((1...600).map(Double.init)))
    expectClose(estimate.mean ?? .nan, 300.5, tolerance: 1e-12)
    expectClose(estimate.halfWidth ?? .nan, 1.96 * (601.0 / 12).squareRoot(), tolerance: 1e-12)
  }

  @Test func `equal scores have no width`() {
    #expect(Estimate([0.25, 0.25, 0.25])?.halfWidth == 0)
  }

  @Test(arguments: [[], [1.0]] as [[Double]]) func `below two scores there is no interval`(scores: [Double]) {
    #expect(Estimate(scores) == nil)
  }

  @Test func `a shift moves the mean alone, a factor scales both`() throws {
    let scores = [0.5, 2, 3.25, -1]
    let plain = try #require(Estimate(scores))
    let moved = try #require(Estimate(scores.map { 8 * $0 + 3 }))
    expectClose(moved.mean ?? .nan, 8 * (plain.mean ?? .nan) + 3, tolerance: 1e-14)
    expectClose(moved.halfWidth ?? .nan, 8 * (plain.halfWidth ?? .nan), tolerance: 1e-14)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `a score that is not finite is counted, not dropped`(bad: Double) throws {
    let estimate = try #require(Estimate([1, bad, 3]))
    #expect(estimate.mean == nil)
    #expect(estimate.halfWidth == nil)
    #expect(estimate.count == 3)
    #expect(estimate.diverged == 1)
    #expect(estimate.finiteMean == 2)
  }

  @Test func `no finite score at all`() throws {
    let estimate = try #require(Estimate([.nan, .nan]))
    #expect(estimate.finiteMean == nil)
    #expect(estimate.diverged == 2)
  }

  @Test func `a sum that overflows does not make a mean infinite`() throws {
    let large = Double.greatestFiniteMagnitude
    let estimate = try #require(Estimate([large, large]))
    #expect(estimate.mean == large)
    #expect(estimate.diverged == 0)
  }
}

@Suite struct MedianTests {
  @Test(arguments: [([3], 3), ([5, 1, 3], 3), ([4, 1, 3, 2], 2.5), ([-2, -2, 7], -2)] as [([Double], Double)])
  func `the middle score, or the mean of the middle two`(scores: [Double], expected: Double) {
    #expect(median(scores) == expected)
  }

  @Test func `order does not matter`() {
    let scores = (0..<25).map { Double(($0 * 7) % 25) }
    #expect(median(scores) == 12)
  }

  @Test func `diverged scores rank as the worst losses`() {
    #expect(median([1, 2, .nan]) == 2)
    #expect(median([.nan, 1, 2, 3, .infinity]) == 3)
    #expect(median([.nan, .infinity, 1]) == nil)
    #expect(median([.nan, 1]) == nil)
    #expect(median([-.infinity, 1, 2]) == 1)
  }

  @Test func `diverged scores rank as the worst accuracies`() {
    #expect(median([0.9, 0.8, .nan], isMoreBetter: true) == 0.8)
    #expect(median([0.9, .nan, .nan], isMoreBetter: true) == nil)
    #expect(CurvePoint(step: 1, scores: [0.9, 0.8, .nan], measure: .accuracy).median == 0.8)
    #expect(CurvePoint(step: 1, scores: [0.9, 0.8, .nan]).median == 0.9)
  }

  @Test func `nothing has no median`() { #expect(median([]) == nil) }
}
