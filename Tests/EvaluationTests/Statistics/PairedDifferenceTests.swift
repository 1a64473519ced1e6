import Evaluation
import TensorCore
import Testing
import _TestSupport

@Suite struct PairedDifferenceTests {
  private let stream = RandomStream(seed: 5)
  private let first = [0.81, 0.72, 0.94, 0.66, 0.77, 0.85, 0.59, 0.91, 0.7, 0.88]
  private let second = [0.78, 0.74, 0.9, 0.61, 0.77, 0.8, 0.6, 0.83, 0.66, 0.81]

  // scipy.stats.ttest_rel(first, second) and its confidence_interval(); d.mean() / d.std(ddof=1)
  @Test func `ten pairs, as SciPy computes them`() throws {
    let difference = try PairedDifference(first, against: second, isMoreBetter: true, stream: stream)
    let student = try #require(difference.student)
    expectClose(student.mean, 0.033, tolerance: 1e-15)
    expectClose(student.standardDeviation, 0.03334999583541537, tolerance: 1e-15)
    expectClose(student.pValue, 0.01213947137671828, tolerance: 1e-12)
    expectClose(student.interval.lower, 0.0091428501650427, tolerance: 1e-12)
    expectClose(student.interval.upper, 0.05685714983495728, tolerance: 1e-12)
    expectClose(student.effectSize ?? .nan, 0.989505370940895, tolerance: 1e-12)
    // scipy.stats.permutation_test((first, second), mean difference, permutation_type='samples', n_resamples=np.inf).pvalue
    #expect(difference.signFlip?.pValue == 0.01953125)
    #expect(difference.signFlip?.isExact == true)
    #expect(difference.count == 10 && difference.diverged == 0)
    #expect(difference.superiority.wins == 7 && difference.superiority.ties == 1 && difference.superiority.losses == 2)
    #expect(difference.superiority.probability == 0.75)
  }

  // scipy.stats.bootstrap((d,), np.mean, n_resamples=200000, method='BCa') gives 0.0120...0.0510.
  @Test func `the bootstrap interval is near SciPy's`() throws {
    let plan = BootstrapPlan(members: 10, resamples: 20_000, stream: stream)
    let interval = ConfidenceInterval(acceleratedMeanOf: zip(first, second).map { $0 - $1 }, plan: plan)
    // Means of ten hundredths are 0.001 apart; the bound is two such steps.
    expectClose(interval.lower, 0.012, tolerance: 0.002)
    expectClose(interval.upper, 0.051, tolerance: 0.002)
  }

  @Test func `the same stream gives the same bits, another one does not`() throws {
    let scores = (0..<40).map { Double(($0 * 17) % 23) / 23 }
    let other = (0..<40).map { Double(($0 * 5 + 3) % 29) / 29 }
    let one = try PairedDifference(scores, against: other, isMoreBetter: true, stream: stream)
    #expect(try PairedDifference(scores, against: other, isMoreBetter: true, stream: stream) == one)
    let second = try PairedDifference(scores, against: other, isMoreBetter: true, stream: RandomStream(seed: 6))
    #expect(second.bootstrap != one.bootstrap && second.signFlip != one.signFlip)
    #expect(second.student == one.student)
  }

  @Test func `exchanging the algorithms mirrors the comparison`() throws {
    let plan = BootstrapPlan(members: 10, stream: stream)
    let one = try PairedDifference(first, against: second, isMoreBetter: false, plan: plan, stream: stream)
    let other = try PairedDifference(second, against: first, isMoreBetter: false, plan: plan, stream: stream)
    #expect(other.superiority.wins == one.superiority.losses && other.superiority.losses == one.superiority.wins)
    expectClose(other.superiority.interval.lower, 1 - one.superiority.interval.upper, tolerance: 1e-15)
    expectClose(other.bootstrap?.lower ?? .nan, -(one.bootstrap?.upper ?? .nan), tolerance: 1e-12)
    expectClose(other.bootstrap?.upper ?? .nan, -(one.bootstrap?.lower ?? .nan), tolerance: 1e-12)
    #expect(other.signFlip == one.signFlip)
    #expect(one.superiority.reversed.reversed.wins == one.superiority.wins)
    #expect(one.superiority.reversed.probability == other.superiority.probability)
  }

  @Test func `less is better for losses`() throws {
    let difference = try PairedDifference([1, 2, 3], against: [2, 3, 3], isMoreBetter: false, stream: stream)
    #expect(difference.superiority.wins == 2 && difference.superiority.ties == 1)
    expectClose(difference.student?.mean ?? .nan, -2.0 / 3, tolerance: 1e-15)
  }

  @Test(arguments: [true, false]) func `a diverged score is the worst possible`(isMoreBetter: Bool) throws {
    let difference = try PairedDifference(
      [.nan, 1, .infinity, 2], against: [1, -.infinity, .nan, 2], isMoreBetter: isMoreBetter, stream: stream)
    #expect(difference.count == 4 && difference.diverged == 3)
    #expect(difference.student == nil && difference.signFlip == nil && difference.bootstrap == nil)
    #expect(difference.superiority.losses == 1 && difference.superiority.wins == 1 && difference.superiority.ties == 2)
    #expect(difference.superiority.probability == 0.5)
  }

