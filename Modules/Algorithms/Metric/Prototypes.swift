public import Autograd
public import Tasks
import TensorCore

/// The mean feature of each class.
///
/// ```
/// cₖ = 1/|Sₖ| Σ_{i ∈ Sₖ} f(xᵢ)
/// ```
/// - Parameters:
///   - features: Support features, [T, N, width].
///   - targets: Labels of the support samples.
/// - Precondition: The targets are labels.
/// - Returns: [T, ways, width]; a class without samples gets zeros.
/// - SeeAlso: Snell, Swersky and Zemel, NeurIPS 2017, equation 1, <https://arxiv.org/abs/1703.05175>.
public func prototypes(of features: Variable, _ targets: Targets) -> Variable {
  let members = classMembers(targets, features.value.dtype)
  let counts = members.sum([1]).reshaped([features.shape[0], members.shape[2], 1])
  return members.matmul(features, transposeFirst: true) * counts.safeReciprocal()
}

/// Negative squared Euclidean distances from points [T, M, width] to centres [T, C, width], as logits [T, M, C].
///
/// ```
/// −‖q − c‖² = 2·q·c − ‖c‖² − ‖q‖²
/// ```
public func negativeSquaredDistances(_ points: Variable, to centres: Variable) -> Variable {
  let norms = centres.squared().sum([2]).reshaped([centres.shape[0], 1, centres.shape[1]])
  return points.matmul(centres, transposeSecond: true) * 2 - norms - points.squared().sum([2])
}
