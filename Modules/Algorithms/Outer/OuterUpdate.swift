public import Models
public import TensorCore

/// The outer optimizer's rule with what it remembers.
public struct OuterUpdate: Sendable {
  /// The settings.
  public let optimizer: OuterOptimizer
  /// Meta-updates of the whole run: the schedules need it.
  public let iterations: Int
  /// Meta-updates done.
  public private(set) var count = 0
  /// Moments by name, "first.<name>" for example.
  public private(set) var moments: ParameterTree<Tensor>

  /// A rule at the start of a run.
  public init(_ optimizer: OuterOptimizer, iterations: Int, for learned: ParameterTree<Tensor>) {
    self.optimizer = optimizer
    self.iterations = iterations
    let zeros = learned.map { Tensor.zeros($0.shape, $0.dtype) }
    switch optimizer.rule {
    case .sgd: moments = ParameterTree()
    case .momentum: moments = zeros.prefixed("first")
    case .adam, .adamw: moments = zeros.prefixed("first").merging(zeros.prefixed("second"))
    }
  }

  /// Goes on where a snapshot was taken.
  /// - Precondition: The moments' names are those of the rule.
  public mutating func resume(count: Int, moments: ParameterTree<Tensor>) {
    precondition(moments.names == self.moments.names, "moments \(moments.names), expected \(self.moments.names)")
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
  ///   - gradient: One leaf for each learned one.
  ///   - norm: The gradient's norm, which clipping goes by; taken here where nil.
  ///   - learned: What is updated.
  public mutating func apply(_ gradient: ParameterTree<Tensor>, norm: Double? = nil, to learned: inout ParameterTree<Tensor>) {
    let clipped = clip(gradient, norm)
    let rate = learningRate
    count += 1
    switch optimizer.rule {
    case .sgd: learned = learned.zip(clipped) { $0.combined(.add(scale: -rate), with: $1) }
    case .momentum:
      let velocity = moments.subtree("first").zip(clipped) { $1.combined(.add(scale: optimizer.momentum), with: $0) }
      moments = velocity.prefixed("first")
      learned = learned.zip(velocity) { $0.combined(.add(scale: -rate), with: $1) }
    case .adam, .adamw: applyAdam(clipped, to: &learned, rate: rate)
    }
  }

  private mutating func applyAdam(_ gradient: ParameterTree<Tensor>, to learned: inout ParameterTree<Tensor>, rate: Double) {
    let step = Tensor.AdamStep(
      rate: rate, decays: (optimizer.beta1, optimizer.beta2), epsilon: optimizer.epsilon,
      weightDecay: optimizer.rule == .adamw ? optimizer.weightDecay : 0, number: count)
    for (name, slope) in gradient.entries {
      // Taken out of the trees, so that Adam has the only reference to each and works in place.
      var value = learned.take(name)
      var first = moments.take("first.\(name)")
      var second = moments.take("second.\(name)")
      value.applyAdam(slope, first: &first, second: &second, step)
      learned[name] = value
      moments["first.\(name)"] = first
      moments["second.\(name)"] = second
    }
  }

  private func clip(_ gradient: ParameterTree<Tensor>, _ known: Double?) -> ParameterTree<Tensor> {
    var result = gradient
    let norm = optimizer.clipNorm > 0 ? known ?? gradient.norm : 0
    if optimizer.clipNorm > 0, norm > optimizer.clipNorm {
      result = result.map { (optimizer.clipNorm / norm) * $0 }
    }
    if optimizer.clipValue > 0 {
      let limit = optimizer.clipValue
      // max(−x, −l) = −min(x, l): the largest of a pair is the only comparison that the kernels have.
      result = result.map { tensor in
        let lower = tensor.combined(.maximum, with: Tensor(-limit, dtype: tensor.dtype))
        return -1 * (-1 * lower).combined(.maximum, with: Tensor(-limit, dtype: tensor.dtype))
      }
    }
    return result
  }
}

extension ParameterTree<Tensor> {
  /// The square root of the sum of squares of all leaves.
  fileprivate var norm: Double { leaves.reduce(0) { $0 + $1.map(.square).total.scalar }.squareRoot() }

  /// The leaf of a name, an empty one left in its place.
  fileprivate mutating func take(_ name: String) -> Tensor {
    let leaf = self[name]
    self[name] = .zeros([0], leaf.dtype)
    return leaf
  }
}
