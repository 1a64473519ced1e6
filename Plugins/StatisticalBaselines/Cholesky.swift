import Registry

/// The Cholesky factor of a symmetric, positive semi-definite matrix: A = LLᵀ.
///
/// A column that depends linearly on the columns before it is left out: its unknown is 0 in every solution. R leaves out such columns of a
/// regression in the same way.
struct Cholesky {
  /// Number of rows and columns.
  let size: Int
  /// The factor, row by row; its upper part is zero.
  private(set) var lower: [Double]
  /// Whether a column is in use.
  private(set) var isKept: [Bool]

  /// Factors a matrix, of which only the lower part is read.
  ///
  /// - Parameters:
  ///   - matrix: [size, size], row by row.
  ///   - size: Number of rows and columns.
  ///   - tolerance: A column is left out if the columns before it leave no more than this fraction of its diagonal element.
  init(_ matrix: [Double], size: Int, tolerance: Double = 1e-9) {
    require(matrix.count == size * size, "a matrix of \(size) rows with \(matrix.count) elements")
    var lower = [Double](repeating: 0, count: size * size)
    var isKept = [Bool](repeating: true, count: size)
    for row in 0..<size {
      for column in 0...row where isKept[column] {
        var rest = matrix[row * size + column]
        for k in 0..<column { rest -= lower[row * size + k] * lower[column * size + k] }
        if row > column {
          lower[row * size + column] = rest / lower[column * size + column]
        } else if rest > tolerance * matrix[row * size + row] {
          lower[row * size + row] = rest.squareRoot()
        } else {
          isKept[row] = false
        }
      }
    }
    (self.size, self.lower, self.isKept) = (size, lower, isKept)
  }

  /// log det of the first rows and columns, without those that are left out.
  func logDeterminant(first count: Int) -> Double {
    (0..<count).reduce(0) { isKept[$1] ? $0 + 2 * naturalLogarithm(lower[$1 * size + $1]) : $0 }
  }

  /// Solves Ax = b for each column of b, [size, columns].
  func solve(_ right: [Double], columns: Int) -> [Double] {
    require(right.count == size * columns, "\(right.count) numbers for \(size) rows of \(columns)")
    var result = right
    for column in 0..<columns {
      for row in 0..<size {
        var rest = result[row * columns + column]
        for k in 0..<row { rest -= lower[row * size + k] * result[k * columns + column] }
        result[row * columns + column] = isKept[row] ? rest / lower[row * size + row] : 0
      }
    }
    solveTransposed(&result, size: size, columns: columns)
    return result
  }

  /// Solves Lᵀx = b in place, with the first rows and columns of L.
  func solveTransposed(_ right: inout [Double], size count: Int, columns: Int = 1) {
    for column in 0..<columns {
      for row in (0..<count).reversed() {
        var rest = right[row * columns + column]
        for k in (row + 1)..<count { rest -= lower[k * size + row] * right[k * columns + column] }
        right[row * columns + column] = isKept[row] ? rest / lower[row * size + row] : 0
      }
    }
  }
}
