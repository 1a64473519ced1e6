import Evaluation
import TensorCore
import Testing
import _TestSupport

@Suite struct BootstrapTests {
  // With rep = np.array([(i*37%101)/101 + (i*53%97)/97 for i in range(1, 400)])**2, est = 0.9, acc = 0.05:
  // z0 = norm.ppf(((rep < est).sum() + (rep <= est).sum()) / 2 / 399); for z = ±1.96:
  // np.quantile(rep, norm.cdf(z0 + (z0 + z) / (1 - acc * (z0 + z))), method='weibull')
  @Test func `the accelerated interval of given replicates`() {
    let replicates = (1...399).map { index in
      let root = Double(index * 37 % 101) / 101 + Double(index * 53 % 97) / 97
      return root * root
    }
    let interval = ConfidenceInterval(estimate: 0.9, replicates: replicates, acceleration: 0.05)
    expectClose(interval.lower, 0.032405433459961566, tolerance: 1e-12)
    expectClose(interval.upper, 3.1720745672481865, tolerance: 1e-12)
  }

  @Test func `without bias and acceleration it is the percentile interval`() {
    // 1 to 199 around 100: the ranks are 0.025 · 200 = 5 and 0.975 · 200 = 195.
    let interval = ConfidenceInterval(estimate: 100, replicates: (1...199).map(Double.init).reversed(), acceleration: 0)
    expectClose(interval.lower, 5, tolerance: 1e-10)
    expectClose(interval.upper, 195, tolerance: 1e-10)
  }

  // scipy.stats.bootstrap((x,), np.mean, n_resamples=200000, method='BCa') gives 0.625...3.698.
  @Test func `skewed numbers have a skewed interval`() {
    let numbers = [0.1, 0.2, 0.2, 0.5, 0.9, 1.7, 3.1, 6.2]
    let plan = BootstrapPlan(members: 8, resamples: 40_000, stream: RandomStream(seed: 1))
    let interval = ConfidenceInterval(acceleratedMeanOf: numbers, plan: plan)
    // Four standard errors of the end quantiles, about 0.0008 / density 0.2 and 0.05 there.
    expectClose(interval.lower, 0.625, tolerance: 0.02)
    expectClose(interval.upper, 3.698, tolerance: 0.02)
  }

  @Test func `an estimate outside its replicates keeps a finite interval`() {
    let above = ConfidenceInterval(estimate: 10, replicates: [1, 2, 3], acceleration: 0)
    let below = ConfidenceInterval(estimate: -10, replicates: [1, 2, 3], acceleration: 0)
    #expect(above.lower >= 1 && above.upper == 3 && below.lower == 1 && below.upper <= 3)
  }

  @Test func `means of resamples lie around the mean, with the variance of a mean`() {
    let numbers = (1...50).map(Double.init)
    let means = BootstrapPlan(members: 50, resamples: 4000, stream: RandomStream(seed: 4)).means(numbers)
    let mean = means.reduce(0, +) / 4000
    let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
    // The numbers have variance (n² − 1)/12 = 208.25, their mean 4.165; five standard errors of 4000 replicates.
    expectClose(mean, 25.5, tolerance: 5 * (4.165 / 4000).squareRoot() / 25.5)
    expectClose(variance / 4.165, 1, tolerance: 5 * (2.0 / 4000).squareRoot())
  }

  @Test func `a plan draws every member and repeats itself`() {
    let plan = BootstrapPlan(members: 3, resamples: 200, stream: RandomStream(seed: 9))
    // The powers of ten tell how often each member was drawn.
    let sums = plan.means([1, 10, 100]).map { ($0 * 3).rounded() }
    #expect(sums.contains(3) && sums.contains(30) && sums.contains(300) && sums.contains(111))
    #expect(BootstrapPlan(members: 3, resamples: 200, stream: RandomStream(seed: 9)).means([1, 10, 100]) == plan.means([1, 10, 100]))
    #expect(BootstrapPlan(members: 3, resamples: 200, stream: RandomStream(seed: 8)).means([1, 10, 100]) != plan.means([1, 10, 100]))
  }

  @Test func `a plan for another number of members traps`() async {
    await #expect(processExitsWith: .failure) {
      _ = BootstrapPlan(members: 3, resamples: 2, stream: RandomStream(seed: 1)).means([1, 2])
    }
    await #expect(processExitsWith: .failure) { _ = BootstrapPlan(members: 0, stream: RandomStream(seed: 1)) }
  }
}

@Suite struct HierarchicalBootstrapTests {
  private let stream = RandomStream(seed: 3)

  @Test(arguments: [HierarchicalBootstrap.Design.ownOfEachSeed, .sharedBySeeds])
  func `equal episodes leave the percentile interval of seeds`(design: HierarchicalBootstrap.Design) throws {
    // Three seeds, each with one score for all episodes: a replicate is the mean of three drawn seeds.
    let bootstrap = HierarchicalBootstrap(seeds: 3, episodes: 4, design: design, stream: stream)
    let interval = try #require(bootstrap.interval([0, 3, 6].map { [Double](repeating: $0, count: 4) }))
    // Both the smallest and the largest mean have the probability 1/27 > 2.5%.
    #expect(interval == ConfidenceInterval(lower: 0, upper: 6))
  }

  @Test func `seeds that share episodes do not average their difficulty away`() throws {
    // No seed differs; episodes do. Shared, the interval is that of one seed; with own episodes, it shrinks by √K.
    let episodes = (0..<50).map { Double(($0 * 13) % 50) }
    let scores = [[Double]](repeating: episodes, count: 16)
    func width(_ design: HierarchicalBootstrap.Design) throws -> Double {
      let interval = try #require(HierarchicalBootstrap(seeds: 16, episodes: 50, design: design, stream: stream).interval(scores))
      return interval.upper - interval.lower
    }
    // The standard error of one seed is √(208.25 / 50) = 2.04. The bound: 2000 replicates give a width to about 3%.
    expectClose(try width(.sharedBySeeds) / (3.92 * 2.04), 1, tolerance: 0.1)
    expectClose(try width(.ownOfEachSeed) / (3.92 * 2.04 / 4), 1, tolerance: 0.1)
  }

  @Test func `the same stream gives the same interval; a diverged score gives none`() {
    let scores = (0..<4).map { seed in (0..<5).map { Double((seed * 7 + $0 * 3) % 11) } }
    func interval(_ stream: RandomStream) -> ConfidenceInterval? {
      HierarchicalBootstrap(seeds: 4, episodes: 5, design: .ownOfEachSeed, stream: stream).interval(scores)
    }
    #expect(interval(stream) == interval(stream) && interval(stream) != nil)
    let bootstrap = HierarchicalBootstrap(seeds: 2, episodes: 2, design: .ownOfEachSeed, stream: stream)
    #expect(bootstrap.interval([[1, .nan], [1, 2]]) == nil)
    #expect(bootstrap.seeds == 2 && bootstrap.episodes == 2)
  }

  @Test func `other numbers of seeds or episodes trap`() async {
    await #expect(processExitsWith: .failure) {
      let bootstrap = HierarchicalBootstrap(seeds: 2, episodes: 2, design: .sharedBySeeds, stream: RandomStream(seed: 1))
      _ = bootstrap.interval([[1, 2], [1]])
    }
  }
}