  @Test func `equal scores are not different`() throws {
    let difference = try PairedDifference(first, against: first, isMoreBetter: true, stream: stream)
    #expect(difference.student?.pValue == 1 && difference.student?.effectSize == nil)
    #expect(difference.student?.interval == ConfidenceInterval(lower: 0, upper: 0))
    #expect(difference.signFlip?.pValue == 1)
    #expect(difference.bootstrap == ConfidenceInterval(lower: 0, upper: 0))
    #expect(difference.superiority.ties == 10 && difference.superiority.interval == ConfidenceInterval(lower: 0.5, upper: 0.5))
  }

  @Test func `a constant difference is certain, whatever the rounding`() throws {
    let difference = try PairedDifference(first.map { $0 + 0.1 }, against: first, isMoreBetter: true, stream: stream)
    #expect(difference.student?.pValue == 0 && difference.student?.standardDeviation == 0 && difference.student?.effectSize == nil)
    // Only the two patterns without mixed signs are as extreme.
    #expect(difference.signFlip?.pValue == 2.0 / 1024)
    #expect(difference.superiority.isMeaningful)
  }

  @Test func `an advantage is meaningful only if it is neither chance nor small`() {
    func superiority(wins: Int, of count: Int) -> Superiority {
      let scores = (0..<count).map { $0 < wins ? 1.0 : 0 }
      let plan = BootstrapPlan(members: count, stream: stream)
      return Superiority(scores, against: scores.map { 1 - $0 }, isMoreBetter: true, plan: plan)
    }
    // Of 400 pairs, 70% lie ten standard errors above one half, but below 0.75. Of four, 75% can be chance.
    #expect(!superiority(wins: 280, of: 400).isMeaningful && superiority(wins: 280, of: 400).interval.lower > 0.5)
    #expect(!superiority(wins: 3, of: 4).isMeaningful)
    #expect(superiority(wins: 300, of: 400).isMeaningful)
  }

  @Test func `scores that overflow have no mean`() throws {
    let difference = try PairedDifference([1e200, 0], against: [0, 1], isMoreBetter: false, stream: stream)
    #expect(difference.student == nil && difference.signFlip == nil && difference.bootstrap == nil && difference.diverged == 0)
  }

  @Test func `large scores keep their interval`() throws {
    let difference = try PairedDifference([3e120, 1e120, 2e120], against: [1e120, 1e120, 1e120], isMoreBetter: false, stream: stream)
    let interval = try #require(difference.bootstrap)
    #expect(interval.lower >= 0 && interval.lower < 1e120 && interval.upper > 1e120 && interval.upper < 2.1e120)
  }

  @Test func `scores that cannot be paired`() {
    #expect(throws: PairedDifferenceError.differentCounts(3, 2)) {
      try PairedDifference([1, 2, 3], against: [1, 2], isMoreBetter: true, stream: stream)
    }
    #expect(throws: PairedDifferenceError.tooFewPairs(1)) {
      try PairedDifference([1], against: [2], isMoreBetter: true, stream: stream)
    }
    #expect("\(PairedDifferenceError.tooFewPairs(1))" == "1 pairs of scores, expected at least 2; test more episodes")
  }
}

@Suite struct SignFlipTestTests {
  @Test func `few differences are counted exactly`() {
    // By enumeration of all 64 sign patterns (itertools.product): 14 sums are at least 13 from zero.
    let test = SignFlipTest([1, 2, 3, -4, 5, 6], stream: RandomStream(seed: 1))
    #expect(test.pValue == 14.0 / 64 && test.isExact)
    // Three equal differences: only +++ and −−−.
    #expect(SignFlipTest([0.1, 0.1, 0.1], stream: RandomStream(seed: 1)).pValue == 0.25)
  }

  @Test func `random patterns come near the exact value`() {
    let differences = (0..<13).map { Double(($0 * 7) % 11) - 3 }
    let exact = SignFlipTest(differences, stream: RandomStream(seed: 1))
    let random = SignFlipTest(differences, permutations: 8000, stream: RandomStream(seed: 1))
    #expect(exact.isExact && !random.isExact)
    // Five standard errors of 8000 patterns.
    let error = 5 * (exact.pValue * (1 - exact.pValue) / 8000).squareRoot()
    expectClose(random.pValue, exact.pValue, tolerance: error)
  }

  @Test(arguments: [20, 64, 65, 600]) func `a p-value is never zero`(count: Int) {
    let differences = (0..<count).map { 1 + Double($0 % 3) / 100 }
    #expect(SignFlipTest(differences, permutations: 99, stream: RandomStream(seed: 2)).pValue == 0.01)
  }

  @Test func `all signs are drawn`() {
    // Of 600 differences only the last one is not zero: every sum is equally far from zero.
    let last = [Double](repeating: 0, count: 599) + [1]
    #expect(SignFlipTest(last, permutations: 99, stream: RandomStream(seed: 3)).pValue == 1)
    // Of two equal ones among zeros, half of the patterns cancel; five standard errors of 10,000 patterns are 0.025.
    let two = [1] + [Double](repeating: 0, count: 598) + [1]
    expectClose(SignFlipTest(two, stream: RandomStream(seed: 3)).pValue, 0.5, tolerance: 0.025)
  }
}
