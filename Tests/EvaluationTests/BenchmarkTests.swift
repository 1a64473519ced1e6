import Algorithms
import Evaluation
import TensorCore
import Testing

@Suite struct BenchmarkTests {
  @Test func `a line through points of a line is that line`() throws {
    let line = try #require(StraightLine([1, 2, 4, 8, 16].map { (x: $0, y: 3 + 0.5 * $0) }))
    #expect(abs(line.offset - 3) < 1e-12 && abs(line.slope - 0.5) < 1e-12 && line.largestResidual < 1e-12)
  }

  @Test func `the largest residual is relative to the point`() throws {
    // The least-relative-squares line of y = x² at 1 and 2 passes through both points. A third point cannot be on it.
    let exact = try #require(StraightLine([(x: 1, y: 1), (x: 2, y: 4)]))
    #expect(exact.largestResidual < 1e-12)
    let bent = try #require(StraightLine([(x: 1, y: 1), (x: 2, y: 4), (x: 4, y: 16)]))
    #expect(bent.largestResidual > 0.2)
    // Halving the unit changes no residual.
    let halved = try #require(StraightLine([(x: 1, y: 0.5), (x: 2, y: 2), (x: 4, y: 8)]))
    #expect(abs(halved.largestResidual - bent.largestResidual) < 1e-12)
  }

  @Test func `no line without two places and positive values`() {
    #expect(StraightLine([(x: 1, y: 1), (x: 1, y: 2)]) == nil)
    #expect(StraightLine([(x: 1, y: 1), (x: 2, y: 0)]) == nil)
    #expect(StraightLine([]) == nil)
  }

  /// The counter of operations covers all threads of a process, so this test has its own process.
  @Test func `a workload trains, and performs the necessary arithmetic`() async {
    await #expect(processExitsWith: .success) {
      let workload = try Workload.named("sinusoid-maml-1")
      let result = try Benchmark(workload, threads: 2, seconds: 0.02).run(peakRate: 1e12, profiled: true)
      precondition(result.loss.isFinite && result.iterationsPerSecond > 0 && result.peakBytes > 0)
      let ratio = result.performedOperations / workload.necessaryOperations
      precondition((0.99...1.01).contains(ratio), "performed \(ratio) of the necessary arithmetic")
      precondition(result.profile.contains { $0.kernel == "matrix product" && $0.pass == .outerGradient && $0.operations > 0 })
    }
  }

  @Test(arguments: BenchmarkSweep.Quantity.allCases)
  func `a sweep measures every value`(quantity: BenchmarkSweep.Quantity) throws {
    let sweep = try #require(
      try BenchmarkSweep(Workload.named("sinusoid-fomaml-1"), quantity, threads: 2, seconds: 0.01))
    let points = try sweep.run()
    #expect(points.map(\.value) == sweep.values)
    #expect(points.allSatisfy { $0.seconds > 0 && $0.peakBytes > 0 })
    #expect(sweep.report(points).contains("\(quantity.rawValue)"))
    if quantity == .threads {
      // One thread compared with itself.
      for factor in [points[0].speedUp?.iterations, points[0].speedUp?.equalParts] {
        #expect(factor?.median == 1 && factor?.undisturbed == 1)
      }
      let two = try #require(points[1].speedUp)
      #expect([two.iterations, two.equalParts].allSatisfy { $0.median > 0 && $0.undisturbed > 0 && $0.median.isFinite })
    }
  }

  @Test func `one step in a hundred is undisturbed`() {
    #expect(Laps([3]).undisturbed() == 3)
    #expect(Laps([3, 2, 1]).undisturbed() == 1)
    #expect(Laps((1...100).reversed().map(Double.init)).undisturbed() == 1)
    #expect(Laps((1...101).reversed().map(Double.init)).undisturbed() == 2)
    #expect(Laps((1...500).map(Double.init)).undisturbed() == 5)
    // Takes every second lap, beginning with the first, to get as many as the other has.
    #expect(Laps([4, 1, 3, 2]).undisturbed(among: 2) == 3)
  }

  @Test func `laps are timed one by one`() {
    var laps = Laps()
    let mean = laps.append(for: 0) {}
    #expect(laps.seconds.count == 1 && mean >= laps.seconds[0])
    laps.append(for: 0.01) {}
    #expect(laps.seconds.count > 2 && laps.seconds.allSatisfy { $0 >= 0 })
  }

  @Test(arguments: [(10, 3, 3, 9), (10, 1, 3, 9), (10, 3, 2, 8), (1, 4, 2, 4), (100, 32, 2, 96), (100, 5, 1, 100)])
  func `every thread has as many equal parts`(products: Int, parts: Int, threads: Int, expected: Int) {
    let control = EqualParts(products: products, parts: parts, threads: threads)
    #expect(control.products == expected)
    control.step()
  }

  @Test func `what a workload does not have cannot be swept`() throws {
    let episode = try Workload.named("omniglot-protonet")
    #expect(BenchmarkSweep(episode, .steps, threads: 2, seconds: 1) == nil)
    #expect(BenchmarkSweep(episode, .tasks, threads: 2, seconds: 1) == nil)
    #expect(BenchmarkSweep(episode, .queries, threads: 2, seconds: 1) != nil)
  }
}
