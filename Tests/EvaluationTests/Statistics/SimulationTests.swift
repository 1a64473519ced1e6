import Evaluation
import TensorCore
import Testing
import _TestSupport

/// How often tests and intervals are wrong, over 2000 simulated comparisons.
///
/// The standard error of a share of 5% is 0.49%, so the bounds of 1.5% are three of them. The seeds were fixed before the first run.
@Suite struct SimulationTests {
  private let simulations = 2000

  /// Counts simulations in which a check holds, as a share.
  private func share(_ seed: UInt64, where holds: (inout RandomStream) -> Bool) -> Double {
    let root = RandomStream(seed: seed).child("simulation")
    let count = (0..<simulations).count {
      var stream = root.child($0)
      return holds(&stream)
    }
    return Double(count) / Double(simulations)
  }

  private func normals(_ count: Int, _ stream: inout RandomStream) -> [Double] { (0..<count).map { _ in stream.normal() } }

  @Test(arguments: [0, 1, 2] as [UInt64]) func `algorithms without a difference are rarely called different`(seed: UInt64) {
    let student = share(seed) { PairedTTest(normals(20, &$0)).map { $0.pValue <= 0.05 } ?? true }
    #expect((0.035...0.065).contains(student), "paired t test: \(student)")
    // (b + 1) / 400 ≤ 0.05 has the probability 20/400 exactly.
    let signFlip = share(seed) {
      let differences = normals(20, &$0)
      return SignFlipTest(differences, permutations: 399, stream: $0.child("signs")).pValue <= 0.05
    }
    #expect((0.035...0.065).contains(signFlip), "sign-flip test: \(signFlip)")
  }

  @Test(arguments: [0, 1, 2] as [UInt64]) func `t intervals cover the mean`(seed: UInt64) {
    let covered = share(seed) { PairedTTest(normals(10, &$0).map { 0.3 + $0 })?.interval.contains(0.3) ?? false }
    #expect((0.935...0.965).contains(covered), "\(covered)")
  }

  /// A bootstrap of n numbers lacks the degrees of freedom of t: it covers P(|t| < 1.96 √((n − 1)/n)), 94.8% for n = 200 but 93.6% for 30.
  @Test(arguments: [0, 1, 2] as [UInt64]) func `BCa intervals cover the mean`(seed: UInt64) {
    let plan = BootstrapPlan(members: 200, resamples: 999, stream: RandomStream(seed: seed).child("plan"))
    let covered = share(seed) {
      ConfidenceInterval(acceleratedMeanOf: normals(200, &$0).map { 0.3 + $0 }, plan: plan).contains(0.3)
    }
    #expect((0.935...0.965).contains(covered), "\(covered)")
  }

  @Test(arguments: [0, 1, 2] as [UInt64]) func `seed intervals cover the mean over seeds`(seed: UInt64) {
    let covered = share(seed) { stream in
      let scores = (0..<5).map { _ in
        let level = 0.3 + stream.normal()
        return (0..<8).map { _ in level + 2 * stream.normal() }
      }
      return SeedEstimate(scores)?.interval?.contains(0.3) ?? false
    }
    #expect((0.935...0.965).contains(covered), "\(covered)")
  }

  /// With K seeds of variance 1 and E episodes of variance v, a replicate's variance is (1 + v/E)(K − 1)/K + v/E · (E − 1)/E over K.
  ///
  /// K = 100, E = 4 and v = 0.2 give 1.077 instead of 1.05, hence 95.0%.
  @Test(arguments: [0, 1, 2] as [UInt64]) func `hierarchical intervals of many seeds cover the mean`(seed: UInt64) {
    let bootstrap = HierarchicalBootstrap(
      seeds: 100, episodes: 4, design: .ownOfEachSeed, resamples: 399, stream: RandomStream(seed: seed).child("plan"))
    let covered = share(seed) { stream in
      let scores = (0..<100).map { _ in
        let level = 0.3 + stream.normal()
        return (0..<4).map { _ in level + 0.2.squareRoot() * stream.normal() }
      }
      return bootstrap.interval(scores)?.contains(0.3) ?? false
    }
    #expect((0.935...0.965).contains(covered), "\(covered)")
  }

  @Test(arguments: [0, 1, 2] as [UInt64]) func `equal algorithms rarely have different ranks`(seed: UInt64) {
    let found = share(seed) { stream in
      let scores = (0..<12).map { _ in normals(6, &stream) }
      return (try? FriedmanTest(scores, isMoreBetter: true)).map { $0.pValue <= 0.05 } ?? true
    }
    #expect((0.035...0.065).contains(found), "\(found)")
  }

  @Test func `a difference is found`() {
    // Half a standard deviation in 50 pairs: the t test finds it in 93% of the comparisons (noncentral t), and counts show it.
    let found = share(0) { PairedTTest(normals(50, &$0).map { 0.5 + $0 }).map { $0.pValue <= 0.05 } ?? false }
    #expect((0.91...0.96).contains(found), "\(found)")
  }
}
