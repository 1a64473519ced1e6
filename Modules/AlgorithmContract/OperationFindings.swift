public import Autograd
import TensorCore

/// Checks the derivatives of an operation at the points that it declares.
///
/// ```swift
/// operationFindings(for: MyOperation.self).filter { !$0.passed }   // empty
/// ```
/// For random v and w, it compares the derivative ⟨Jᵀw, v⟩ with ⟨w, (f(x + hv) − f(x − hv))/2h⟩ in float64. It then repeats this for the
/// derivative itself, as a function of x and w, up to the given order.
/// - Parameters:
///   - type: The operation.
///   - order: Highest order of derivative to check. MAML needs the second; a meta-loss that contains a gradient needs the third.
/// - Returns: One finding per check point and order.
public func operationFindings(for type: any Operation.Type, upTo order: Int = 3) -> [OperationFinding] {
  let checks = type.checks
  guard !checks.isEmpty else {
    return [OperationFinding(operation: type.name, point: 0, order: 0, passed: false, detail: "the operation names no points to check at")]
  }
  return checks.enumerated().flatMap { number, check in derivativeFindings(check, number, of: type.name, upTo: order) }
}

/// The result of one derivative check.
public struct OperationFinding: Sendable, Hashable, CustomStringConvertible {
  /// Name of the operation.
  public let operation: String
  /// Index of the check point, from 0.
  public let point: Int
  /// Order of the derivative, from 1; 0 if the operation declares no check points.
  public let order: Int
  /// True if the derivative and the difference quotient agree.
  public let passed: Bool
  /// The measured values, or the reason for the failure.
  public let detail: String

  public var description: String { "\(passed ? "ok  " : "FAIL") \(operation), point \(point), derivative \(order): \(detail)" }
}

private typealias Function = ([Variable]) -> [Variable]

private func derivativeFindings(_ check: OperationCheck, _ number: Int, of name: String, upTo order: Int) -> [OperationFinding] {
  let free = check.inputs.indices.filter { !check.fixed.contains($0) }
  var point = free.map { check.inputs[$0] }
  var function: Function = { variables in
    var all = check.inputs.map { Variable(constant: $0) }
    for (place, index) in free.enumerated() { all[index] = variables[place] }
    return [applied(check.operation, all)]
  }
  var findings: [OperationFinding] = []
  for current in 1...max(order, 1) {
    let (analytic, numeric, scale) = compare(function, at: point, "derivative \(current)")
    findings.append(
      OperationFinding(
        operation: name, point: number, order: current, passed: Agreement.agree(analytic, numeric, scale: scale),
        detail: "the derivative is \(analytic), central differences give \(numeric)"))
    let values = function(point.map { Variable($0) }).map(\.value)
    let count = point.count
    let before = function
    function = { variables in
      let inputs = Array(variables.prefix(count))
      let weighted = zip(before(inputs), variables.dropFirst(count)).map { ($0 * $1).total() }
      return gradient(of: weighted.dropFirst().reduce(weighted[0], +), at: inputs, differentiable: true)
    }
    point += directions(like: values, "cotangents \(current)")
  }
  return findings
}

private func applied(_ operation: some Operation, _ inputs: [Variable]) -> Variable { Variable(operation, inputs) }

/// The randomly weighted derivative along a random direction, by reverse mode and by central differences, and the weighted value.
private func compare(_ function: Function, at point: [Tensor], _ purpose: String) -> (analytic: Double, numeric: Double, scale: Double) {
  let direction = directions(like: point, "direction of \(purpose)")
  let leaves = point.map { Variable($0) }
  let outputs = function(leaves)
  let weights = directions(like: outputs.map(\.value), "weights of \(purpose)")
  let weighted = zip(outputs, weights).map { ($0 * Variable(constant: $1)).total() }
  let gradients = gradient(of: weighted.dropFirst().reduce(weighted[0], +), at: leaves)
  func along(_ distance: Double) -> Double {
    // Use leaves, not constants: the function itself may take gradients.
    let moved = zip(point, direction).map { Variable($0 + distance * $1) }
    return zip(function(moved), weights).reduce(0) { $0 + $1.0.value.inner($1.1) }
  }
  return (
    zip(gradients, direction).reduce(0) { $0 + $1.0.value.inner($1.1) }, Agreement.derivative(of: along), along(0)
  )
}

private func directions(like tensors: [Tensor], _ purpose: String) -> [Tensor] {
  tensors.enumerated().map { index, tensor in
    tensor.direction(from: SmokeProblem.stream.child("operation").child(purpose).child(index))
  }
}
