public import Autograd
import TensorCore

/// Cosines of the angles between points [T, M, width] and centres [T, C, width], as [T, M, C].
///
/// ```
/// q·c / (‖q‖ ‖c‖), and 0 if ‖q‖ or ‖c‖ is 0
/// ```
/// At a zero vector all derivatives are 0.
public func cosineSimilarities(_ points: Variable, to centres: Variable) -> Variable {
  func directions(_ vectors: Variable) -> Variable { vectors * vectors.norm([2]).safeReciprocal() }
  return directions(points).matmul(directions(centres), transposeSecond: true)
}
