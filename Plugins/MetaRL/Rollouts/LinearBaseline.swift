import TensorCore

/// The linear feature baseline: a ridge regression of the discounted returns on simple features of observation and time.
///
/// ```
/// features = [s, s², τ, τ², τ³, 1]        s clipped to ±10, τ = t / 100
/// b = argmin ‖features · w − returns‖² + 10⁻⁵ ‖w‖²        for each task
/// ```
/// It is fitted to the trajectories that it is then subtracted from, as in public code of MAML. That biases the gradient a little, and
/// less the more trajectories there are.
/// - SeeAlso: Duan et al., "Benchmarking deep reinforcement learning for continuous control", ICML 2016, supplement, and `rllab`'s
///   `LinearFeatureBaseline`.
enum LinearBaseline {
  /// The weight of the squared coefficients.
  private static let ridge = 1e-5

  /// The baseline of every step, [T, N, H], for float64 observations [T, N · H, entries] and discounted returns [T, N, H].
  static func values(_ observations: Tensor, returns: Tensor, mask: Tensor) -> Tensor {
    let (tasks, count, horizon) = (returns.shape[0], returns.shape[1], returns.shape[2])
    let bound = Tensor(-10, dtype: .float64)
    let clipped = -1 * (-1 * observations.combined(.maximum, with: bound)).combined(.maximum, with: bound)
    let features = Tensor.concatenated(
      [clipped, clipped.map(.square), times(count, horizon).broadcast(to: [tasks, count * horizon, 4])], along: 2)
    let counted = features * mask.reshaped([tasks, count * horizon, 1])
    let targets = returns.reshaped([tasks, count * horizon, 1])
    let width = features.shape[2]
    let products = counted.matmul(counted, transposeFirst: true) + ridge * Tensor.identity(width, .float64)
    let weights = products.solvingPositiveDefinite(counted.matmul(targets, transposeFirst: true))
    return features.matmul(weights).reshaped(returns.shape)
  }

  /// [τ, τ², τ³, 1] of every step, [1, N · H, 4].
  private static func times(_ count: Int, _ horizon: Int) -> Tensor {
    Tensor(shape: [1, count * horizon, 4], dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for row in 0..<(count * horizon) {
        let time = Double(row % horizon) / 100
        for (place, number) in [time, time * time, time * time * time, 1].enumerated() {
          numbers.initializeElement(at: row * 4 + place, to: number)
        }
      }
    }
  }
}
