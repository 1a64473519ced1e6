import Algorithms
import Models
import TensorCore

/// Tolerances and comparisons: derivatives against difference quotients, and results against results.
enum Agreement {
  /// Largest relative error of a derivative.
  static let derivative = 1e-6
  /// Rounding error of a difference quotient of a sum near 1.
  static let rounding = 1e-9
  /// Largest difference, relative to the norm, between float64 results that sum in a different order.
  static let reordering = 1e-9

  /// Largest difference, relative to the norm, between float64 results with and without padding.
  static let padding = 1e-12

  /// The derivative at 0 from central differences at h and 2h = 2·10⁻⁴, whose errors of order h² cancel.
  static func derivative(of function: (Double) -> Double) -> Double {
    let h = 1e-4
    return (8 * (function(h) - function(-h)) - (function(2 * h) - function(-2 * h))) / (12 * h)
  }

  /// True if a derivative agrees with the difference quotient of a function near `scale`; false if either is NaN.
  static func agree(_ analytic: Double, _ numeric: Double, scale: Double) -> Bool {
    abs(analytic - numeric) <= derivative * max(abs(analytic), abs(numeric)) + rounding * max(1, abs(scale))
  }

  /// ‖a − b‖ / max(‖a‖, ‖b‖) over all leaves; infinite if names or shapes differ.
  static func distance(_ first: ParameterTree<Tensor>, _ second: ParameterTree<Tensor>) -> Double {
    guard first.names == second.names, first.leaves.map(\.shape) == second.leaves.map(\.shape) else { return .infinity }
    return distance(first.leaves.flatMap(\.doubles), second.leaves.flatMap(\.doubles))
  }

  static func distance(_ first: MetaParameters<Tensor>, _ second: MetaParameters<Tensor>) -> Double {
    distance(first.named, second.named)
  }

  static func distance(_ first: [Double], _ second: [Double]) -> Double {
    guard first.count == second.count else { return .infinity }
    func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let difference = norm(zip(first, second).map { $0 - $1 })
    return difference == 0 ? 0 : difference / max(norm(first), norm(second))
  }

  /// True if all bits are equal.
  static func identical(_ first: ParameterTree<Tensor>, _ second: ParameterTree<Tensor>) -> Bool {
    first.names == second.names && zip(first.leaves, second.leaves).allSatisfy { identical($0, $1) }
  }

  static func identical(_ first: Tensor, _ second: Tensor) -> Bool {
    first.shape == second.shape && first.dtype == second.dtype
      && first.contiguous.withUnsafeBytes { a in second.contiguous.withUnsafeBytes { b in a.elementsEqual(b) } }
  }
}

extension Tensor {
  /// Standard normal numbers with this tensor's shape and type.
  func direction(from stream: RandomStream) -> Tensor {
    var stream = stream
    return Tensor(shape: shape, dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in numbers.indices { numbers.initializeElement(at: place, to: stream.normal()) }
    }.converted(to: dtype)
  }

  func inner(_ other: Tensor) -> Double { zip(doubles, other.doubles).reduce(0) { $0 + $1.0 * $1.1 } }
}

extension Tensor {
  /// The sum of all elements in float64.
  var sumOfElements: Double { doubles.reduce(0, +) }
}
