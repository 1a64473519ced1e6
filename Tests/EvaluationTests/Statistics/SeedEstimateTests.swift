import Evaluation
import Testing
import _TestSupport

@Suite struct SeedEstimateTests {
  // m = np.mean(X, axis=1); m.var(ddof=1); np.var(X, axis=1, ddof=1).mean(); scipy.stats.t.interval(.95, 2, m.mean(), (m.var(ddof=1)/3)**.5)
  @Test func `three seeds of three episodes, as SciPy computes them`() throws {
    let estimate = try #require(SeedEstimate([[0.5, 0.7, 0.6], [0.8, 0.9, 0.7], [0.55, 0.65, 0.45]]))
    expectClose(estimate.mean ?? .nan, 0.65, tolerance: 1e-15)
    expectClose(estimate.varianceOfMeans ?? .nan, 0.0175, tolerance: 1e-15)
    expectClose(estimate.varianceWithin ?? .nan, 0.01, tolerance: 1e-15)
    expectClose(estimate.varianceBetween ?? .nan, 0.0175 - 0.01 / 3, tolerance: 1e-15)
    expectClose(estimate.interval?.lower ?? .nan, 0.3213794696135785, tolerance: 1e-12)
    expectClose(estimate.interval?.upper ?? .nan, 0.9786205303864215, tolerance: 1e-12)
    expectClose(estimate.seedMeans.map { $0 ?? .nan }, [0.6, 0.8, 0.55], tolerance: 1e-15)
    #expect(estimate.seeds == 3 && estimate.diverged == 0)
  }

  @Test func `equal seeds vary by their episodes alone`() throws {
    let estimate = try #require(SeedEstimate([[1, 3], [1, 3]]))
    #expect(estimate.varianceOfMeans == 0 && estimate.varianceBetween == 0 && estimate.varianceWithin == 2)
    #expect(estimate.interval == ConfidenceInterval(lower: 2, upper: 2))
  }

  @Test func `seeds weigh the same, whatever their number of episodes`() throws {
    let estimate = try #require(SeedEstimate([[0, 0, 0, 0], [1, 3]]))
    #expect(estimate.mean == 1 && estimate.varianceOfMeans == 2)
    // Within: (0 + 2) / (3 + 1); between: 2 − 0.5 · (1/4 + 1/2) / 2.
    #expect(estimate.varianceWithin == 0.5 && estimate.varianceBetween == 2 - 0.1875)
  }

  @Test func `one episode for each seed has no variance within`() throws {
    let estimate = try #require(SeedEstimate([[1], [3]]))
    #expect(estimate.varianceWithin == nil && estimate.varianceBetween == nil && estimate.varianceOfMeans == 2)
  }

  @Test func `a diverged score leaves no mean but that of the other seeds`() throws {
    let estimate = try #require(SeedEstimate([[1, .nan], [2, 4], [.infinity, .nan]]))
    #expect(estimate.mean == nil && estimate.interval == nil && estimate.varianceBetween == nil && estimate.diverged == 3)
    #expect(estimate.seedMeans == [nil, 3, nil])
  }

  @Test func `below two seeds there is no interval`() {
    #expect(SeedEstimate([]) == nil && SeedEstimate([[1, 2]]) == nil && SeedEstimate([[1], []]) == nil)
  }
}
