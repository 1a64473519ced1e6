package import TensorCore

/// Conjugate gradients on the linear systems of all tasks at once, in a fixed number of steps.
///
/// ```
/// x = 0, r = p = b        repeat: α = rᵀr/pᵀAp, x ← x + α·p, r ← r − α·A·p, p ← r + (rᵀr of the new r / rᵀr of the old)·p
/// ```
/// Each row is one task's system. A row stops when its residual has fallen to rounding error, or when it meets negative curvature, pᵀAp ≤ 0
/// up to rounding. It then keeps its current solution; if the first direction already had negative curvature, that is b. The solver
/// consists of tensor operations only and reads no numbers.
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
  ///   - steps: Number of products with A, at least one.
  ///   - multiply: Multiplies each task's row by its A, [T, P] to [T, P]; A must be symmetric.
  package init(_ right: Tensor, steps: Int, multiply: (Tensor) -> Tensor) {
    func dot(_ first: Tensor, _ second: Tensor) -> Tensor { (first * second).sum([1]) }
    let one = Tensor(1, dtype: right.dtype)
    // Squared residuals below this fraction of ‖b‖² are rounding error.
    let floor = (right.dtype == .float64 ? 1e-32 : 1e-14) * dot(right, right)
    // A relative curvature below this cannot be distinguished from a negative one.
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
      // Stopped rows divide by 1.
      let length = (active * square) / (curvature.combined(.gate, with: active) + (one - active))
      solution = solution + length * direction
      residual = residual - length * product
      let next = dot(residual, residual)
      // A stopped row keeps its residual as direction: by a factor of rᵀr a step it would overflow, and 0·∞ is NaN.
      direction = residual + ((active * next) / (square.combined(.gate, with: active) + (one - active))) * direction
      active = active * next.combined(.greater, with: floor)
      square = next
    }
    self.solution = solution
    negativeCurvature = negative.reshaped([right.shape[0]])
  }
}
