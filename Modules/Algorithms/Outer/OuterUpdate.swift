public import TensorCore

/// The outer optimizer's rule with what it remembers, for all learned parameters as one vector.
public struct OuterUpdate: Sendable {
  /// The settings.
  public let optimizer: OuterOptimizer
  /// Meta-updates of the whole run: the schedules need it.
  public let iterations: Int
  /// Meta-updates done.
  public private(set) var count = 0
  /// What the rule remembers, each of the parameters' shape: none, the velocity, or Adam's first and second moment.
  public private(set) var moments: [Tensor]

  /// A rule at the start of a run.
  public init(_ optimizer: OuterOptimizer, iterations: Int, for learned: Tensor) {
    self.optimizer = optimizer
    self.iterations = iterations
    moments = optimizer.rule.momentNames.map { _ in .zeros(learned.shape, learned.dtype) }
  }

  /// Goes on where a snapshot was taken.
  /// - Precondition: The moments' number and shapes are those of the rule.
  public mutating func resume(count: Int, moments: [Tensor]) {
    precondition(
      moments.map(\.shape) == self.moments.map(\.shape), "moments \(moments.map(\.shape)), expected \(self.moments.map(\.shape))")
    self.count = count
    self.moments = moments
  }

  /// The step size of the next update.
  public var learningRate: Double {
    let progress = Double(count) / Double(max(iterations, 1))
    let fraction =
      switch optimizer.schedule {
      case .constant: 1.0
      case .linear: 1 - progress * (1 - optimizer.finalFraction)
      case .cosine: optimizer.finalFraction + (1 - optimizer.finalFraction) * (1 + cosine(.pi * min(progress, 1))) / 2
      }
    return optimizer.learningRate * max(fraction, 0)
  }

  /// One meta-update with a gradient that is a mean over tasks.
  ///
  /// - Parameters:
  ///   - gradient: Of the parameters' shape.
  ///   - norm: The gradient's norm, which clipping goes by; taken here where nil.
  ///   - learned: What is updated, in place where nothing shares it.
  public mutating func apply(_ gradient: Tensor, norm: Double? = nil, to learned: inout Tensor) {
    let clipped = clip(gradient, norm)
    let rate = learningRate
    count += 1
    switch optimizer.rule {
    case .sgd: learned = learned.combined(.add(scale: -rate), with: clipped)
    case .momentum:
      moments[0] = clipped.combined(.add(scale: optimizer.momentum), with: moments[0])
      learned = learned.combined(.add(scale: -rate), with: moments[0])
    case .adam, .adamw:
      let step = Tensor.AdamStep(
        rate: rate, decays: (optimizer.beta1, optimizer.beta2), epsilon: optimizer.epsilon,
        weightDecay: optimizer.rule == .adamw ? optimizer.weightDecay : 0, number: count)
      // Taken out of the list, so that Adam has the only references and works in place.
      var (first, second) = (moments[0], moments[1])
      moments = []
      learned.applyAdam(clipped, first: &first, second: &second, step)
      moments = [first, second]
    }
  }

  private func clip(_ gradient: Tensor, _ known: Double?) -> Tensor {
    var result = gradient
    let norm = optimizer.clipNorm > 0 ? known ?? gradient.norm : 0
    if optimizer.clipNorm > 0, norm > optimizer.clipNorm { result = (optimizer.clipNorm / norm) * result }
    if optimizer.clipValue > 0 {
      // max(−x, −l) = −min(x, l): the largest of a pair is the only comparison that the kernels have.
      let limit = Tensor(-optimizer.clipValue, dtype: result.dtype)
      result = -1 * (-1 * result.combined(.maximum, with: limit)).combined(.maximum, with: limit)
    }
    return result
  }
}

extension OuterOptimizer.Rule {
  /// The names of what the rule remembers, as snapshots have them.
  var momentNames: [String] {
    switch self {
    case .sgd: []
    case .momentum: ["first"]
    case .adam, .adamw: ["first", "second"]
    }
  }
}
