import Evaluation
import TensorCore
import Testing
import _TestSupport

@Suite struct ScoreScaleTests {
  @Test func `chance becomes 0 and the best 1`() throws {
    let accuracy = try #require(ScoreScale(chance: 0.25, best: 1))
    #expect(accuracy.scaled(0.25) == 0 && accuracy.scaled(1) == 1 && accuracy.scaled(0.625) == 0.5)
    let loss = try #require(ScoreScale(chance: 4, best: 0))
    #expect(loss.scaled(4) == 0 && loss.scaled(1) == 0.75 && loss.scaled(8) == -1)
    #expect(loss.scaled(.nan) == -.infinity && loss.scaled(.infinity) == -.infinity)
  }

  @Test func `there is no scale without a difference`() {
    #expect(ScoreScale(chance: 1, best: 1) == nil && ScoreScale(chance: .nan, best: 1) == nil)
  }
}

@Suite struct InterquartileMeanTests {
  private let stream = RandomStream(seed: 1)

  // scipy.stats.trim_mean(scores, 0.25, axis=None)
  @Test func `nine scores lose two on each side`() throws {
    let mean = try #require(InterquartileMean([[0.1, 0.5, 0.3], [0.9, 0.7, 2.5], [-3, 0.4, 0.6]], stream: stream))
    expectClose(mean.value ?? .nan, 0.5, tolerance: 1e-15)
    #expect(mean.tasks == 3 && mean.diverged == 0)
  }

  @Test func `few scores lose none`() throws {
    #expect(InterquartileMean([[1, 2, 6]], stream: stream)?.value == 3)
    #expect(InterquartileMean([[1, 2, 4, 60]], stream: stream)?.value == 3)
  }

  @Test func `tasks are resampled on their own`() throws {
    // Every task has one score for all seeds, so no replicate differs; resampling across tasks would.
    let mean = try #require(InterquartileMean([[0, 0], [1, 1], [2, 2], [3, 3]], stream: stream))
    #expect(mean.value == 1.5 && mean.interval == ConfidenceInterval(lower: 1.5, upper: 1.5))
  }

  @Test func `a task of one score each is resampled by seeds`() throws {
    // Three scores 0, 3 and 6 lose none; the means 0 and 6 have the probability 1/27 > 2.5% each.
    let mean = try #require(InterquartileMean([[0, 3, 6]], stream: stream))
    #expect(mean.interval == ConfidenceInterval(lower: 0, upper: 6))
    #expect(InterquartileMean([[0, 3, 6]], stream: stream) == mean)
  }

  @Test func `a diverged score ranks as the worst`() throws {
    let mean = try #require(InterquartileMean([[.nan, 1, 2, 3]], stream: stream))
    #expect(mean.value == 1.5 && mean.diverged == 1 && mean.interval == nil)
    #expect(InterquartileMean([[.nan, .infinity, 2, 3]], stream: stream)?.value == nil)
  }

  @Test func `nothing has no mean`() {
    #expect(InterquartileMean([], stream: stream) == nil && InterquartileMean([[1], []], stream: stream) == nil)
  }
}

@Suite struct ProbabilityOfImprovementTests {
  private let stream = RandomStream(seed: 1)

  // scipy.stats.mannwhitneyu([0.5, 0.7, 0.9], [0.6, 0.5, 0.1, 0.2]).statistic / 12
  @Test func `one task, as SciPy's Mann–Whitney statistic`() throws {
    let found = try #require(ProbabilityOfImprovement([[0.5, 0.7, 0.9]], over: [[0.6, 0.5, 0.1, 0.2]], stream: stream))
    #expect(found.value == 0.875 && found.values == [0.875])
    #expect(found.interval.contains(0.875) && found.interval.lower > 0 && found.interval.upper == 1)
  }

  @Test func `tasks are averaged`() throws {
    let found = try #require(ProbabilityOfImprovement([[2, 2], [0, 0], [1, 1]], over: [[1], [1], [1]], stream: stream))
    #expect(found.values == [1, 0, 0.5] && found.value == 0.5)
    #expect(found.interval == ConfidenceInterval(lower: 0.5, upper: 0.5))
  }

  @Test func `exchanging the algorithms gives the complement`() throws {
    let (one, other) = ([[1.0, 4, 2], [7, 3]], [[3.0, 3], [5, 1, 3]])
    let first = try #require(ProbabilityOfImprovement(one, over: other, stream: stream))
    let second = try #require(ProbabilityOfImprovement(other, over: one, stream: stream))
    let reversed = try #require(ProbabilityOfImprovement(one, over: other, isMoreBetter: false, stream: stream))
    expectClose(first.value + second.value, 1, tolerance: 1e-15)
    expectClose(reversed.value, second.value, tolerance: 1e-15)
    #expect(ProbabilityOfImprovement(one, over: other, stream: stream) == first)
  }

  @Test(arguments: [true, false]) func `a diverged score loses against every finite one`(isMoreBetter: Bool) throws {
    let found = ProbabilityOfImprovement([[.nan, .infinity]], over: [[5, -.infinity]], isMoreBetter: isMoreBetter, stream: stream)
    #expect(found?.value == 0.25)
  }

  @Test func `scores that do not fit`() {
    #expect(ProbabilityOfImprovement([], over: [], stream: stream) == nil)
    #expect(ProbabilityOfImprovement([[1]], over: [[1], [2]], stream: stream) == nil)
    #expect(ProbabilityOfImprovement([[1]], over: [[]], stream: stream) == nil)
  }
}
