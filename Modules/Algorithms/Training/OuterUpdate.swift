import Autograd
import Models
public import TensorCore

/// The outer optimizer's rule with what it remembers, for all learned parameters as one vector.
public struct OuterUpdate: Sendable {
  /// A run of the vector that has a learning rate of its own.
  public struct Segment: Sendable, Hashable {
    /// Its places in the vector.
    public let range: Range<Int>
    /// What the learning rate is multiplied with; 0 leaves the segment as it is.
    public let factor: Double

    /// A run of the vector with a factor.
    public init(_ range: Range<Int>, factor: Double) {
      self.range = range
      self.factor = factor
    }
  }

  /// The settings.
  public let optimizer: OuterOptimizer
  /// Meta-updates of the whole run: the schedules need it.
  public let iterations: Int
  /// Meta-updates done.
  public private(set) var count = 0
  /// What the rule remembers, each of the parameters' shape: one tensor for each of its slots.
  public private(set) var slots: [Tensor]
  private let segments: [Segment]
  // Read once, and changed in place: a step of a small network is over in 100 µs.
  private var values: [String: Double]
  private let firstRate: Double

  /// A rule at the start of a run.
  ///
  /// - Parameters:
  ///   - optimizer: The settings.
  ///   - iterations: Meta-updates of the whole run.
  ///   - learned: What is updated, a vector.
  ///   - segments: Runs with learning rates of their own, one behind another; none where all have the same.
  public init(_ optimizer: OuterOptimizer, iterations: Int, for learned: Tensor, segments: [Segment] = []) {
    self.optimizer = optimizer
    self.iterations = iterations
    self.segments = segments
    values = optimizer.optimizer.hyperparameters
    firstRate = optimizer.learningRate
    slots = optimizer.optimizer.rule.slots.map { _ in .zeros(learned.shape, learned.dtype) }
  }

  /// Goes on where a snapshot was taken.
  /// - Precondition: The slots' number and shapes are those of the rule.
  public mutating func resume(count: Int, slots: [Tensor]) {
    precondition(slots.map(\.shape) == self.slots.map(\.shape), "slots \(slots.map(\.shape)), expected \(self.slots.map(\.shape))")
    self.count = count
    self.slots = slots
  }

  /// The learning rate of the next update.
  public var learningRate: Double {
    let progress = Double(count) / Double(max(iterations, 1))
    let fraction =
      switch optimizer.schedule {
      case .constant: 1.0
      case .linear: 1 - progress * (1 - optimizer.finalFraction)
      case .cosine: optimizer.finalFraction + (1 - optimizer.finalFraction) * (1 + cosine(.pi * min(progress, 1))) / 2
      }
    return firstRate * max(fraction, 0)
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
    if segments.isEmpty {
      values[Self.rate] = rate
      Self.update(&learned, clipped, &slots, values, by: optimizer.optimizer, number: count)
    } else {
      applyToSegments(clipped, rate, &learned)
    }
    // Units that a ReLU has shut for good have moments that decay for ever; a tenth of a small network's step went into them.
    for place in slots.indices { slots[place].flushSubnormals() }
  }

  private mutating func applyToSegments(_ gradient: Tensor, _ rate: Double, _ learned: inout Tensor) {
    var parts: [Tensor] = []
    var kept: [[Tensor]] = slots.map { _ in [] }
    for segment in segments {
      values[Self.rate] = segment.factor * rate
      var part = learned.slice(segment.range)
      var own = slots.map { $0.slice(segment.range) }
      if segment.factor > 0 {
        Self.update(&part, gradient.slice(segment.range), &own, values, by: optimizer.optimizer, number: count)
      }
      parts.append(part)
      for (place, slot) in own.enumerated() { kept[place].append(slot) }
    }
    learned = .concatenated(parts, along: 0)
    slots = kept.map { .concatenated($0, along: 0) }
  }

  private static let rate = "learningRate"

  /// One step of the rule for a run of the vector.
  ///
  /// It sees nothing of the value that calls it: a copy of that value would share the slots, and every update would copy them.
  private static func update(
    _ learned: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], _ values: [String: Double], by optimizer: Optimizer, number: Int
  ) {
    if optimizer.rule.updateInPlace(&learned, gradient, slots: &slots, values, number: number) { return }
    var optimizer = optimizer
    optimizer[rate] = values[rate] ?? 0
    // Without a faster way: the rule itself, on one task whose one parameter is the vector.
    func lifted(_ tensor: Tensor) -> ParameterTree<Variable> {
      ParameterTree([("", Variable(constant: tensor.reshaped(tensor.shape.inserting(1, at: 0))))])
    }
    let shape = learned.shape
    let lookup = HyperparameterValues(optimizer, tasks: 1, dtype: learned.dtype, convention: .outsideRoot)
    var state = number == 1 ? OptimizerState() : OptimizerState(slots.map(lifted), count: number - 1)
    learned = state.step(lifted(learned), lifted(gradient), by: optimizer.rule, lookup).leaves[0].value.reshaped(shape)
    slots = state.trees.map { $0.leaves[0].value.reshaped(shape) }
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
