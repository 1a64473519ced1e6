import Evaluation
import Testing
import _TestSupport

/// Distribution functions and quantiles against SciPy 1.17.
@Suite struct DistributionTests {
  // scipy.stats.t.cdf(t, ν) and 2 * scipy.stats.t.sf(abs(t), ν)
  @Test(
    arguments: [
      (1, 0.5, 0.6475836176504333, 0.7048327646991335), (2, -1.5, 0.13619656244550055, 0.2723931248910011),
      (3.5, 2.25, 0.951391756940406, 0.0972164861191881), (10, -4, 0.0012591663123683473, 0.0025183326247366945),
      (0.7, 30, 0.9712616223823298, 0.05747675523534037), (29, 0.001, 0.5003955185108189, 0.9992089629783623),
      (599, 1.9639, 0.9749981249801912, 0.050003750039617476), (1e6, 2.5, 0.9937902552489184, 0.012419489502163254),
      (1, -1e10, 3.183098861837907e-11, 6.366197723675814e-11), (5, 40, 0.9999999079401891, 1.8411962171772954e-07),
    ] as [(Double, Double, Double, Double)])
  func `Student's t`(freedom: Double, t: Double, probability: Double, tail: Double) {
    expectClose(StudentT.cumulative(t, freedom: freedom), probability, tolerance: 1e-12)
    expectClose(StudentT.twoSidedTail(t, freedom: freedom) / tail, 1, tolerance: 1e-10)
  }

  // scipy.stats.t.ppf(p, ν)
  @Test(
    arguments: [
      (1, 0.975, 12.706204736174694), (2, 0.9, 1.8856180831641272), (2.5, 0.01, -5.353111173030874), (4, 0.975, 2.7764451051977934),
      (9, 0.75, 0.7027221467513264), (599, 0.975, 1.9639322489452784), (0.5, 0.999, 102849.11563017538),
      (1e6, 0.995, 2.5758342201053344), (30, 1e-12, -11.397217523311413), (3, 0.5000001, 2.720699044672105e-07),
      (12345.678, 0.0005, -3.2913150112272804), (7, 0.5, 0), (7, 0, -.infinity), (7, 1, .infinity), (.infinity, 0.975, 1.959963984540054),
    ] as [(Double, Double, Double)])
  func `quantiles of Student's t`(freedom: Double, probability: Double, expected: Double) {
    expectClose(StudentT.quantile(probability, freedom: freedom), expected, tolerance: 1e-9)
  }

  @Test func `one and two degrees of freedom have closed forms`() {
    for t in [-7, -0.3, 0, 0.01, 1, 250] {
      expectClose(StudentT.cumulative(t, freedom: 2), 0.5 + t / (2 * (2 + t * t).squareRoot()), tolerance: 1e-14)
    }
    // The Cauchy distribution: P(T ≤ 1) = 3/4.
    expectClose(StudentT.cumulative(1, freedom: 1), 0.75, tolerance: 1e-14)
  }

  @Test(arguments: [0.3, 1, 4, 77.5, 1000, 1e5, 1e9, 1e11])
  func `a quantile inverts the distribution function`(freedom: Double) {
    for probability in [1e-9, 0.01, 0.2, 0.4999, 0.6, 0.975] {
      let t = StudentT.quantile(probability, freedom: freedom)
      expectClose(StudentT.cumulative(t, freedom: freedom) / probability, 1, tolerance: 1e-10)
    }
  }

  // scipy.stats.norm.ppf(p)
  @Test(
    arguments: [
      (1e-300, -37.0470962993612), (1e-12, -7.034483825301131), (0.001, -3.090232306167813), (0.025, -1.9599639845400545),
      (0.3, -0.5244005127080409), (0.5, 0), (0.75, 0.6744897501960817), (0.999999, 4.753424308817087), (0, -.infinity), (1, .infinity),
    ] as [(Double, Double)])
  func `normal quantiles`(probability: Double, expected: Double) {
    expectClose(NormalDistribution.quantile(probability), expected, tolerance: 1e-12)
  }

