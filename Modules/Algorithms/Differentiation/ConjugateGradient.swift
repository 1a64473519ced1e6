package import TensorCore

/// Conjugate gradients on the systems of all tasks at once, in a fixed number of steps.
///
/// ```
/// x = 0, r = p = b        repeat: α = rᵀr/pᵀAp, x ← x + α·p, r ← r − α·A·p, p ← r + (rᵀr of the new r / rᵀr of the old)·p
/// ```
/// Each row is one task's system. A row stops where its residual has fallen to rounding, or where it meets negative curvature, pᵀAp ≤ 0 up
/// to rounding: it then keeps what it has, which is b itself if the first direction was such a one. All of it is tensor operations: nothing is read.
/// - SeeAlso: Hestenes and Stiefel, "Methods of conjugate gradients for solving linear systems", Journal of Research of the National
///   Bureau of Standards 49, 1952; for negative curvature Nocedal and Wright, "Numerical optimization", 2006, algorithm 7.1.
package struct ConjugateGradient: Sendable {
  /// The solutions, [T, P].
  package var solution: Tensor
  /// 1 for each task that met negative curvature, else 0, [T].
  package var negativeCurvature: Tensor

  /// Solves A·x = b.
  ///
  /// - Parameters:
  ///   - right: b, [T, P].
  ///   - steps: Products with A; at least one.
  ///   - multiply: A of each task times its row, [T, P] to [T, P]; symmetric.
  package init(_ right: Tensor, steps: Int, multiply: (Tensor) -> Tensor) {
    func dot(_ first: Tensor, _ second: Tensor) -> Tensor { (first * second).sum([1]) }
    let one = Tensor(1, dtype: right.dtype)
    // Residuals below this part of b, squared, are rounding.
    let floor = (right.dtype == .float64 ? 1e-32 : 1e-14) * dot(right, right)
    // A curvature of less than this, relative, cannot be told from a negative one.
    let least = right.dtype == .float64 ? 1e-12 : 1e-5
    var solution = Tensor.zeros(right.shape, right.dtype)
    var (residual, direction) = (right, right)
    var square = dot(residual, residual)
    var active = square.combined(.greater, with: floor)
    var negative = Tensor.zeros(square.shape, right.dtype)
    for step in 0..<max(steps, 1) {
      let product = multiply(direction)
      let curvature = dot(direction, product)
      let positive = curvature.combined(.greater, with: least * dot(direction, direction))
      negative = negative + active * (one - positive)
      if step == 0 { solution = (active * (one - positive)) * right }
      active = active * positive
      // Rows at rest divide by 1.
      let length = (active * square) / (curvature.combined(.gate, with: active) + (one - active))
      solution = solution + length * direction
      residual = residual - length * product
      let next = dot(residual, residual)
      direction = residual + (next / (square.combined(.gate, with: active) + (one - active))) * direction
      active = active * next.combined(.greater, with: floor)
      square = next
    }
    self.solution = solution
    negativeCurvature = negative.reshaped([right.shape[0]])
  }
}
