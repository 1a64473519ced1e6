public import Registry
public import TensorCore

/// Generalised advantages: how much better an action was than what was expected of its state.
///
/// ```
/// δₜ = rₜ + γ·b(sₜ₊₁) − b(sₜ)        Aₜ = Σₖ (γλ)ᵏ δₜ₊ₖ
/// ```
/// b is 0 after the end of a trajectory, and after the horizon.
/// - SeeAlso: Schulman et al., "High-dimensional continuous control using generalized advantage estimation", ICLR 2016, equation 16,
///   <https://arxiv.org/abs/1506.02438>.
public struct AdvantageEstimation: Sendable, Hashable {
  /// What is subtracted from returns.
  public enum Baseline: String, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// A linear function of features of state and time, fitted for each task.
    case linear
  }

  /// The settings, under the prefix "advantage" on the command line.
  public static let hyperparameters = HyperparameterTable<AdvantageEstimation>([
    .real("gamma", \.gamma, in: 0...1, "Discount γ of later rewards, for learning; scores have no discount."),
    .real("lambda", \.lambda, in: 0...1, "Weight λ of later differences; with 1, an advantage is a whole discounted return."),
    .choice("baseline", \.baseline, "What is subtracted from returns: none, or a linear function of state and time, fitted for each task."),
    .boolean("normalise", \.normalises, "Shift and scale the advantages of each task to mean 0 and deviation 1."),
  ])

  /// Discount γ.
  public var gamma = 0.99
  /// Weight λ.
  public var lambda = 1.0
  /// What is subtracted from returns.
  public var baseline = Baseline.linear
  /// Whether the advantages of each task have mean 0 and deviation 1.
  public var normalises = true

  /// The settings of public code for MAML: γ = 0.99, λ = 1, a linear baseline, normalised.
  public init() {}

  /// The advantage of every step, [T, N, H]; 0 after the end of a trajectory.
  public func callAsFunction(_ trajectories: Trajectories) -> Tensor {
    // Float64: the features of the baseline are nearly collinear.
    let (rewards, mask) = (trajectories.rewards.converted(to: .float64), trajectories.mask.converted(to: .float64))
    var differences = rewards
    if baseline == .linear {
      let returns = rewards.discounted(by: gamma)
      let values = LinearBaseline.values(trajectories.observations.converted(to: .float64), returns: returns, mask: mask) * mask
      let horizon = values.shape[2]
      let later =
        horizon > 1
        ? values.sliced(1..<horizon, along: 2).padded(to: horizon, at: 0, along: 2) : Tensor.zeros(values.shape, .float64)
      differences = rewards + gamma * later - values
    }
    let advantages = differences.discounted(by: gamma * lambda) * mask
    return (normalises ? advantages.normalised(mask) : advantages).converted(to: trajectories.rewards.dtype)
  }
}

extension Tensor {
  /// The discounted sum of this and all later entries along the last axis: yₜ = Σₖ factorᵏ xₜ₊ₖ, for [T, N, H].
  fileprivate func discounted(by factor: Double) -> Tensor {
    let horizon = shape[2]
    var powers = [1.0]
    for _ in 1..<Swift.max(horizon, 2) { powers.append(powers[powers.count - 1] * factor) }
    let weights = Tensor(shape: [horizon, horizon], dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in numbers.indices {
        let (later, now) = (place / horizon, place % horizon)
        numbers.initializeElement(at: place, to: later >= now ? powers[later - now] : 0)
      }
    }
    return matmul(weights.expanded(over: shape[0]))
  }

  /// Each task's counted entries shifted and scaled to mean 0 and deviation 1, for [T, N, H].
  fileprivate func normalised(_ mask: Tensor) -> Tensor {
    let count = mask.sum([1, 2])
    let centred = (self - sum([1, 2]) / count) * mask
    let deviation = (centred.map(.square).sum([1, 2]) / count).map(.squareRoot)
    return centred / deviation.map(.affine(factor: 1, offset: 1e-8))
  }
}
