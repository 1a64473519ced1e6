import Algorithms
import Testing

@Suite struct ThreadPaceTests {
  /// Runs a pace for a time on a machine where a step on n threads takes `cost(n)` seconds.
  ///
  /// - Returns: The mean rate, as a fraction of the best number's rate.
  @discardableResult
  private func run(_ pace: inout ThreadPace, for seconds: Double, cost: (_ threads: Int) -> Double) -> Double {
    var (elapsed, steps) = (0.0, 0)
    while elapsed < seconds {
      let time = cost(pace.active)
      pace.note(seconds: time)
      (elapsed, steps) = (elapsed + time, steps + 1)
    }
    let best = (1...pace.most).map(cost).min() ?? .nan
    return Double(steps) * best / elapsed
  }

  @Test func `on quiet cores, trials cost less than two in a hundred`() {
    var pace = ThreadPace(most: 2, isFixed: false)
    #expect(run(&pace, for: 5) { 90e-6 / Double($0) } > 0.98)
    #expect(pace.active == 2)
    #expect((1.95...2).contains(pace.mean ?? 0))
  }

  @Test func `beside another program, one thread is chosen, and two again when it has ended`() {
    var pace = ThreadPace(most: 2, isFixed: false)
    run(&pace, for: 1) { $0 == 1 ? 90e-6 : 230e-6 }
    // The first second may be slow: the trainer must measure.
    #expect(run(&pace, for: 5) { $0 == 1 ? 90e-6 : 230e-6 } > 0.95)
    run(&pace, for: 4) { 90e-6 / Double($0) }
    #expect(run(&pace, for: 5) { 90e-6 / Double($0) } > 0.97)
  }

  @Test func `a run that starts beside another program notices it within a second, even with long steps`() {
    var pace = ThreadPace(most: 2, isFixed: false)
    run(&pace, for: 1) { $0 == 1 ? 9e-3 : 12e-3 }
    #expect(pace.active == 1)
  }

  @Test func `long steps are not tried before a trial costs less than two in a hundred`() {
    var pace = ThreadPace(most: 2, isFixed: false)
    #expect(run(&pace, for: 6) { 0.2 / Double($0) } > 0.9999)
    #expect(run(&pace, for: 60) { 0.2 / Double($0) } > 0.98)
  }

  @Test func `a program that starts during the run is noticed at once`() {
    var pace = ThreadPace(most: 2, isFixed: false)
    run(&pace, for: 20) { 90e-6 / Double($0) }
    run(&pace, for: 0.3) { $0 == 1 ? 90e-6 : 230e-6 }
    #expect(run(&pace, for: 5) { $0 == 1 ? 90e-6 : 230e-6 } > 0.95)
  }

  @Test func `the best of many numbers is reached step by step, and none below one`() {
    var pace = ThreadPace(most: 8, isFixed: false)
    run(&pace, for: 20) { 1e-4 + 1e-4 * abs(Double($0) - 5) }
    #expect(pace.active == 5)
    run(&pace, for: 60) { 1e-4 * Double($0) }
    #expect(pace.active == 1)
  }

  @Test func `one disturbed window changes nothing`() {
    var pace = ThreadPace(most: 2, isFixed: false)
    var count = 0
    for _ in 0..<200_000 {
      count += 1
      // A pause of 50 ms every 4,000 steps.
      pace.note(seconds: 90e-6 / Double(pace.active) + (count % 4000 == 0 ? 0.05 : 0))
    }
    #expect((pace.mean ?? 0) > 1.8)
  }

  @Test func `a fixed number stays`() {
    var pace = ThreadPace(most: 4, isFixed: true)
    run(&pace, for: 5) { 1e-4 * Double($0) }
    #expect(pace.active == 4 && pace.mean == 4)
  }
}
