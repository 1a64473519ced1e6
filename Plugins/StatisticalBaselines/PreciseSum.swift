import Models
import TensorCore

/// A sum with more digits than float32, the type of every carried tensor: the number and what rounding took from it.
///
/// Products of columns need the digits: the residuals of a regression are small differences of large sums.
enum PreciseSum {
  private static let (high, low) = (".high", ".low")

  /// Splits a float64 tensor into two of a type.
  static func split(_ name: String, _ sum: Tensor, _ dtype: DType) -> ParameterTree<Tensor> {
    let rounded = sum.converted(to: dtype)
    return ParameterTree([
      (name + high, rounded), (name + low, (sum - rounded.converted(to: .float64)).converted(to: dtype)),
    ])
  }

  /// Joins the two tensors of a name in float64.
  static func joined(_ name: String, _ tree: ParameterTree<Tensor>) -> Tensor {
    tree[name + high].converted(to: .float64) + tree[name + low].converted(to: .float64)
  }
}
