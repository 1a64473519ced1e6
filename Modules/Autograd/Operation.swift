public import TensorCore

/// A differentiable operation: one file, formula first.
///
/// The pullback is itself written in differentiable operations, so derivatives of every order come for free.
public protocol Operation: Sendable {
  /// Stable name for reports and messages.
  static var name: String { get }

  /// Points inside the domain, away from kinks; the gradient suite checks first and second derivatives there.
  static var checks: [OperationCheck] { get }

  /// The value.
  /// - Precondition: The inputs' number, shapes and types fit.
  func forward(_ inputs: [Variable]) -> Tensor

  /// The transposed derivative: what flows back to one input when `cotangent` flows back to the output.
  ///
  /// Called for the inputs that lead to a target only.
  /// - Parameters:
  ///   - cotangent: Of the output's shape.
  ///   - index: Which input.
  ///   - inputs: The operation's inputs.
  ///   - output: The operation's result.
  /// - Returns: A cotangent of the input's shape.
  func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable

  /// Adds what ``pullback(_:to:inputs:output:)`` would return to a sum that nothing else reads: one pass instead of two.
  ///
  /// Called in passes that are not differentiated in turn.
  /// - Returns: False, and nothing is changed, where there is no such way; the pullback is then taken and added.
  func addPullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable, into sum: inout Tensor) -> Bool
}

extension Operation {
  public func addPullback(
    _ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable, into sum: inout Tensor
  ) -> Bool { false }
}

/// A point at which an operation's derivatives are verified against central differences, in float64.
public struct OperationCheck: Sendable {
  /// The operation with its attributes.
  public let operation: any Operation
  /// Its inputs, float64.
  public let inputs: [Tensor]
  /// Inputs that the operation is not differentiated in: labels, gates.
  public let fixed: Set<Int>

  /// Fills in a check.
  public init(_ operation: any Operation, at inputs: [Tensor], fixed: Set<Int> = []) {
    self.operation = operation
    self.inputs = inputs
    self.fixed = fixed
  }
}

extension Tensor {
  /// Normal numbers, times a scale, plus an offset, from a fixed stream: the same in every run.
  static func normal(_ shape: Shape, _ index: Int = 0, scale: Double = 1, offset: Double = 0) -> Tensor {
    var stream = RandomStream(seed: 20_170_311).child("check").child(index)
    return Tensor(shape: shape, dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in numbers.indices { numbers.initializeElement(at: place, to: stream.normal() * scale + offset) }
    }
  }

  /// Numbers away from zero by at least a half, of either sign.
  static func awayFromZero(_ shape: Shape, _ index: Int = 0) -> Tensor {
    let base = normal(shape, index)
    return base + 0.5 * base.map(.sign)
  }

  /// Different numbers, at least a tenth apart, in a fixed random order: no maximum is near a tie.
  static func distinct(_ shape: Shape, _ index: Int = 0) -> Tensor {
    var stream = RandomStream(seed: 20_170_312).child("check").child(index)
    let order = stream.permutation(shape.elementCount)
    return Tensor(shape: shape, dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in numbers.indices { numbers.initializeElement(at: place, to: Double(order[place]) * 0.1 - 1) }
    }
  }

  /// Given numbers as a vector.
  static func points(_ values: Double...) -> Tensor {
    Tensor(shape: [values.count], dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in numbers.indices { numbers.initializeElement(at: place, to: values[place]) }
    }
  }
}
