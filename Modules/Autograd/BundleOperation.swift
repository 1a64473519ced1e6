import TensorCore

/// An operation of several results, with a hand-written derivative: the fused operations.
///
/// Its results come from one pass over the data, and so do the cotangents of its inputs.
protocol BundleOperation: Sendable {
  /// Stable name for messages.
  static var name: String { get }

  /// The values.
  func forward(_ inputs: [Variable]) -> [Tensor]

  /// The transposed derivative: what flows back to each input when `cotangents` flow back to the results.
  ///
  /// - Parameters:
  ///   - cotangents: One for each result; nil where nothing flows back.
  ///   - inputs: The operation's inputs.
  ///   - outputs: The operation's results.
  /// - Returns: One cotangent for each input; nil where the input has none.
  func pullback(_ cotangents: [Variable?], inputs: [Variable], outputs: [Tensor]) -> [Variable?]
}

/// The node of a bundle operation in a graph: its results hang on it as variables of their own.
struct Bundle: Operation {
  static let name = "bundle"
  static var checks: [OperationCheck] { [] }

  let operation: any BundleOperation
  let outputs: [Tensor]

  func forward(_ inputs: [Variable]) -> Tensor { outputs[0] }

  func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    preconditionFailure("the reverse pass asks a bundle for all cotangents at once")
  }
}

/// One result of a bundle.
struct BundleResult: Operation {
  static let name = "bundle-result"
  static var checks: [OperationCheck] { [] }

  let index: Int
  let value: Tensor

  func forward(_ inputs: [Variable]) -> Tensor { value }

  func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    preconditionFailure("the reverse pass hands a result's cotangent to its bundle")
  }
}

extension Variable {
  /// The results of a bundle operation.
  static func bundle(_ operation: some BundleOperation, _ inputs: [Variable]) -> [Variable] {
    let outputs = operation.forward(inputs)
    guard inputs.contains(where: \.isTracked) else { return outputs.map(Variable.init(constant:)) }
    let node = Variable(Bundle(operation: operation, outputs: outputs), inputs)
    return outputs.enumerated().map { Variable(BundleResult(index: $0, value: $1), [node]) }
  }
}
