import Registry
import TensorCore

extension Variable {
  /// Batch normalisation of [T, N, H, W, C] for each task and channel, with the statistics of the first `rows` images.
  ///
  /// ```
  /// y = γ·(x − mean) / √(variance + ε) + β        variance: biased, over images and positions
  /// ```
  /// - Parameters:
  ///   - scale: γ, [T, C].
  ///   - offset: β, [T, C].
  ///   - rows: The number of leading images that the statistics are taken over; nil for all.
  ///   - epsilon: ε.
  ///   - relu: Whether a ReLU follows.
  /// - Returns: [T, N, H, W, C].
  /// - SeeAlso: Ioffe and Szegedy, "Batch normalization", ICML 2015, algorithm 1. No running averages are kept: in
  ///   meta-learning the statistics belong to a task.
  public func batchNormalised(
    scale: Variable, offset: Variable, rows: Int? = nil, epsilon: Double = 1e-5, relu: Bool = false
  ) -> Variable {
    require(
      shape.rank == 5 && scale.shape == [shape[0], shape[4]] && offset.shape == scale.shape,
      "batch norm: \(shape) with scale \(scale.shape) and offset \(offset.shape)")
    guard let rows, rows != shape[1] else {
      return Variable.results(of: BatchNormReLU(epsilon: epsilon, appliesReLU: relu), [self, scale, offset])[0]
    }
    let result = composedBatchNorm(scale: scale, offset: offset, rows: rows, epsilon: epsilon)
    return relu ? result.relu() : result
  }

  /// Batch normalisation in elementary operations, used for the statistics of some rows.
  func composedBatchNorm(scale: Variable, offset: Variable, rows: Int, epsilon: Double) -> Variable {
    let perChannel: Shape = [shape[0], 1, 1, 1, shape[4]]
    let axes: AxisSet = [1, 2, 3]
    let shifted = shiftedByFirstValues()
    let centred = shifted - shifted.sliced(0..<rows, along: 1).mean(axes)
    let inverse = centred.sliced(0..<rows, along: 1).squared().mean(axes).reciprocalSquareRoot(epsilon: epsilon)
    return centred * (inverse * scale.reshaped(perChannel)) + offset.reshaped(perChannel)
  }

  /// [T, N, H, W, C] minus the first value of each task and channel.
  ///
  /// Statistics of the differences keep the digits that a large common offset would cost, and equal numbers become exactly 0. The values
  /// count as constants, because batch normalisation does not depend on an offset.
  func shiftedByFirstValues() -> Variable {
    self - Variable(constant: (1...3).reduce(value) { $0.sliced(0..<1, along: $1) })
  }
}
