import TensorCore
import Testing
import _TestSupport

/// Threefry-2x64-20 as in the paper, round by round; slow and plain, and checked against the library's known answers.
private func threefry(_ counter: [UInt64], key: [UInt64]) -> [UInt64] {
  let rotations: [UInt64] = [16, 42, 12, 31, 16, 32, 24, 21]
  let keys = [key[0], key[1], 0x1bd1_1bda_a9fc_1a22 ^ key[0] ^ key[1]]
  var x = [counter[0] &+ keys[0], counter[1] &+ keys[1]]
  for round in 0..<20 {
    let rotation = rotations[round % 8]
    x[0] &+= x[1]
    x[1] = (x[1] << rotation | x[1] >> (64 - rotation)) ^ x[0]
    if round % 4 == 3 {
      let injection = round / 4 + 1
      x[0] &+= keys[injection % 3]
      x[1] &+= keys[(injection + 1) % 3] &+ UInt64(injection)
    }
  }
  return x
}

@Suite struct RandomStreamTests {
  /// The vectors `threefry2x64 20` of Random123's `kat_vectors`.
  @Test func `the plain generator gives the published known answers`() {
    let ones = UInt64.max
    #expect(threefry([0, 0], key: [0, 0]) == [0xc2b6_e3a8_c2c6_9865, 0x6f81_ed42_f350_084d])
    #expect(threefry([ones, ones], key: [ones, ones]) == [0xe02c_b7c4_d95d_277a, 0xd066_33d0_893b_8b68])
    #expect(
      threefry([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344], key: [0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89])
        == [0x263c_7d30_bb0f_0af1, 0x56be_8361_d331_1526])
  }

  @Test(arguments: [0, 1, 7, UInt64.max, 0x8000_0000_0000_0000])
  func `a stream is that generator in counter mode`(seed: UInt64) {
    var stream = RandomStream(seed: seed)
    for counter in 0..<100 {
      let block = threefry([UInt64(counter), 0], key: [seed, 0x6d65_7461_6c65_6172])
      #expect([stream.next(), stream.next()] == block)
    }
  }

  @Test func `a child depends on the path alone`() {
    let root = RandomStream(seed: 3)
    var drawn = root
    for _ in 0..<5 { _ = drawn.next() }
    #expect(bits(root.child("x").child(2)) == bits(drawn.child("x").child(2)))
    let paths = [
      root, root.child("x"), root.child("y"), root.child(""), root.child(0), root.child(1), root.child(-1), root.child("x").child(0),
      root.child(0).child("x"), RandomStream(seed: 4), RandomStream(seed: 4).child("x"),
    ]
    #expect(Set(paths.map(bits)).count == paths.count)
  }

  @Test func `children are uncorrelated`() {
    let count = 4000
    let root = RandomStream(seed: 11)
    let draws = (0..<count).map { index -> (Double, Double) in
      var first = root.child(index)
      var second = root.child(index + 1)
      return (first.normal(), second.normal())
    }
    // The correlation of independent pairs has a standard error of 1/√n; the bound is five of them.
    expectClose(draws.reduce(0) { $0 + $1.0 * $1.1 } / Double(count), 0, tolerance: 5 / Double(count).squareRoot())
  }

  @Test func `uniform numbers have the moments of the uniform distribution`() {
    let draws = sample { $0.uniform() }
    #expect(draws.allSatisfy { $0 >= 0 && $0 < 1 })
    expectMoments(draws, mean: 0.5, variance: 1.0 / 12)
    let shifted = sample { $0.uniform(-5...3) }
    #expect(shifted.allSatisfy { (-5...3).contains($0) })
    expectMoments(shifted, mean: -1, variance: 64.0 / 12)
  }

  @Test func `normal numbers have the moments of the normal distribution`() {
    let draws = sample { $0.normal() }
    expectMoments(draws, mean: 0, variance: 1)
    let count = Double(draws.count)
    expectClose(draws.reduce(0) { $0 + $1 * $1 * $1 } / count, 0, tolerance: 5 * (15 / count).squareRoot())
    expectClose(draws.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count, 3, tolerance: 5 * (96 / count).squareRoot())
  }

  @Test func `truncated normal numbers lie within two deviations`() {
    let draws = sample { $0.truncatedNormal() }
    #expect(draws.allSatisfy { abs($0) <= 2 })
    // 1 − 4φ(2)/(Φ(2) − Φ(−2))
    expectMoments(draws, mean: 0, variance: 0.7737413035)
  }

  @Test func `integers are uniform`() {
    let bound = 7
    let draws = sample { Double($0.integer(below: bound)) }
    expectMoments(draws, mean: 3, variance: 4)
    #expect(Set(draws).count == bound)
    var stream = RandomStream(seed: 1)
    #expect((0..<10).allSatisfy { _ in stream.integer(below: 1) == 0 })
  }

  @Test func `a choice has different numbers from the population`() {
    var stream = RandomStream(seed: 2)
    for (count, population) in [(0, 0), (0, 5), (1, 1), (3, 5), (5, 5), (20, 1_000_000_000_000)] {
      let chosen = stream.choice(count, of: population)
      #expect(chosen.count == count)
      #expect(Set(chosen).count == count)
      #expect(chosen.allSatisfy { (0..<population).contains($0) })
    }
  }

  @Test func `every ordered choice is equally likely`() {
    var stream = RandomStream(seed: 5)
    let draws = 24_000
    var counts: [[Int]: Int] = [:]
    for _ in 0..<draws { counts[stream.choice(2, of: 4), default: 0] += 1 }
    #expect(counts.count == 12)
    // The counts are binomial with n·p = 2000, so five deviations are 214.
    for count in counts.values { expectClose(Double(count), 2000, tolerance: 214.0 / 2000) }
  }

  @Test func `a permutation holds every number once`() {
    var stream = RandomStream(seed: 9)
    let order = stream.permutation(50)
    #expect(order.sorted() == Array(0..<50))
    #expect(order != Array(0..<50))
    #expect(stream.permutation(0) == [])
  }

  @Test func `impossible draws trap`() async {
    await #expect(processExitsWith: .failure) {
      var stream = RandomStream(seed: 0)
      _ = stream.integer(below: 0)
    }
    await #expect(processExitsWith: .failure) {
      var stream = RandomStream(seed: 0)
      _ = stream.choice(3, of: 2)
    }
  }

  private func bits(_ stream: RandomStream) -> [UInt64] {
    var copy = stream
    return [copy.next(), copy.next()]
  }

  private func sample(_ draw: (inout RandomStream) -> Double) -> [Double] {
    var stream = RandomStream(seed: 6)
    return (0..<50_000).map { _ in draw(&stream) }
  }

  /// Checks mean and variance within five standard errors; the normal distribution's fourth moment is an upper bound.
  private func expectMoments(
    _ draws: [Double], mean: Double, variance: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let count = Double(draws.count)
    let found = draws.reduce(0, +) / count
    let spread = draws.reduce(0) { $0 + ($1 - found) * ($1 - found) } / (count - 1)
    expectClose((found - mean) / (variance / count).squareRoot(), 0, tolerance: 5, sourceLocation: sourceLocation)
    expectClose((spread - variance) / (variance * (2 / count).squareRoot()), 0, tolerance: 5, sourceLocation: sourceLocation)
  }
}