  // scipy.stats.norm.cdf(z)
  @Test(arguments: [
    (-8, 6.22096057427174e-16), (-1.96, 0.024997895148220435), (0, 0.5), (0.5, 0.6914624612740131), (3, 0.9986501019683699),
  ])
  func `normal probabilities`(z: Double, expected: Double) {
    expectClose(NormalDistribution.cumulative(z) / expected, 1, tolerance: 1e-12)
  }

  // scipy.stats.f.cdf(f, d1, d2) and scipy.stats.f.sf(f, d1, d2)
  @Test(
    arguments: [
      (1, 1, 2, 0.6081734479693928, 0.39182655203060723), (3, 12, 3.49, 0.9499890335282232, 0.05001096647177692),
      (4, 4, 0.1, 0.02329075882794891, 0.976709241172051), (9, 36, 2.5, 0.9753915435501752, 0.024608456449824786),
      (2.5, 7.5, 1.25, 0.6495112555142425, 0.35048874448575756), (14, 126, 6.5, 0.9999999990014629, 9.985371666409975e-10),
      (200, 3000, 1.1, 0.8328711640695731, 0.16712883593042693), (3, 3, 0, 0, 1), (3, 3, .infinity, 1, 0),
    ] as [(Double, Double, Double, Double, Double)])
  func `the F distribution`(numerator: Double, denominator: Double, f: Double, probability: Double, tail: Double) {
    expectClose(FDistribution.cumulative(f, numerator: numerator, denominator: denominator), probability, tolerance: 1e-12)
    let found = FDistribution.upperTail(f, numerator: numerator, denominator: denominator)
    expectClose(found, tail, tolerance: 1e-10 * max(tail, 1e-10))
  }

  @Test func `F with one degree of freedom is the square of t`() {
    let tail = FDistribution.upperTail(2.25 * 2.25, numerator: 1, denominator: 3.5)
    expectClose(tail, StudentT.twoSidedTail(2.25, freedom: 3.5), tolerance: 1e-14)
  }

  // scipy.stats.studentized_range.cdf(q, k, np.inf)
  @Test(arguments: [
    (1, 2, 0.5204998778130465), (3.314493, 3, 0.949999986096062), (3.857, 5, 0.949936316004872), (0.5, 4, 0.015150088105592662),
    (4.474, 10, 0.9499867584069467), (6, 15, 0.9979346076673111), (5, 50, 0.7898546212823788), (0, 3, 0), (-1, 3, 0), (40, 3, 1),
  ])
  func `the studentised range`(q: Double, groups: Int, expected: Double) {
    expectClose(StudentizedRange.cumulative(q, groups: groups), expected, tolerance: 1e-11)
  }

  // scipy.stats.studentized_range.ppf(p, k, np.inf)
  @Test(arguments: [
    (0.95, 2, 2.771807648699355), (0.95, 3, 3.314493155398122), (0.9, 5, 3.478280550703068), (0.95, 5, 3.857655510378623),
    (0.95, 10, 4.474124221725907), (0.99, 15, 5.448476211870204), (0.5, 20, 3.6859147719627656), (0.95, 50, 5.646026026380527),
  ])
  func `quantiles of the studentised range`(probability: Double, groups: Int, expected: Double) {
    expectClose(StudentizedRange.quantile(probability, groups: groups), expected, tolerance: 1e-9)
  }

  @Test(arguments: [0.1, 1, 2.5, 6]) func `the range of two numbers is a normal difference`(q: Double) {
    // |z₁ − z₂| ≤ q has the probability 2 Φ(q/√2) − 1.
    let expected = 2 * NormalDistribution.cumulative(q / 2.0.squareRoot()) - 1
    expectClose(StudentizedRange.cumulative(q, groups: 2), expected, tolerance: 1e-14)
  }

  @Test func `arguments outside the domain trap`() async {
    await #expect(processExitsWith: .failure) { _ = StudentT.quantile(0.5, freedom: 0) }
    await #expect(processExitsWith: .failure) { _ = StudentT.cumulative(.nan, freedom: 3) }
    await #expect(processExitsWith: .failure) { _ = NormalDistribution.quantile(1.5) }
    await #expect(processExitsWith: .failure) { _ = StudentizedRange.cumulative(1, groups: 1) }
  }
}
