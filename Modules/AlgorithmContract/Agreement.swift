import Algorithms
import Models
import TensorCore

/// How results are compared: derivatives with difference quotients, and results with results.
enum Agreement {
  /// Largest error of a derivative, relative.
  static let derivative = 1e-6
  /// What rounding leaves of a difference quotient of a sum near 1.
  static let rounding = 1e-9
  /// Largest difference, relative to the norm, of float64 results that differ in the order of summation.
  static let reordering = 1e-9

  /// The derivative at 0 by central differences at h and 2h = 2·10⁻⁴, whose errors of order h² cancel.
  static func derivative(of function: (Double) -> Double) -> Double {
    let h = 1e-4
    return (8 * (function(h) - function(-h)) - (function(2 * h) - function(-2 * h))) / (12 * h)
  }

  /// True when a derivative and a difference quotient of a function near `scale` agree; false where either is not a number.
  static func agree(_ analytic: Double, _ numeric: Double, scale: Double) -> Bool {
    abs(analytic - numeric) <= derivative * max(abs(analytic), abs(numeric)) + rounding * max(1, abs(scale))
  }

  /// ‖a − b‖ / max(‖a‖, ‖b‖) over all leaves; infinite where names or shapes differ.
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

  /// True when all bits are equal.
  static func identical(_ first: ParameterTree<Tensor>, _ second: ParameterTree<Tensor>) -> Bool {
    first.names == second.names && zip(first.leaves, second.leaves).allSatisfy { identical($0, $1) }
  }

  static func identical(_ first: Tensor, _ second: Tensor) -> Bool {
    first.shape == second.shape && first.dtype == second.dtype
      && first.contiguous.withUnsafeBytes { a in second.contiguous.withUnsafeBytes { b in a.elementsEqual(b) } }
  }
}

extension Tensor {
  /// Standard normal numbers of this shape and type, from a stream.
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
