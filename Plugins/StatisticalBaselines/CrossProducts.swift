import Registry

/// What a group of rows contributes to the likelihood of a mixed model: the products of its columns.
struct CrossProducts: Sendable {
  /// Number of rows.
  let rows: Int
  /// ZᵀZ, [q, q].
  let random: [Double]
  /// Zᵀ[X y], [q, p + 1].
  let mixed: [Double]
  /// [X y]ᵀ[X y], [p + 1, p + 1].
  let fixed: [Double]

  /// Picks the columns of Z, X and y from the products of all columns.
  ///
  /// - Parameters:
  ///   - products: MᵀM of the rows M, [width, width].
  ///   - width: Number of columns of M.
  ///   - rows: Number of rows of M.
  ///   - random: The columns of Z.
  ///   - fixed: The columns of X.
  ///   - target: The column of y.
  init(_ products: [Double], width: Int, rows: Int, random: [Int], fixed: [Int], target: Int) {
    require(products.count == width * width, "products of \(width) columns with \(products.count) numbers")
    func picked(_ first: [Int], _ second: [Int]) -> [Double] { first.flatMap { row in second.map { products[row * width + $0] } } }
    self.rows = rows
    self.random = picked(random, random)
    mixed = picked(random, fixed + [target])
    self.fixed = picked(fixed + [target], fixed + [target])
  }
}
