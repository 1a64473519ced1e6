extension LinearMixedModel {
  /// Number of random effects, q.
  var effects: Int {
    var count = 0
    while count * count < factor.count { count += 1 }
    return count
  }

  /// Standard deviations of the random effects, in units of the target.
  public var deviations: [Double] { (0..<effects).map { residual * covariance($0, $0).squareRoot() } }

  /// Correlation of two random effects; NaN if one of them does not vary.
  public func correlation(_ first: Int, _ second: Int) -> Double {
    covariance(first, second) / (covariance(first, first) * covariance(second, second)).squareRoot()
  }

  /// An element of ΛΛᵀ.
  private func covariance(_ first: Int, _ second: Int) -> Double {
    (0..<effects).reduce(0) { $0 + factor[first * effects + $1] * factor[second * effects + $1] }
  }

  /// The best linear unbiased prediction of a group's random effects.
  ///
  /// - SeeAlso: Robinson, Statistical Science 6, 1991, <https://doi.org/10.1214/ss/1177011926>.
  public func randomEffects(of group: Group) -> [Double] {
    let q = effects
    var (squares, sums) = ([Double](repeating: 0, count: q * q), [Double](repeating: 0, count: q))
    for ((x, z), y) in zip(zip(group.x, group.z), group.y) {
      let rest = y - zip(x, fixed).reduce(0) { $0 + $1.0 * $1.1 }
      for i in 0..<q {
        sums[i] += z[i] * rest
        for j in 0..<q { squares[i * q + j] += z[i] * z[j] }
      }
    }
    return Self.randomEffects(factor, squares: squares, sums: sums)
  }

  /// Predicts random effects b = Λu with (ΛᵀZᵀZΛ + I)u = ΛᵀZᵀ(y − Xβ), from ZᵀZ, [q, q], and Zᵀ(y − Xβ), [q].
  static func randomEffects(_ factor: [Double], squares: [Double], sums: [Double]) -> [Double] {
    let q = sums.count
    let right = (0..<q).map { row in (row..<q).reduce(0) { $0 + factor[$1 * q + row] * sums[$1] } }
    let scaled = Cholesky(precision(squares, factor, effects: q), size: q, tolerance: 0).solve(right, columns: 1)
    return (0..<q).map { row in (0...row).reduce(0) { $0 + factor[row * q + $1] * scaled[$1] } }
  }

  /// ΛᵀZᵀZΛ + I, [q, q].
  static func precision(_ squares: [Double], _ factor: [Double], effects q: Int) -> [Double] {
    var half = [Double](repeating: 0, count: q * q)
    for row in 0..<q {
      for column in 0..<q { for k in column..<q { half[row * q + column] += squares[row * q + k] * factor[k * q + column] } }
    }
    var result = [Double](repeating: 0, count: q * q)
    for row in 0..<q {
      result[row * q + row] = 1
      for column in 0..<q { for k in row..<q { result[row * q + column] += factor[k * q + row] * half[k * q + column] } }
    }
    return result
  }
}
