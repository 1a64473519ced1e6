import Registry

/// The restricted likelihood of a linear mixed model, with fixed effects and residual variance profiled out.
///
/// ```
/// RᵢᵀRᵢ = ΛᵀZᵢᵀZᵢΛ + I        S = Σᵢ ([X y]ᵀ[X y] − WᵢᵀWᵢ),  Wᵢ = Rᵢ⁻ᵀΛᵀZᵢᵀ[X y]
/// S = LLᵀ: the last row of L is (c, ρ), β solves L_Xᵀβ = c, and σ² = ρ² / (n − p)
/// −2 log likelihood = Σᵢ log|RᵢᵀRᵢ| + log|L_X L_Xᵀ| + (n − p)(1 + log 2πσ²)
/// ```
/// The covariance of a group's random effects is σ²ΛΛᵀ.
/// - SeeAlso: Patterson and Thompson, Biometrika 58, 1971, <https://doi.org/10.1093/biomet/58.3.545>, for the criterion; Bates et al.,
///   Journal of Statistical Software 67, 2015, section 3, <https://doi.org/10.18637/jss.v067.i01>, for this way to compute it.
struct RestrictedLikelihood {
  private let groups: [CrossProducts]
  /// Number of random effects, q.
  private let effects: Int
  /// Number of columns of [X y], p + 1.
  private let width: Int
  private let rows: Int
  private let total: [Double]

  init(_ groups: [CrossProducts], effects: Int, coefficients: Int) {
    self.groups = groups
    (self.effects, width) = (effects, coefficients + 1)
    rows = groups.reduce(0) { $0 + $1.rows }
    var total = [Double](repeating: 0, count: width * width)
    for group in groups { for place in total.indices { total[place] += group.fixed[place] } }
    self.total = total
  }

  /// The lower triangle of Λ, row by row, as [q, q].
  func factor(_ triangle: [Double]) -> [Double] {
    var (factor, next) = ([Double](repeating: 0, count: effects * effects), triangle.makeIterator())
    for row in 0..<effects { for column in 0...row { factor[row * effects + column] = next.next() ?? 0 } }
    return factor
  }

  /// Minus twice the logarithm of the restricted likelihood for Λ, with the model that attains it; nil without degrees of freedom.
  func profiled(_ factor: [Double]) -> LinearMixedModel? {
    var (sum, logDeterminant) = (total, 0.0)
    for group in groups {
      let (triangle, reduced) = reduced(group, factor)
      for row in 0..<effects { logDeterminant += 2 * naturalLogarithm(triangle[row * effects + row]) }
      for row in 0..<width {
        for column in 0...row {
          for k in 0..<effects { sum[row * width + column] -= reduced[k * width + row] * reduced[k * width + column] }
        }
      }
    }
    let cholesky = Cholesky(sum, size: width)
    let coefficients = width - 1
    let freedom = Double(rows - cholesky.isKept[..<coefficients].count { $0 })
    guard freedom > 0 else { return nil }
    let root = cholesky.lower[width * width - 1]
    // Targets that the model meets exactly have no likelihood: bound their residual away from 0.
    let squares = max(root * root, 1e-12 * total[width * width - 1], .leastNormalMagnitude)
    var fixed = Array(cholesky.lower[(coefficients * width)..<(coefficients * width + coefficients)])
    cholesky.solveTransposed(&fixed, size: coefficients)
    let variance = squares / freedom
    return LinearMixedModel(
      fixed: fixed, factor: factor, residual: variance.squareRoot(),
      criterion: logDeterminant + cholesky.logDeterminant(first: coefficients)
        + freedom * (1 + naturalLogarithm(2 * .pi * variance)))
  }

  /// The Cholesky factor of ΛᵀZᵀZΛ + I, [q, q], and the rows W, [q, p + 1].
  private func reduced(_ group: CrossProducts, _ factor: [Double]) -> (triangle: [Double], rows: [Double]) {
    let q = effects
    var triangle = LinearMixedModel.precision(group.random, factor, effects: q)
    var rows = [Double](repeating: 0, count: q * width)
    for row in 0..<q {
      for column in 0...row {
        var rest = triangle[row * q + column]
        for k in 0..<column { rest -= triangle[row * q + k] * triangle[column * q + k] }
        triangle[row * q + column] = row == column ? rest.squareRoot() : rest / triangle[column * q + column]
      }
      for place in 0..<width {
        var value = 0.0
        for k in row..<q { value += factor[k * q + row] * group.mixed[k * width + place] }
        for k in 0..<row { value -= triangle[row * q + k] * rows[k * width + place] }
        rows[row * width + place] = value / triangle[row * q + row]
      }
    }
    return (triangle, rows)
  }
}
