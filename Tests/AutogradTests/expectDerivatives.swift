import Autograd
import TensorCore
import Testing

/// A function of several variables and the point at which to verify its derivatives.
struct DerivativeCheck {
  /// The point; float64 unless single precision is under test.
  let inputs: [Tensor]
  /// The indices of inputs without a derivative, such as labels and gates.
  var fixed: Set<Int> = []
  /// The function, one variable for each input.
  let function: ([Variable]) -> Variable

  var free: [Int] { inputs.indices.filter { !fixed.contains($0) } }
}

/// How closely an analytic derivative must agree with a difference quotient.
struct DerivativeTolerance {
  /// Step size h of the difference quotient.
  let step: Double
  /// Largest error, relative to the derivative.
  let relative: Double
  /// Largest absolute error of a zero derivative: a few units in the last place, divided by the step.
  let rounding: Double

  static let double = DerivativeTolerance(step: 1e-4, relative: 1e-6, rounding: 1e-9)
  static let single = DerivativeTolerance(step: 1e-2, relative: 2e-3, rounding: 2e-4)
}

/// Records an issue unless the derivatives agree with central differences, up to the given order.
///
/// ```
/// first:  ⟨w, Df(x)·v⟩ = ⟨Jᵀw, v⟩          for random v, w
/// second: the same for (x, w) ↦ Jᵀw, so also in the cotangent; and so on
/// ```
func expectDerivatives(
  _ check: DerivativeCheck, upTo order: Int = 2, tolerance: DerivativeTolerance = .double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  var point = check.free.map { check.inputs[$0] }
  var function: ([Variable]) -> [Variable] = { variables in
    var all = check.inputs.map { Variable(constant: $0) }
    for (place, index) in check.free.enumerated() { all[index] = variables[place] }
    return [check.function(all)]
  }
  for number in 1...order {
    expectFirstDerivative("derivative of order \(number)", at: point, tolerance, sourceLocation, function)
    let values = function(point.map { Variable($0) }).map(\.value)
    (function, point) = (transposed(function, at: point.count), point + randomTensors(like: values, "cotangents \(number)"))
  }
}

/// The gradient as a function of the point and of the cotangents: (x, w) ↦ Jᵀw.
private func transposed(_ function: @escaping ([Variable]) -> [Variable], at count: Int) -> ([Variable]) -> [Variable] {
  { variables in
    let point = Array(variables.prefix(count))
    let weighted = zip(function(point), variables.dropFirst(count)).map { ($0 * $1).total() }
    return gradient(of: weighted.dropFirst().reduce(weighted[0], +), at: point, differentiable: true)
  }
}

private func expectFirstDerivative(
  _ order: String, at point: [Tensor], _ tolerance: DerivativeTolerance, _ sourceLocation: SourceLocation,
  _ function: ([Variable]) -> [Variable]
) {
  let direction = randomTensors(like: point, "direction \(order)")
  let leaves = point.map { Variable($0) }
  let outputs = function(leaves)
  let weights = randomTensors(like: outputs.map(\.value), "weight \(order)")
  let weighted = zip(outputs, weights).map { ($0 * Variable(constant: $1)).total() }
  guard let first = weighted.first else {
    Issue.record("\(order): nothing to differentiate", sourceLocation: sourceLocation)
    return
  }
  let gradients = gradient(of: weighted.dropFirst().reduce(first, +), at: leaves)
  let analytic = zip(gradients, direction).reduce(0) { $0 + inner($1.0.value, $1.1) }

  func along(_ distance: Double) -> Double {
    // Leaves rather than constants, because the function itself may take gradients.
    let moved = zip(point, direction).map { Variable($0 + distance * $1) }
    return zip(function(moved), weights).reduce(0) { $0 + inner($1.0.value, $1.1) }
  }
  // Combining the quotients at h and 2h cancels the h² error, which exceeds the tolerance near a pole.
  let h = tolerance.step
  let numeric = (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h)
  let allowed = tolerance.relative * max(abs(analytic), abs(numeric)) + tolerance.rounding
  if !(abs(analytic - numeric) <= allowed) {
    Issue.record("\(order): \(analytic), central differences give \(numeric)", sourceLocation: sourceLocation)
  }
}

/// Standard normal numbers of the same shapes and types, from a fixed random seed.
func randomTensors(like tensors: [Tensor], _ purpose: String) -> [Tensor] {
  tensors.enumerated().map { index, tensor in
    var stream = RandomStream(seed: 31).child(purpose).child(index)
    return tensorOf((0..<tensor.shape.elementCount).map { _ in stream.normal() }, tensor.shape, tensor.dtype)
  }
}

/// Standard normal numbers from a fixed random seed.
func random(_ shape: Shape, _ purpose: String = "point", dtype: DType = .float64) -> Tensor {
  randomTensors(like: [.zeros(shape, dtype)], purpose)[0]
}

/// A tensor of the given numbers.
/// - Precondition: Their count is the shape's.
func tensorOf(_ numbers: [Double], _ shape: Shape, _ dtype: DType = .float64) -> Tensor {
  precondition(numbers.count == shape.elementCount, "\(numbers.count) numbers for \(shape)")
  return Tensor(shape: shape, dtype: .float64) { bytes in
    _ = bytes.bindMemory(to: Double.self).initialize(from: numbers)
  }.converted(to: dtype)
}

private func inner(_ first: Tensor, _ second: Tensor) -> Double {
  zip(first.doubles, second.doubles).reduce(0) { $0 + $1.0 * $1.1 }
}
