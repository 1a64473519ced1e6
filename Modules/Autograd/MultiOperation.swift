public import TensorCore

/// A differentiable operation with several results, all computed in one pass over the data.
///
/// Its pullback likewise computes the cotangents of all inputs at once. Apply it with ``Variable/results(of:_:)``.
///
/// ```swift
/// /// s = a + b, d = a − b        da = s̅ + d̅, db = s̅ − d̅
/// struct SumAndDifference: MultiOperation {
///   static let name = "sum-and-difference"
///   func forward(_ inputs: [Variable]) -> [Tensor] {
///     [inputs[0].value + inputs[1].value, inputs[0].value - inputs[1].value]
///   }
///   func pullback(_ cotangents: [Variable?], inputs: [Variable], outputs: [Variable]) -> [Variable?] {
///     switch (cotangents[0], cotangents[1]) {
///     case (let s?, let d?): [s + d, s - d]
///     case (let s?, nil): [s, s]
///     case (nil, let d?): [d, -d]
///     case (nil, nil): [nil, nil]
///     }
///   }
/// }
/// let results = Variable.results(of: SumAndDifference(), [a, b])
/// ```
public protocol MultiOperation: Sendable {
  /// Stable name for messages.
  static var name: String { get }

  /// The values of the results.
  /// - Precondition: The inputs' number, shapes and types fit.
  func forward(_ inputs: [Variable]) -> [Tensor]

  /// The transposed derivative: the cotangents of the inputs, given the cotangents of the results.
  ///
  /// Write it in differentiable operations to support derivatives of every order. It must not call
  /// ``gradient(of:at:differentiable:)`` on a graph that contains the inputs.
  /// - Parameters:
  ///   - cotangents: One for each result, of its shape; nil for a result without a cotangent, which counts as zeros. At least
  ///     one is present.
  ///   - inputs: The operation's inputs.
  ///   - outputs: The operation's results.
  /// - Returns: One cotangent for each input, of its shape; nil for an input without a derivative.
  func pullback(_ cotangents: [Variable?], inputs: [Variable], outputs: [Variable]) -> [Variable?]
}

extension Variable {
  /// Applies an operation with several results.
  ///
  /// The counterpart of ``init(_:_:)`` for ``MultiOperation``.
  /// - Returns: One variable for each result, in the order of ``MultiOperation/forward(_:)``.
  public static func results(of operation: some MultiOperation, _ inputs: [Variable]) -> [Variable] {
    let values = operation.forward(inputs)
    guard inputs.contains(where: \.isTracked) else { return values.map(Variable.init(constant:)) }
    let evaluation = MultiEvaluation(operation, values)
    return values.indices.map { evaluation.result($0, inputs: inputs) }
  }
}

/// One evaluation of a ``MultiOperation``, shared by its result variables.
///
/// The results hold the evaluation and the inputs. The evaluation refers to its results weakly, so there is no reference cycle.
final class MultiEvaluation {
  let operation: any MultiOperation
  private let values: [Tensor]
  private var results: [WeakVariable]

  init(_ operation: some MultiOperation, _ values: [Tensor]) {
    self.operation = operation
    self.values = values
    results = Array(repeating: WeakVariable(), count: values.count)
  }

  /// The variable of a result: the existing one, or a new one if that was released.
  func result(_ index: Int, inputs: [Variable]) -> Variable {
    if let existing = results[index].variable { return existing }
    let result = Variable(values[index], from: self, inputs)
    results[index].variable = result
    return result
  }

  /// The results as a pullback reads them.
  func outputs(_ inputs: [Variable], differentiable: Bool) -> [Variable] {
    values.indices.map { differentiable ? result($0, inputs: inputs) : Variable(constant: values[$0]) }
  }

  /// Where a reverse pass placed each result; nil for results that it did not reach.
  func places(in pass: UInt64) -> [Int?] {
    results.map { result in
      guard let variable = result.variable, variable.visit.pass == pass else { return nil }
      return variable.visit.place
    }
  }

  private struct WeakVariable {
    weak var variable: Variable?
  }
}
