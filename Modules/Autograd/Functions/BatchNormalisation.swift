import TensorCore

extension Variable {
  /// Batch normalisation of [T, N, H, W, C] by statistics of the first `rows` of the N images, for each task and channel.
  ///
  /// ```
  /// y = γ·(x − mean) / √(variance + ε) + β        variance: biased, over images and positions
  /// ```
  /// - Parameters:
  ///   - scale: γ, [T, C].
  ///   - offset: β, [T, C].
  ///   - rows: How many images the statistics are taken of; all of them where nil.
  ///   - epsilon: ε.
  /// - SeeAlso: Ioffe and Szegedy, "Batch normalization", ICML 2015, algorithm 1. No running averages are kept: in
  ///   meta-learning the statistics belong to a task.
  public func batchNormalised(scale: Variable, offset: Variable, rows: Int? = nil, epsilon: Double = 1e-5) -> Variable {
    let channels = shape[-1]
    let perChannel: Shape = [shape[0], 1, 1, 1, channels]
    precondition(
      shape.rank == 5 && scale.shape == [shape[0], channels] && offset.shape == scale.shape,
      "batch norm: \(shape) with scale \(scale.shape) and offset \(offset.shape)")
    let axes: AxisSet = [1, 2, 3]
    let measured = rows.map { sliced(0..<$0, along: 1) } ?? self
    let mean = measured.mean(axes)
    let centred = self - mean
    let measuredCentred = rows.map { centred.sliced(0..<$0, along: 1) } ?? centred
    let inverse = measuredCentred.squared().mean(axes).reciprocalSquareRoot(epsilon: epsilon)
    return centred * (inverse * scale.reshaped(perChannel)) + offset.reshaped(perChannel)
  }
}
