import TensorCore

/// Batch norm, optionally followed by a ReLU, and max pooling with a stride equal to the window.
///
/// It computes what ``BatchNormReLU`` and pooling do, with the same bits, but keeps no image between them: neither derivative reads it.
/// Inputs: x [T, N, H, W, C], γ [T, C], β [T, C].
struct BatchNormReLUMaxPool: MultiOperation {
  static let name = "batch-norm-relu-max-pool"

  let epsilon: Double
  let appliesReLU: Bool
  let window: Int

  /// Results: the maxima, and two without a derivative: the statistics μ and r, [T, 2, C], and the positions of the maxima.
  func forward(_ inputs: [Variable]) -> [Tensor] {
    let (y, statistics) = inputs[0].value.contiguous.batchNormalised(
      scale: inputs[1].value, offset: inputs[2].value, epsilon: epsilon, relu: appliesReLU)
    let (maxima, positions) = y.maximumPooled(window: window)
    return [maxima, statistics, positions.offsets]
  }

  func pullback(_ cotangents: [Variable?], inputs: [Variable], outputs: [Variable]) -> [Variable?] {
    guard let flowing = cotangents[0] else { return [nil, nil, nil] }
    let positions = PoolingPositions(offsets: outputs[2].value, window: window, images: inputs[0].shape)
    let backward = BatchNormReLUGradient(
      epsilon: epsilon, appliesReLU: appliesReLU, offset: inputs[2].value, statistics: outputs[1].value)
    return Variable.results(of: backward, [Variable(PlacePositions(positions: positions), [flowing]), inputs[0], inputs[1]])
  }
}
