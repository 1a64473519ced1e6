/// The straight line with the least sum of squared relative distances from given points.
///
/// The distances are relative, so that small values weigh as much as large ones.
public struct StraightLine: Sendable, Hashable {
  /// The value at x = 0.
  public let offset: Double
  /// The increase per unit of x.
  public let slope: Double
  /// The largest distance of a point from the line, as a fraction of the point's value.
  public let largestResidual: Double

  /// Fits a line; nil for fewer than two different x, or if a y is not positive and finite.
  public init?(_ points: [(x: Double, y: Double)]) {
    guard points.allSatisfy({ $0.y > 0 && $0.y.isFinite }), Set(points.map(\.x)).count >= 2 else { return nil }
    // Least squares of (y − a − b·x)/y.
    var (w, wx, wy, wxx, wxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for (x, y) in points {
      let weight = 1 / (y * y)
      w += weight
      wx += weight * x
      wy += weight * y
      wxx += weight * x * x
      wxy += weight * x * y
    }
    let slope = (w * wxy - wx * wy) / (w * wxx - wx * wx)
    let offset = (wy - slope * wx) / w
    self.slope = slope
    self.offset = offset
    largestResidual = points.map { abs($0.y - offset - slope * $0.x) / $0.y }.max() ?? 0
  }
}
