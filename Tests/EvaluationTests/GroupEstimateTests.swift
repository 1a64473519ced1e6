import Evaluation
import Testing
import _TestSupport

/// Means over groups, with intervals of Student's t.
@Suite struct GroupEstimateTests {
  // Tables of the t distribution, such as Abramowitz and Stegun's 26.10, in more digits from R's qt(0.975, ν).
  @Test(arguments: [
    (1, 12.706204736), (2, 4.302652730), (3, 3.182446305), (4, 2.776445105), (5, 2.570581836), (10, 2.228138852), (30, 2.042272456),
    (41, 2.019540970), (100, 1.983971519), (1000, 1.962339081),
  ])
  func `quantiles of Student's t`(freedom: Int, expected: Double) {
    expectClose(studentQuantile(freedom: freedom), expected, tolerance: 2e-9)
  }

  @Test func `the expansion continues the series, down to the normal quantile`() {
    let (last, next) = (studentQuantile(freedom: 1000), studentQuantile(freedom: 1001))
    // The quantile falls by about (z³ + z) / 4ν² = 2.4e-6.
    expectClose((last - next) * 1e6, 2.37, tolerance: 0.02)
    expectClose(studentQuantile(freedom: 1_000_000_000), 1.959963985, tolerance: 1e-8)
  }

  @Test func `three groups, by hand`() throws {
    // The scores 1, 2 and 6 have mean 3 and s² = (4 + 1 + 9) / 2 = 7, and t with two degrees of freedom is 4.30265.
    let estimate = try #require(Estimate(overGroups: [1, 2, 6]))
    #expect(estimate.mean == 3)
    expectClose(estimate.halfWidth ?? .nan, 4.302652730 * (7.0 / 3).squareRoot(), tolerance: 1e-8)
    #expect(estimate.count == 3 && estimate.diverged == 0)
  }

  @Test func `a group that diverged is counted`() throws {
    let estimate = try #require(Estimate(overGroups: [1, .infinity, 3]))
    #expect(estimate.mean == nil && estimate.halfWidth == nil && estimate.diverged == 1 && estimate.finiteMean == 2)
    #expect(Estimate(overGroups: [1]) == nil)
  }
}
