public import Autograd
public import Tasks
public import TensorCore

/// One-hot rows of labels, [T, N, ways], as a constant.
///
/// - Precondition: The targets are labels.
public func classMembers(_ targets: Targets, _ dtype: DType) -> Variable {
  guard case .classes(let labels, let ways) = targets else { fatalError("classes have members, \(targets) do not") }
  return Variable(constant: labels.oneHot(ways, dtype: dtype))
}
