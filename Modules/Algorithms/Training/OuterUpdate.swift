import Registry
import Autograd
import Models
public import TensorCore

/// The outer optimizer's rule and its state, for all learned parameters as one vector.
public struct OuterUpdate: Sendable {
  /// A range of the vector with its own learning rate.
  public struct Segment: Sendable, Hashable {
    /// Range in the vector.
    public let range: Range<Int>
    /// Factor of the learning rate; 0 freezes the segment.
    public let factor: Double

    /// Creates a segment from a range and a learning-rate factor.
    public init(_ range: Range<Int>, factor: Double) {
      self.range = range
      self.factor = factor
    }
  }

  /// Settings of the outer optimizer.
  public let optimizer: OuterOptimizer
  /// Number of meta-updates in the whole run; the schedules need it.
  public let iterations: Int
  /// Number of meta-updates done.
  public private(set) var count = 0
  /// State of the rule: one tensor per slot, with the parameters' shape.
  public private(set) var slots: [Tensor]
  private let segments: [Segment]
  // Read once and changed in place: a step of a small network takes only 100 µs.
  private var values: [String: Double]
  private let firstRate: Double

  /// Creates an update at the start of a run.
  ///
  /// - Parameters:
  ///   - optimizer: Settings of the outer optimizer.
  ///   - iterations: Number of meta-updates in the whole run.
  ///   - learned: The vector to update.
  ///   - segments: Consecutive ranges with their own learning rates; empty if all share one.
  public init(_ optimizer: OuterOptimizer, iterations: Int, for learned: Tensor, segments: [Segment] = []) {
    self.optimizer = optimizer
    self.iterations = iterations
    self.segments = segments
    values = optimizer.optimizer.hyperparameters
    firstRate = optimizer.learningRate
    slots = optimizer.optimizer.rule.slots.map { _ in .zeros(learned.shape, learned.dtype) }
  }

  /// Resumes at a snapshot.
  /// - Precondition: Number and shapes of the slots match the rule.
  public mutating func resume(count: Int, slots: [Tensor]) {
    require(slots.map(\.shape) == self.slots.map(\.shape), "slots \(slots.map(\.shape)), expected \(self.slots.map(\.shape))")
    self.count = count
    self.slots = slots
  }

  /// Learning rate of the next update.
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

  /// Applies one meta-update with the mean gradient over tasks.
  ///
  /// - Parameters:
  ///   - gradient: The gradient, with the parameters' shape.
  ///   - norm: Norm of the gradient, for clipping; nil computes it here.
  ///   - learned: The vector to update, in place if it is uniquely referenced.
  /// - Returns: Whether all elements of the new vector and of the rule's state are finite.
  @discardableResult
  public mutating func apply(_ gradient: Tensor, norm: Double? = nil, to learned: inout Tensor) -> Bool {
    let clipped = clip(gradient, norm)
    let rate = learningRate
    count += 1
    if segments.isEmpty {
      values[Self.rate] = rate
      let done = Self.update(&learned, clipped, &slots, values, by: optimizer.optimizer, number: count)
      if case .checkedStep(let isFinite) = done { return isFinite }
    } else {
      applyToSegments(clipped, rate, &learned)
    }
    // The moments of dead ReLU units decay forever; subnormal numbers took a tenth of a small network's step.
    var isFinite = learned.isFinite
    for place in slots.indices where !slots[place].flushSubnormals() { isFinite = false }
    return isFinite
  }

  private mutating func applyToSegments(_ gradient: Tensor, _ rate: Double, _ learned: inout Tensor) {
    var parts: [Tensor] = []
    var kept: [[Tensor]] = slots.map { _ in [] }
    for segment in segments {
      values[Self.rate] = segment.factor * rate
      var part = learned.slice(segment.range)
      var own = slots.map { $0.slice(segment.range) }
      if segment.factor > 0 {
        _ = Self.update(&part, gradient.slice(segment.range), &own, values, by: optimizer.optimizer, number: count)
      }
      parts.append(part)
      for (place, slot) in own.enumerated() { kept[place].append(slot) }
    }
    learned = .concatenated(parts, along: 0)
    slots = kept.map { .concatenated($0, along: 0) }
  }

  private static let rate = "learningRate"

  /// Takes one step of the rule on a range of the vector.
  ///
  /// It is static: a copy of the calling value would share the slots, and every update would copy them.
  private static func update(
    _ learned: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], _ values: [String: Double], by optimizer: Optimizer, number: Int
  ) -> InPlaceUpdate {
    let done = optimizer.rule.updateInPlace(&learned, gradient, slots: &slots, values, number: number)
    guard done == .none else { return done }
    var optimizer = optimizer
    optimizer[rate] = values[rate] ?? 0
    // Without a faster way, apply the rule itself to one task whose only parameter is the vector.
    func lifted(_ tensor: Tensor) -> ParameterTree<Variable> {
      ParameterTree([("", Variable(constant: tensor.reshaped(tensor.shape.inserting(1, at: 0))))])
    }
    let shape = learned.shape
    let lookup = HyperparameterValues(optimizer, tasks: 1, dtype: learned.dtype, convention: .outsideRoot)
    var state = number == 1 ? OptimizerState() : OptimizerState(slots.map(lifted), count: number - 1)
    learned = state.step(lifted(learned), lifted(gradient), by: optimizer.rule, lookup).leaves[0].value.reshaped(shape)
    slots = state.trees.map { $0.leaves[0].value.reshaped(shape) }
    return .step
  }

  private func clip(_ gradient: Tensor, _ known: Double?) -> Tensor {
    var result = gradient
    let norm = optimizer.clipNorm > 0 ? known ?? gradient.norm : 0
    if optimizer.clipNorm > 0, norm > optimizer.clipNorm { result = (optimizer.clipNorm / norm) * result }
    if optimizer.clipValue > 0 {
      // max(−x, −l) = −min(x, l): the kernels provide only the maximum of two tensors.
      let limit = Tensor(-optimizer.clipValue, dtype: result.dtype)
      result = -1 * (-1 * result.combined(.maximum, with: limit)).combined(.maximum, with: limit)
    }
    return result
  }
}
