import TensorCore

/// Numbers with a shape and plain loops over them, as a reference for the kernels.
struct Reference {
  let shape: [Int]
  let values: [Double]

  init(shape: [Int], values: [Double]) {
    self.shape = shape
    self.values = values
  }

  init(_ tensor: Tensor) {
    self.init(shape: tensor.shape.dimensions, values: tensor.doubles)
  }

  /// Computes the value at each index by a closure.
  init(shape: [Int], _ value: ([Int]) -> Double) {
    self.init(shape: shape, values: Self.indices(of: shape).map(value))
  }

  subscript(index: [Int]) -> Double { values[zip(shape, index).reduce(0) { $0 * $1.0 + $1.1 }] }

  /// All indices of a shape, row by row.
  static func indices(of shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { prefixes, extent in prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } } }
  }

  /// The numbers as a tensor.
  func tensor(_ dtype: DType) throws -> Tensor { try Tensor(values, shape: Shape(shape), dtype: dtype) }
}

extension Tensor {
  /// Normally distributed numbers; the same name gives the same numbers.
  static func random(_ shape: Shape, _ name: String, _ dtype: DType = .float64) throws -> Tensor {
    var stream = RandomStream(seed: 1).child(name)
    return try Tensor((0..<shape.elementCount).map { _ in stream.normal() }, shape: shape, dtype: dtype)
  }
}

extension DType {
  /// The rounding error of a few operations on numbers around 1: some units in the last place.
  var rounding: Double { self == .float32 ? 1e-6 : 1e-14 }
  /// The rounding error of a sum of up to some thousand products of numbers around 1.
  var sumRounding: Double { self == .float32 ? 5e-5 : 1e-12 }
}

let floatingTypes: [DType] = [.float32, .float64]
