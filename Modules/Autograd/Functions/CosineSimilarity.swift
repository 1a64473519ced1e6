import Registry
import TensorCore

extension Variable {
  /// The cosine of the angle between vectors along the last axis: […, D] and […, D] → […, 1], shapes broadcast.
  ///
  /// ```
  /// y = a·b / (‖a‖ ‖b‖), and 0 if ‖a‖ or ‖b‖ is 0
  /// ```
  /// At a zero vector all derivatives are 0. Queries [T, Q, 1, D] with keys [T, 1, K, D] give all pairs, [T, Q, K, 1].
  public func cosineSimilarity(with other: Variable) -> Variable {
    require(
      shape.rank > 0 && other.shape.rank > 0 && shape[-1] == other.shape[-1], "cosine similarity: shapes \(shape) and \(other.shape)")
    func directions(_ vectors: Variable) -> Variable { vectors * vectors.norm([vectors.shape.rank - 1]).safeReciprocal() }
    let products = directions(self) * directions(other)
    return products.sum([products.shape.rank - 1])
  }
}
