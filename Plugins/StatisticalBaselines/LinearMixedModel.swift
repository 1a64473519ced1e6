import Registry

/// A linear mixed model: fixed effects β for all groups, and random effects bᵢ of each group.
///
/// ```
/// yᵢ = Xᵢβ + Zᵢbᵢ + εᵢ        bᵢ ~ N(0, σ²ΛΛᵀ)        εᵢ ~ N(0, σ²I)
/// ```
/// - SeeAlso: Laird and Ware, Biometrics 38, 1982, <https://doi.org/10.2307/2529876>.
public struct LinearMixedModel: Sendable, Hashable {
  /// Fixed effects β, one for each column of X; 0 for a column that depends linearly on the columns before it.
  public let fixed: [Double]
  /// The lower-triangular factor Λ of the random effects' covariance in units of σ², [q, q] row by row.
  public let factor: [Double]
  /// Standard deviation σ of the residuals.
  public let residual: Double
  /// Minus twice the logarithm of the restricted likelihood.
  public let criterion: Double

  /// The rows of a group.
  public struct Group: Sendable {
    /// Inputs with fixed effects: rows of p numbers; a column of ones is the intercept.
    public let x: [[Double]]
    /// Inputs with random effects: rows of q numbers.
    public let z: [[Double]]
    /// Targets.
    public let y: [Double]

    /// A group of as many rows x and z as targets.
    public init(x: [[Double]], z: [[Double]], y: [Double]) {
      (self.x, self.z, self.y) = (x, z, y)
    }
  }

  /// Estimates a model from grouped rows by restricted maximum likelihood (REML).
  ///
  /// ```swift
  /// let fit = try LinearMixedModel.fit(groups)   // sleepstudy: fixed [251.405, 10.467], deviations [24.74, 5.92], residual 25.59
  /// ```
  /// - Throws: ``MixedModelError`` if rows do not fit together, or if there are too few.
  public static func fit(_ groups: [Group]) throws(MixedModelError) -> LinearMixedModel {
    guard let first = groups.first(where: { !$0.y.isEmpty }) else { throw .tooFewRows(0) }
    let (p, q) = (first.x.first?.count ?? 0, first.z.first?.count ?? 0)
    let width = q + p + 1
    var products: [CrossProducts] = []
    for (number, group) in groups.enumerated() {
      let sizes = group.x.map(\.count) + group.z.map(\.count)
      guard group.x.count == group.y.count, group.z.count == group.y.count, group.x.allSatisfy({ $0.count == p }),
        group.z.allSatisfy({ $0.count == q }), p > 0, q > 0
      else { throw .rows(group: number, targets: group.y.count, sizes: sizes) }
      var sums = [Double](repeating: 0, count: width * width)
      for row in group.y.indices {
        let values = group.z[row] + group.x[row] + [group.y[row]]
        guard values.allSatisfy(\.isFinite) else { throw .notFinite(group: number, row: row) }
        for i in 0..<width { for j in 0..<width { sums[i * width + j] += values[i] * values[j] } }
      }
      products.append(
        CrossProducts(
          sums, width: width, rows: group.y.count, random: Array(0..<q), fixed: Array(q..<(q + p)), target: q + p))
    }
    guard let model = fit(products, effects: q, coefficients: p) else { throw .tooFewRows(groups.reduce(0) { $0 + $1.y.count }) }
    return model
  }

  /// Estimates a model from the products of each group's columns; nil if there are no more rows than fixed effects.
  static func fit(_ groups: [CrossProducts], effects q: Int, coefficients p: Int) -> LinearMixedModel? {
    let likelihood = RestrictedLikelihood(groups, effects: q, coefficients: p)
    let start = (0..<q).flatMap { row in (0...row).map { $0 == row ? 1.0 : 0.0 } }
    let best = minimum(near: start) { likelihood.profiled(likelihood.factor($0))?.criterion ?? .infinity }
    return likelihood.profiled(likelihood.factor(best))
  }
}

/// Grouped rows that no mixed model can be estimated from.
public enum MixedModelError: Error, Hashable, CustomStringConvertible {
  /// A group's x, z and y have different numbers of rows, or rows of different lengths.
  case rows(group: Int, targets: Int, sizes: [Int])
  case notFinite(group: Int, row: Int)
  case tooFewRows(Int)

  public var description: String {
    switch self {
    case .rows(let group, let targets, let sizes):
      "group \(group) has \(targets) targets and rows of \(sizes) numbers; give each target one row x and one row z, all of one length."
    case .notFinite(let group, let row): "row \(row) of group \(group) holds a number that is not finite; leave the row out."
    case .tooFewRows(let rows): "\(rows) rows are no more than the fixed effects; give more rows."
    }
  }
}
