import TensorCore

/// Batch norm, optionally followed by a ReLU, in one pass each way.
///
/// ```
/// y = γ·x̂ + β, or max(γ·x̂ + β, 0)        x̂ = (x − μ)·r, r = 1/√(variance + ε), for each task and channel
/// ```
/// Inputs: x [T, N, H, W, C], γ [T, C], β [T, C]. The kernels document the formulas of the derivatives.
struct BatchNormReLU: MultiOperation {
  static let name = "batch-norm-relu"

  let epsilon: Double
  let appliesReLU: Bool

  /// Results: y, and the statistics μ and r, [T, 2, C], which have no derivative.
  func forward(_ inputs: [Variable]) -> [Tensor] {
    let (y, statistics) = inputs[0].value.contiguous.batchNormalised(
      scale: inputs[1].value, offset: inputs[2].value, epsilon: epsilon, relu: appliesReLU)
    return [y, statistics]
  }

  func pullback(_ cotangents: [Variable?], inputs: [Variable], outputs: [Variable]) -> [Variable?] {
    guard let flowing = cotangents[0] else { return [nil, nil, nil] }
    let backward = BatchNormReLUGradient(
      epsilon: epsilon, appliesReLU: appliesReLU, offset: inputs[2].value, statistics: outputs[1].value)
    return Variable.results(of: backward, [flowing, inputs[0], inputs[1]])
  }
}

/// The cotangents of batch norm's inputs, with a hand-written derivative of their own.
///
/// Inputs: g, the cotangent of y; x; γ. Results: dx, dγ, dβ.
struct BatchNormReLUGradient: MultiOperation {
  static let name = "batch-norm-relu-gradient"

  let epsilon: Double
  let appliesReLU: Bool
  let offset: Tensor
  let statistics: Tensor

  func forward(_ inputs: [Variable]) -> [Tensor] {
    let (dx, dScale, dOffset) = inputs[0].value.contiguous.batchNormGradient(
      of: inputs[1].value.contiguous, scale: inputs[2].value, offset: offset, statistics: statistics, relu: appliesReLU)
    return [dx, dScale, dOffset]
  }

  func pullback(_ cotangents: [Variable?], inputs: [Variable], outputs: [Variable]) -> [Variable?] {
    let tracked = inputs.contains(where: \.isTracked) || cotangents.contains { $0?.isTracked ?? false }
    if tracked { return differentiablePullback(cotangents, inputs) }
    func value(_ index: Int) -> Tensor { cotangents[index]?.value.contiguous ?? .zeros(outputs[index].shape, outputs[index].value.dtype) }
    let (g, x, scale) = Tensor.batchNormSecond(
      cotangents: (value(0), value(1), value(2)), g: inputs[0].value.contiguous, x: inputs[1].value.contiguous, scale: inputs[2].value,
      offset: offset, statistics: statistics, gradient: (outputs[1].value, outputs[2].value), relu: appliesReLU)
    return [Variable(constant: g), Variable(constant: x), Variable(constant: scale)]
  }

  /// The pullback in elementary operations, for third and higher derivatives.
  private func differentiablePullback(_ cotangents: [Variable?], _ inputs: [Variable]) -> [Variable?] {
    let (g, x, scale) = (inputs[0], inputs[1], inputs[2])
    let axes: AxisSet = [1, 2, 3]
    let perChannel: Shape = [x.shape[0], 1, 1, 1, x.shape[-1]]
    let count = Double(x.shape.elementCount / perChannel.elementCount)
    let zero = Variable(constant: .zeros(perChannel, x.value.dtype))
    let u = cotangents[0] ?? Variable(constant: .zeros(x.shape, x.value.dtype))
    let p = cotangents[1]?.reshaped(perChannel) ?? zero
    let q = cotangents[2]?.reshaped(perChannel) ?? zero
    let output = x.value.contiguous.batchNormalised(scale: scale.value, offset: offset, epsilon: epsilon, relu: appliesReLU).result
    func gated(_ variable: Variable) -> Variable { appliesReLU ? variable.gated(by: Variable(constant: output)) : variable }

    let h = gated(g)
    let shifted = x.shiftedByFirstValues()
    let centred = shifted - shifted.mean(axes)
    let r = centred.squared().mean(axes).reciprocalSquareRoot(epsilon: epsilon)
    let normalised = centred * r
    let slope = scale.reshaped(perChannel) * r
    let a = h.mean(axes)
    let b = (h * normalised).mean(axes)
    let u0 = u.mean(axes)
    let u1 = (u * normalised).mean(axes)
    let f = (u * h).mean(axes) - a * u0 - b * u1
    let s = p * h - slope * (h * u1 + u * b)
    let barG = gated(slope * (u - u0 - normalised * u1) + p * normalised + q)
    let barX = r * (s - s.mean(axes) - normalised * (s * normalised).mean(axes)) - (slope * r) * f * normalised
    return [barG, barX, ((r * f) * count).reshaped(scale.shape)]
  }
}
