import TensorCore
import Testing
import _TestSupport

@Suite struct BatchNormTests {
  /// Channel counts that fill four vectors, one vector and a remainder; rows in one block and in several.
  static let shapes: [Shape] = [[2, 3, 2, 2, 83], [1, 5, 9, 7, 83], [2, 1, 1, 1, 3], [1, 40, 14, 14, 16]]

  struct Problem {
    let x, g, u, scale, offset, p, q: Tensor

    init(_ shape: Shape, _ dtype: DType) throws {
      let channels: Shape = [shape[0], shape[4]]
      // The values are far from 0, where a variance from sums of squares would lose its digits.
      x = try Tensor.random(shape, "x", dtype).map(.affine(factor: 0.5, offset: 20))
      g = try .random(shape, "g", dtype)
      u = try .random(shape, "u", dtype)
      scale = try .random(channels, "scale", dtype)
      offset = try .random(channels, "offset", dtype)
      p = try .random(channels, "p", dtype)
      q = try .random(channels, "q", dtype)
    }

    private init(x: Tensor, g: Tensor, u: Tensor, scale: Tensor, offset: Tensor, p: Tensor, q: Tensor) {
      (self.x, self.g, self.u, self.scale, self.offset, self.p, self.q) = (x, g, u, scale, offset, p, q)
    }

    /// The problem of one channel alone.
    func channel(_ index: Int) -> Problem {
      func wide(_ tensor: Tensor) -> Tensor { tensor.sliced(index..<(index + 1), along: 4) }
      func flat(_ tensor: Tensor) -> Tensor { tensor.sliced(index..<(index + 1), along: 1) }
      return Problem(x: wide(x), g: wide(g), u: wide(u), scale: flat(scale), offset: flat(offset), p: flat(p), q: flat(q))
    }

    /// The results of all three kernels; the channels lie along the last axis.
    func results(relu: Bool) -> [Tensor] {
      let (y, statistics) = x.batchNormalised(scale: scale, offset: offset, epsilon: 1e-5, relu: relu)
      let first = g.batchNormGradient(of: x, scale: scale, offset: offset, statistics: statistics, relu: relu)
      let second = Tensor.batchNormSecond(
        cotangents: (u, p, q), g: g, x: x, scale: scale, offset: offset, statistics: statistics, gradient: (first.scale, first.offset),
        relu: relu)
      return [y, statistics, first.x, first.scale, first.offset, second.g, second.x, second.scale]
    }
  }

  @Test(arguments: shapes, floatingTypes)
  func `the result and its statistics by their definition`(shape: Shape, dtype: DType) throws {
    let problem = try Problem(shape, dtype)
    let (y, statistics) = problem.x.batchNormalised(scale: problem.scale, offset: problem.offset, epsilon: 1e-5, relu: true)
    let axes: AxisSet = [1, 2, 3]
    // The same in float64 by elementary operations.
    let x = problem.x.converted(to: .float64)
    let mean = x.mean(axes)
    let inverse = (x - mean).map(.square).mean(axes).map(.reciprocalSquareRoot(epsilon: 1e-5))
    let wide: Shape = [shape[0], 1, 1, 1, shape[4]]
    let scale = problem.scale.converted(to: .float64).reshaped(wide), offset = problem.offset.converted(to: .float64).reshaped(wide)
    let expected = ((x - mean) * inverse * scale + offset).map(.relu)
    let tolerance = dtype == .float32 ? 2e-5 : 1e-11
    expectClose(y.converted(to: .float64), expected, tolerance: tolerance)
    let found = statistics.converted(to: .float64)
    expectClose(found.sliced(0..<1, along: 1).reshaped(wide), mean, tolerance: tolerance)
    expectClose(found.sliced(1..<2, along: 1).reshaped(wide), inverse, tolerance: tolerance)
  }

  /// Normalises one channel with scale 1 and offset 0, repeated over `channels` to reach every path of the kernels.
  private func normalised(_ values: [Float], channels: Int) throws -> [Float] {
    let shape: Shape = [1, values.count, 1, 1, channels]
    let x = try Tensor(values.flatMap { Array(repeating: $0, count: channels) }, shape: shape)
    let one = try Tensor([Float](repeating: 1, count: channels), shape: [1, channels])
    return x.batchNormalised(scale: one, offset: .zeros([1, channels], .float32), epsilon: 1e-5, relu: false).result.floats
  }

  @Test(arguments: [1.007_021_1, 1e7 / 3, -3e7, 1e-30] as [Float], [1, 16, 83])
  func `equal numbers become exactly the offset`(value: Float, channels: Int) throws {
    for rows in [1, 24, 28 * 28, 5001] {
      #expect(try normalised(Array(repeating: value, count: rows), channels: channels).allSatisfy { $0 == 0 }, "\(rows) rows")
    }
  }

  @Test(arguments: [1000, -1e5] as [Double], [60, 5000])
  func `a large mean costs no digits`(mean: Double, rows: Int) throws {
    // The first value is far from all others, so that the differences to it are large too.
    let noise = try Tensor.random([rows], "noise", .float64).doubles
    let values = noise.enumerated().map { Float(mean + ($0 == 0 ? 50 : $1)) }
    let exact = values.map(Double.init)
    let middle = exact.reduce(0, +) / Double(rows)
    let variance = exact.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(rows)
    for channels in [1, 83] {
      let found = try normalised(values, channels: channels)
      let errors = exact.enumerated().map { index, value in
        let expected = (value - middle) / (variance + 1e-5).squareRoot()
        return abs(Double(found[index * channels]) - expected) / max(1, abs(expected))
      }
      #expect(try #require(errors.max()) <= 1e-5)
    }
  }

  /// A single channel takes another path through the kernels than a vector of channels.
  ///
  /// The Autograd tests check its derivatives.
  @Test(arguments: shapes, [true, false])
  func `every channel is as if it were alone`(shape: Shape, relu: Bool) throws {
    let problem = try Problem(shape, .float64)
    let together = problem.results(relu: relu)
    for channel in 0..<shape[4] {
      for (all, alone) in zip(together, problem.channel(channel).results(relu: relu)) {
        expectClose(all.sliced(channel..<(channel + 1), along: all.shape.rank - 1), alone, tolerance: 1e-11)
      }
    }
  }
}
