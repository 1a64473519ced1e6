import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct SinusoidTests {
  /// Targets are float32 numbers of at most 5, for which half a unit in the last place is 2.4e-7.
  static let residualTolerance = 1e-6

  @Test func `every task is one sine wave of amplitude and phase within their ranges`() throws {
    let task = Sinusoid()
    for index in 0..<200 {
      let wave = try fitWave(task.episode(index, in: .metaTrain, seed: 0), frequency: 1)
      #expect(wave.residual < Self.residualTolerance)
      #expect((0.1 - 1e-5...5 + 1e-5).contains(wave.amplitude))
      // y = A·sin(x + b) with b = −φ and φ in 0...π. A fit near 0 may give a phase on the other side.
      #expect((-Double.pi - 1e-3...1e-3).contains(wave.phase))
    }
  }

  /// 4,000 tasks; each bound is at least four standard errors wide, and the seed is fixed.
  @Test func `amplitude, phase and input are uniform over their ranges`() throws {
    var task = Sinusoid()
    task.shots = 4
    task.queries = 4
    let episodes = (0..<4000).map { task.episode($0, in: .metaTest, seed: 5) }
    let waves = try episodes.map { try fitWave($0, frequency: 1) }
    expectUniform(waves.map(\.amplitude), over: 0.1...5)
    expectUniform(waves.map { -$0.phase }, over: 0 ... .pi)
    expectUniform(episodes.flatMap { $0.support.inputs.doubles + $0.query.inputs.doubles }, over: -5...5)
  }

  @Test func `query points stay when the number of support points changes`() {
    var fewer = Sinusoid()
    fewer.shots = 5
    let episode = Sinusoid().episode(3, in: .metaTest, seed: 1)
    let other = fewer.episode(3, in: .metaTest, seed: 1)
    #expect(other.query.inputs.floats == episode.query.inputs.floats)
    #expect(other.query.targets.tensor.floats == episode.query.targets.tensor.floats)
    #expect(other.support.inputs.floats == Array(episode.support.inputs.floats.prefix(5)))
  }

  @Test func `settings are read by their keys`() throws {
    var task = Sinusoid()
    try Sinusoid.hyperparameters.set("amplitude.high", to: "2.5", in: &task)
    try Sinusoid.hyperparameters.set("shots", to: "7", in: &task)
    #expect(task.amplitude == Interval(0.1, 2.5))
    #expect(task.episode(0, in: .metaTrain, seed: 0).support.inputs.shape == [7, 1])
    #expect(task.splitFingerprint != Sinusoid().splitFingerprint)
    #expect(throws: HyperparameterError.invalid(key: "shots", found: "0", expected: .count(1...100_000))) {
      try Sinusoid.hyperparameters.set("shots", to: "0", in: &task)
    }
  }

  @Test(arguments: [Interval(2, 1), Interval(0, .infinity)])
  func `a range without numbers is refused`(interval: Interval) throws {
    var task = Sinusoid()
    task.phase = interval
    #expect(throws: TaskError.emptyInterval(task: "sinusoid", key: "phase", interval: interval)) {
      try task.prepare(source: nil)
    }
  }

  @Test func `not-a-number as a bound is refused`() {
    var task = SinusoidFrequency()
    task.frequency.low = .nan
    #expect(throws: TaskError.self) { try task.prepare(source: nil) }
  }

  @Test func `every task of the harder family is one wave of a frequency in 0.8...1.2`() throws {
    let task = SinusoidFrequency()
    var frequencies: [Double] = []
    for index in 0..<100 {
      let episode = task.episode(index, in: .metaTrain, seed: 0)
      let wave = try fitWave(episode, frequencies: 0.8...1.2)
      #expect(wave.residual < Self.residualTolerance)
      #expect((0.1 - 1e-3...5 + 1e-3).contains(wave.amplitude))
      frequencies.append(wave.frequency)
    }
    expectUniform(frequencies, over: 0.8...1.2)
  }

  @Test func `the harder family's phase is added`() throws {
    var task = SinusoidFrequency()
    task.frequency = Interval(1, 1)
    for index in 0..<50 {
      let wave = try fitWave(task.episode(index, in: .metaTrain, seed: 0), frequency: 1)
      #expect(wave.residual < Self.residualTolerance)
      #expect((-1e-3...Double.pi + 1e-3).contains(wave.phase))
    }
  }
}

private struct Wave {
  var amplitude: Double
  var frequency: Double
  /// b of A·sin(ωx + b), in −π...π.
  var phase: Double
  /// The largest residual of a target.
  var residual: Double
}

/// The least-squares fit of A·sin(ωx + b) for a known ω: linear in A·cos b and A·sin b.
private func fitWave(_ episode: Episode, frequency: Double) throws -> Wave {
  let x = episode.support.inputs.doubles + episode.query.inputs.doubles
  let y = episode.support.targets.tensor.doubles + episode.query.targets.tensor.doubles
  let s = x.map { sin(frequency * $0) }
  let c = x.map { cos(frequency * $0) }
  func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  let determinant = dot(s, s) * dot(c, c) - dot(s, c) * dot(s, c)
  try #require(determinant > 0)
  let first = (dot(s, y) * dot(c, c) - dot(c, y) * dot(s, c)) / determinant
  let second = (dot(c, y) * dot(s, s) - dot(s, y) * dot(s, c)) / determinant
  let residual = x.indices.map { abs(first * s[$0] + second * c[$0] - y[$0]) }.max() ?? .infinity
  return Wave(amplitude: hypot(first, second), frequency: frequency, phase: atan2(second, first), residual: residual)
}

/// The best fit over a range of frequencies: a grid search, then a ternary search around its best point.
private func fitWave(_ episode: Episode, frequencies: ClosedRange<Double>) throws -> Wave {
  let step = (frequencies.upperBound - frequencies.lowerBound) / 200
  let grid = try (0...200).map { try fitWave(episode, frequency: frequencies.lowerBound + step * Double($0)) }
  let best = try #require(grid.min { $0.residual < $1.residual })
  var (low, high) = (best.frequency - step, best.frequency + step)
  for _ in 0..<80 {
    let (left, right) = (low + (high - low) / 3, high - (high - low) / 3)
    if try fitWave(episode, frequency: left).residual < fitWave(episode, frequency: right).residual { high = right } else { low = left }
  }
  return try fitWave(episode, frequency: (low + high) / 2)
}

/// Checks that mean and variance are within four standard errors of the uniform distribution's, and all values in the range.
private func expectUniform(_ values: [Double], over range: ClosedRange<Double>, sourceLocation: SourceLocation = #_sourceLocation) {
  let n = Double(values.count)
  let width = range.upperBound - range.lowerBound
  let mean = values.reduce(0, +) / n
  let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
  #expect(
    abs(mean - (range.lowerBound + range.upperBound) / 2) < 4 * width / (12 * n).squareRoot(), sourceLocation: sourceLocation)
  // The fourth central moment is w⁴/80, so the variance's standard error is w²·√((1/80 − 1/144)/n).
  #expect(
    abs(variance - width * width / 12) < 4 * width * width * ((1.0 / 80 - 1.0 / 144) / n).squareRoot(), sourceLocation: sourceLocation)
  #expect(values.allSatisfy { (range.lowerBound - 1e-3...range.upperBound + 1e-3).contains($0) }, sourceLocation: sourceLocation)
}
