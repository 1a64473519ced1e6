public import TensorCore

/// A differentiable operation: one file, formula first.
///
/// The pullback is itself written in differentiable operations, which gives derivatives of every order. See ``UnaryOperation`` for
/// functions of each element and ``MultiOperation`` for operations with several results.
public protocol Operation: Sendable {
  /// Stable name for messages.
  static var name: String { get }

  /// Points inside the domain, away from kinks; the gradient suite checks first and second derivatives there.
  static var checks: [OperationCheck] { get }

  /// The value.
  /// - Precondition: The inputs' number, shapes and types fit.
  func forward(_ inputs: [Variable]) -> Tensor

  /// The transposed derivative: the cotangent of one input, given the cotangent of the output.
  ///
  /// Called only for inputs through which a target is reached. It must not call ``gradient(of:at:differentiable:)`` on a graph that
  /// contains the inputs.
  /// - Parameters:
  ///   - cotangent: Of the output's shape.
  ///   - index: The input's index.
  ///   - inputs: The operation's inputs.
  ///   - output: The operation's result.
  /// - Returns: A cotangent of the input's shape.
  func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable

  /// Adds the result of ``pullback(_:to:inputs:output:)`` to a sum in place, in one pass instead of two.
  ///
  /// Called only in reverse passes that are not differentiated in turn. The default implementation returns false.
  /// - Returns: False, with the sum unchanged, if there is no such kernel; the caller then adds the pullback.
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
  /// The indices of inputs without a derivative, such as labels and gates.
  public let fixed: Set<Int>

  /// A check of an operation at the given inputs.
  public init(_ operation: any Operation, at inputs: [Tensor], fixed: Set<Int> = []) {
    self.operation = operation
    self.inputs = inputs
    self.fixed = fixed
  }
}

extension Tensor {
  /// Normally distributed numbers from a fixed random stream, times a scale, plus an offset.
  static func normal(_ shape: Shape, _ index: Int = 0, scale: Double = 1, offset: Double = 0) -> Tensor {
    var stream = RandomStream(seed: 20_170_311).child("check").child(index)
    return Tensor(shape: shape, dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in numbers.indices { numbers.initializeElement(at: place, to: stream.normal() * scale + offset) }
    }
  }

  /// Numbers of either sign with absolute values of at least a half.
  static func awayFromZero(_ shape: Shape, _ index: Int = 0) -> Tensor {
    let base = normal(shape, index)
    return base + 0.5 * base.map(.sign)
  }

  /// Numbers at least a tenth apart, in a fixed random order, so that no maximum is near a tie.
  static func distinct(_ shape: Shape, _ index: Int = 0) -> Tensor {
    var stream = RandomStream(seed: 20_170_312).child("check").child(index)
    let order = stream.permutation(shape.elementCount)
    return Tensor(shape: shape, dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in numbers.indices { numbers.initializeElement(at: place, to: Double(order[place]) * 0.1 - 1) }
    }
  }

  /// The given numbers as a vector.
  static func points(_ values: [Double]) -> Tensor {
    Tensor(shape: [values.count], dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in numbers.indices { numbers.initializeElement(at: place, to: values[place]) }
    }
  }
}
