import Registry
import CTensorKernels

extension Tensor {
  /// The settings of one Adam step.
  public struct AdamStep: Sendable {
    /// The step size.
    public var rate: Double
    /// The decay rates of the first and second moment.
    public var decays: (first: Double, second: Double)
    /// Added to the root of the second moment, outside the root as in PyTorch.
    public var epsilon: Double
    /// Decoupled weight decay (AdamW), multiplied by the rate; 0 for Adam.
    public var weightDecay: Double
    /// The number of this step, from 1.
    public var number: Int

    /// Settings for step `number`, which counts from 1; weight decay 0 gives plain Adam.
    public init(rate: Double, decays: (first: Double, second: Double), epsilon: Double, weightDecay: Double, number: Int) {
      self.rate = rate
      self.decays = decays
      self.epsilon = epsilon
      self.weightDecay = weightDecay
      self.number = number
    }
  }

  /// Updates this tensor's parameters and both moments in place by one Adam step; subnormal moments become 0 afterwards.
  ///
  /// - Returns: Whether all new elements are finite; always true during a recording, which reads no numbers.
  /// - SeeAlso: Kingma and Ba, "Adam", ICLR 2015, algorithm 1; Loshchilov and Hutter, "Decoupled weight decay", ICLR 2019.
  @discardableResult
  public mutating func applyAdam(_ gradient: Tensor, first: inout Tensor, second: inout Tensor, _ step: AdamStep) -> Bool {
    require(
      shape == gradient.shape && shape == first.shape && shape == second.shape && dtype == gradient.dtype && dtype == first.dtype
        && dtype == second.dtype, "Adam: parameters \(dtype) \(shape), gradient \(gradient.dtype) \(gradient.shape)")
    // The kernel reads the old values of shared tensors and writes to new ones, so that nothing is copied first.
    let (gradient, old) = (gradient.contiguous, (renewUnlessUnique(), first.renewUnlessUnique(), second.renewUnlessUnique()))
    var arguments = tk_adam_args(
      dtype: dtype.kernel, count: Int64(shape.elementCount), parameter: address, first: first.address, second: second.address,
      old_parameter: (old.0 ?? self).address, old_first: (old.1 ?? first).address, old_second: (old.2 ?? second).address,
      gradient: UnsafeRawPointer(gradient.address), rate: step.rate, beta1: step.decays.first, beta2: step.decays.second,
      epsilon: step.epsilon, decay: step.weightDecay, correction1: 1 - raised(step.decays.first, to: step.number),
      correction2: 1 - raised(step.decays.second, to: step.number), is_finite: nil)
    return withExtendedLifetime((gradient, old)) {
      // A recorded call keeps its arguments, so it must not point into this frame.
      guard !tk_is_recording() else {
        tk_run_adam(&arguments)
        return true
      }
      var isFinite = true
      withUnsafeMutablePointer(to: &isFinite) {
        arguments.is_finite = $0
        tk_run_adam(&arguments)
      }
      return isFinite
    }
  }

  /// True if kernels may overwrite this value's storage: uniquely referenced, filled by this value, and no constant of a recording.
  var isUnique: Bool {
    mutating get {
      !isExpanded && offset == 0 && storedCount * dtype.byteCount == storage.byteCount && isKnownUniquelyReferenced(&storage)
        && RecordedProgram.mayWriteOver(storage)
    }
  }

  /// Copies the elements to new storage unless this value can be overwritten in place; see ``isUnique``.
  mutating func makeUnique() {
    guard let source = renewUnlessUnique() else { return }
    withExtendedLifetime(source) {
      tk_copy_run(Int32(dtype.byteCount), Int64(shape.elementCount), address, source.address)
    }
  }

  /// Takes new storage with undefined elements unless this value can be overwritten in place; see ``isUnique``.
  ///
  /// - Returns: The old value, contiguous; nil if this value keeps its storage.
  private mutating func renewUnlessUnique() -> Tensor? {
    if isUnique { return nil }
    let old = contiguous
    self = Tensor(uninitialised: shape, dtype)
    return old
  }
}

private func raised(_ base: Double, to exponent: Int) -> Double {
  var result = 1.0
  var factor = base
  var remaining = exponent
  while remaining > 0 {
    if remaining & 1 == 1 { result *= factor }
    factor *= factor
    remaining >>= 1
  }
  return result
}
