import Registry
public import TensorCore

/// The images that batch normalisation takes its statistics over.
public enum BatchStatistics: Sendable {
  /// All images.
  case all
  /// The given number of leading images.
  case leading(Int)
  /// The images whose mask is 1: [T, N] of 0 and 1, in the type of the images. The first image of each task has 1.
  case samples(Tensor)
}

extension Variable {
  /// Batch normalisation of [T, N, H, W, C] for each task and channel, with the statistics of some images.
  ///
  /// ```
  /// y = γ·(x − mean) / √(variance + ε) + β        variance: biased, over images and positions
  /// ```
  /// - Parameters:
  ///   - scale: γ, [T, C].
  ///   - offset: β, [T, C].
  ///   - statistics: The images that mean and variance are taken over.
  ///   - epsilon: ε.
  ///   - relu: Whether a ReLU follows.
  ///   - pooling: The window of a max pooling that follows, as in ``maximumPooled(window:)``; nil for none.
  /// - Returns: [T, N, H, W, C], or the pooled images.
  /// - SeeAlso: Ioffe and Szegedy, "Batch normalization", ICML 2015, algorithm 1. No running averages are kept: in
  ///   meta-learning the statistics belong to a task.
  public func batchNormalised(
    scale: Variable, offset: Variable, statistics: BatchStatistics = .all, epsilon: Double = 1e-5, relu: Bool = false,
    pooling: Int? = nil
  ) -> Variable {
    require(
      shape.rank == 5 && scale.shape == [shape[0], shape[4]] && offset.shape == scale.shape,
      "batch norm: \(shape) with scale \(scale.shape) and offset \(offset.shape)")
    let result: Variable
    switch statistics {
    case .leading(let rows) where rows != shape[1]:
      result = composedBatchNorm(scale: scale, offset: offset, epsilon: epsilon) { $0.sliced(0..<rows, along: 1).mean([1, 2, 3]) }
    case .samples(let mask):
      require(mask.shape == [shape[0], shape[1]], "batch norm: \(shape) with a mask of \(mask.shape)")
      let shares = mask.converted(to: value.dtype)
      let weights = Variable(constant: (shares / shares.sum([1])).reshaped([shape[0], shape[1], 1, 1, 1]))
      result = composedBatchNorm(scale: scale, offset: offset, epsilon: epsilon) { ($0.mean([2, 3]) * weights).sum([1]) }
    case .all, .leading:
      if let pooling {
        let pooled = BatchNormReLUMaxPool(epsilon: epsilon, appliesReLU: relu, window: pooling)
        return Variable.results(of: pooled, [self, scale, offset])[0]
      }
      return Variable.results(of: BatchNormReLU(epsilon: epsilon, appliesReLU: relu), [self, scale, offset])[0]
    }
    let activated = relu ? result.relu() : result
    return pooling.map(activated.maximumPooled) ?? activated
  }

  /// Batch normalisation in elementary operations; `mean` computes [T, 1, 1, 1, C] over the images that count.
  func composedBatchNorm(scale: Variable, offset: Variable, epsilon: Double, mean: (Variable) -> Variable) -> Variable {
    let perChannel: Shape = [shape[0], 1, 1, 1, shape[4]]
    let shifted = shiftedByFirstValues()
    let centred = shifted - mean(shifted)
    let inverse = mean(centred.squared()).reciprocalSquareRoot(epsilon: epsilon)
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
