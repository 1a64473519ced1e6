import Registry
import CTensorKernels

extension Tensor {
  /// Batch norm of [T, N, H, W, C] for each task and channel, optionally followed by a ReLU.
  ///
  /// - Parameters:
  ///   - scale: γ, [T, C]; may be expanded over the tasks.
  ///   - offset: β, [T, C]; may be expanded over the tasks.
  ///   - epsilon: Added to the biased variance inside the root.
  ///   - relu: True if a ReLU follows.
  /// - Returns: The result, and mean and 1/√(variance + ε) as [T, 2, C].
  public func batchNormalised(
    scale: Tensor, offset: Tensor, epsilon: Double, relu: Bool
  ) -> (result: Tensor, statistics: Tensor) {
    checkNormalisation(scale, offset)
    let result = Tensor(uninitialised: shape, dtype)
    let statistics = Tensor(uninitialised: [shape[0], 2, shape[-1]], dtype)
    var arguments = normalisationArguments(TK_NORMALISE, scale: scale, offset: offset, relu: relu, statistics: statistics)
    arguments.epsilon = epsilon
    arguments.y = result.address
    tk_run_normalisation(&arguments)
    return (result, statistics)
  }

  /// The cotangents of batch norm's input, γ and β; this tensor is the cotangent of the result.
  public func batchNormGradient(
    of x: Tensor, scale: Tensor, offset: Tensor, statistics: Tensor, relu: Bool
  ) -> (x: Tensor, scale: Tensor, offset: Tensor) {
    x.checkNormalisation(scale, offset)
    require(shape == x.shape, "batch norm gradient: cotangent \(shape) of \(x.shape)")
    let dx = Tensor(uninitialised: shape, dtype)
    let dScale = Tensor(uninitialised: [shape[0], shape[-1]], dtype)
    let dOffset = Tensor(uninitialised: [shape[0], shape[-1]], dtype)
    var arguments = x.normalisationArguments(
      TK_NORMALISE_GRADIENT, scale: scale, offset: offset, relu: relu, statistics: statistics)
    arguments.g = UnsafeRawPointer(address)
    (arguments.dx, arguments.dgamma, arguments.dbeta) = (dx.address, dScale.address, dOffset.address)
    tk_run_normalisation(&arguments)
    return (dx, dScale, dOffset)
  }

  /// The transposed derivative of ``batchNormGradient(of:scale:offset:statistics:relu:)``.
  ///
  /// - Parameters:
  ///   - cotangents: The cotangents of dx, dγ and dβ.
  ///   - g: The cotangent of batch norm's result, as passed to the gradient.
  ///   - x: Batch norm's input.
  ///   - scale: γ.
  ///   - offset: β.
  ///   - statistics: The statistics that ``batchNormalised(scale:offset:epsilon:relu:)`` returned.
  ///   - gradient: dγ and dβ, as the gradient returned them.
  ///   - relu: The same value as in the other two functions.
  /// - Returns: The cotangents of g, x and γ.
  public static func batchNormSecond(
    cotangents: (x: Tensor, scale: Tensor, offset: Tensor), g: Tensor, x: Tensor, scale: Tensor, offset: Tensor, statistics: Tensor,
    gradient: (scale: Tensor, offset: Tensor), relu: Bool
  ) -> (g: Tensor, x: Tensor, scale: Tensor) {
    x.checkNormalisation(scale, offset)
    let barG = Tensor(uninitialised: x.shape, x.dtype)
    let barX = Tensor(uninitialised: x.shape, x.dtype)
    let barScale = Tensor(uninitialised: [x.shape[0], x.shape[-1]], x.dtype)
    var arguments = x.normalisationArguments(
      TK_NORMALISE_SECOND, scale: scale, offset: offset, relu: relu, statistics: statistics)
    arguments.g = UnsafeRawPointer(g.address)
    (arguments.u, arguments.p) = (UnsafeRawPointer(cotangents.x.address), UnsafeRawPointer(cotangents.scale.address))
    arguments.q = UnsafeRawPointer(cotangents.offset.address)
    (arguments.dgamma, arguments.dbeta) = (gradient.scale.address, gradient.offset.address)
    (arguments.bar_g, arguments.bar_x, arguments.bar_gamma) = (barG.address, barX.address, barScale.address)
    tk_run_normalisation(&arguments)
    return (barG, barX, barScale)
  }

  private func checkNormalisation(_ scale: Tensor, _ offset: Tensor) {
    require(
      shape.rank == 5 && !isExpanded && scale.shape == [shape[0], shape[4]] && scale.dtype == dtype && offset.shape == scale.shape
        && offset.dtype == dtype,
      "batch norm: \(dtype) \(shape) with a scale \(scale.dtype) \(scale.shape) and an offset \(offset.dtype) \(offset.shape)")
  }

  private func normalisationArguments(
    _ op: tk_normalisation_op, scale: Tensor, offset: Tensor, relu: Bool, statistics: Tensor
  ) -> tk_normalisation_args {
    var arguments = tk_normalisation_args()
    arguments.op = op
    arguments.dtype = dtype.kernel
    arguments.tasks = Int64(shape[0])
    arguments.rows = Int64(shape[1] * shape[2] * shape[3])
    arguments.channels = Int64(shape[4])
    arguments.stride_gamma = scale.leadingStride
    arguments.beta = UnsafeRawPointer(offset.address)
    arguments.stride_beta = offset.leadingStride
    arguments.relu = relu
    arguments.x = UnsafeRawPointer(address)
    arguments.gamma = UnsafeRawPointer(scale.address)
    arguments.statistics = statistics.address
    return arguments
  }
}
