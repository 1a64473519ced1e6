import Evaluation
import TensorCore
import Testing
import _TestSupport

@Suite struct FriedmanTests {
  /// The accuracies of four classifiers on fourteen data sets: Demšar 2006, table 6.
  ///
  /// One accuracy has a digit more, since its printed rank tells it from an equal one.
  private let scores: [[Double]] = [
    [0.763, 0.768, 0.771, 0.798], [0.599, 0.591, 0.590, 0.569], [0.954, 0.971, 0.968, 0.967], [0.628, 0.661, 0.654, 0.657],
    [0.882, 0.888, 0.886, 0.898], [0.936, 0.931, 0.916, 0.931], [0.661, 0.668, 0.609, 0.685], [0.583, 0.583, 0.563, 0.625],
    [0.775, 0.838, 0.866, 0.875], [1, 1, 1, 1], [0.940, 0.962, 0.965, 0.962], [0.619, 0.666, 0.614, 0.669],
    [0.972, 0.981, 0.9751, 0.975], [0.957, 0.978, 0.946, 0.970],
  ]

  // ranks = np.apply_along_axis(lambda v: rankdata(-v), 1, scores); chi = friedmanchisquare(*scores.T).statistic;
  // F = 13 * chi / (14 * 3 - chi); f.sf(F, 3, 39)
  @Test func `ranks and statistics, as SciPy computes them`() throws {
    let test = try FriedmanTest(scores, isMoreBetter: true)
    expectClose(test.meanRanks, [3.142857142857143, 2.0, 2.892857142857143, 1.9642857142857142], tolerance: 1e-14)
    expectClose(test.chiSquare, 10.228346456692925, tolerance: 1e-12)
    expectClose(test.statistic, 4.1851301115241695, tolerance: 1e-12)
    expectClose(test.pValue, 0.011620659515310975, tolerance: 1e-12)
    #expect(test.families == 14)
  }

  @Test func `without ties the statistic is Demšar's`() throws {
    // Mean ranks 1.2, 2.8 and 2: χ² = 12 · 5 / 12 · (1.44 + 7.84 + 4 − 12) = 6.4 and F = 4 · 6.4 / (10 − 6.4) = 7.11.
    let test = try FriedmanTest(
      [[3, 1, 2], [2, 1, 3], [3, 2, 1], [3, 1, 2], [3, 1, 2]].map { $0.map(Double.init) }, isMoreBetter: true)
    expectClose(test.meanRanks, [1.2, 2.8, 2], tolerance: 1e-14)
    expectClose(test.chiSquare, 6.4, tolerance: 1e-12)
    expectClose(test.statistic, 64.0 / 9, tolerance: 1e-12)
  }

  @Test func `less is better for losses, family by family`() throws {
    let mixed = scores.enumerated().map { $0.isMultiple(of: 2) ? $1 : $1.map { -$0 } }
    let directions = scores.indices.map { $0.isMultiple(of: 2) }
    #expect(try FriedmanTest(mixed, isMoreBetter: directions) == FriedmanTest(scores, isMoreBetter: true))
  }

  @Test func `families that all agree, and families that tie all`() throws {
    let agreeing = try FriedmanTest([[Double]](repeating: [1, 2, 3], count: 5), isMoreBetter: false)
    #expect(agreeing.statistic == .infinity && agreeing.chiSquare == 10 && agreeing.meanRanks == [1, 2, 3])
    expectClose(agreeing.pValue, 1.0 / (6 * 6 * 6 * 6), tolerance: 1e-15)
    let tied = try FriedmanTest([[Double]](repeating: [1, 1], count: 5), isMoreBetter: false)
    #expect(tied.pValue == 1 && tied.meanRanks == [1.5, 1.5])
  }

  @Test func `ranks of ties and of diverged scores`() {
    #expect(averageRanks([0.5, 0.9, 0.5, 0.1], isMoreBetter: true) == [2.5, 1, 2.5, 4])
    #expect(averageRanks([.nan, 3, .infinity, -.infinity], isMoreBetter: false) == [3, 1, 3, 3])
  }

  @Test func `why there is no test`() {
    #expect(throws: FriedmanTestError.tooFewFamilies(4)) { try FriedmanTest(Array(scores.prefix(4)), isMoreBetter: true) }
    #expect(throws: FriedmanTestError.tooFewAlgorithms(1)) { try FriedmanTest(scores.map { Array($0.prefix(1)) }, isMoreBetter: true) }
    #expect(throws: FriedmanTestError.unevenFamily(2, algorithms: 1, expected: 2)) {
      try FriedmanTest([[1, 2], [1, 2], [1], [1, 2], [1, 2]], isMoreBetter: true)
    }
    #expect(throws: FriedmanTestError.directions(1, families: 14)) { try FriedmanTest(scores, isMoreBetter: [true]) }
    #expect(
      "\(FriedmanTestError.tooFewFamilies(4))"
        == "4 task families, expected at least 5 to rank algorithms over them; compare pairs in each family")
  }

  // Demšar 2006, table 5a: critical values of the two-tailed Nemenyi test, α = 0.05 and 0.10.
  @Test(arguments: [
    (2, 1.960, 1.645), (3, 2.343, 2.052), (4, 2.569, 2.291), (5, 2.728, 2.459), (6, 2.850, 2.589), (7, 2.949, 2.693), (8, 3.031, 2.780),
    (9, 3.102, 2.855), (10, 3.164, 2.920),
  ])
  func `Nemenyi's critical values`(algorithms: Int, five: Double, ten: Double) {
    // The table has three decimals; some are rounded up.
    #expect(abs(NemenyiTest.criticalValue(algorithms: algorithms) - five) < 0.001)
    #expect(abs(NemenyiTest.criticalValue(algorithms: algorithms, significance: 0.1) - ten) < 0.001)
  }

  // CD = studentized_range.ppf(.95, 4, np.inf) / 2**.5 * (4*5/(6*14))**.5; studentized_range.sf(|difference of ranks| / error * 2**.5, 4, np.inf)
  @Test func `Nemenyi's test, as SciPy computes it`() throws {
    let test = NemenyiTest(try FriedmanTest(scores, isMoreBetter: true))
    expectClose(test.criticalDifference, 1.2535591471176057, tolerance: 1e-10)
    expectClose(test.pValues[0][1], 0.08867270928888271, tolerance: 1e-10)
    expectClose(test.pValues[3][0], 0.0741847950687442, tolerance: 1e-10)
    #expect(test.pValues[2][2] == 1 && !test.different.contains { $0.contains(true) })
  }

  @Test func `a pair differs where its p-value is at most the level`() throws {
    var stream = RandomStream(seed: 2)
    let scores = (0..<20).map { _ in (0..<6).map { Double($0) / 4 + stream.uniform() } }
    let test = NemenyiTest(try FriedmanTest(scores, isMoreBetter: true), significance: 0.01)
    #expect(test.different[0][5] && !test.different[2][3])
    for (row, pValues) in test.pValues.enumerated() {
      #expect(pValues.map { $0 <= 0.01 } == test.different[row])
    }
  }
}
