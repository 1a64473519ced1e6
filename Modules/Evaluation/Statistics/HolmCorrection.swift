import Registry

/// Holm's step-down correction of p-values for many comparisons.
///
/// With the p-values in ascending order p₁ ≤ … ≤ pₘ, the adjusted ones are
/// ```
/// p̃ᵢ = min(1, max over j ≤ i of (m − j + 1) pⱼ)
/// ```
/// To call a comparison different where p̃ ≤ α keeps the probability of one or more errors among all m comparisons at or below α.
/// - SeeAlso: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.
public enum HolmCorrection {
  /// Adjusts the p-values of all comparisons.
  ///
  /// - Parameter pValues: The p-values, each in 0...1.
  /// - Returns: The adjusted p-values, in the given order.
  public static func adjusted(_ pValues: [Double]) -> [Double] {
    require(pValues.allSatisfy { (0...1).contains($0) }, "Holm's correction of p-values outside 0...1")
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var adjusted = pValues
    var largest = 0.0
    for (place, index) in order.enumerated() {
      largest = max(largest, min(1, Double(pValues.count - place) * pValues[index]))
      adjusted[index] = largest
    }
    return adjusted
  }

  /// Adjusts p-values where some comparisons have none, such as those of diverged scores.
  ///
  /// - Parameter pValues: The p-values; a comparison without one is not counted in m.
  /// - Returns: The adjusted p-values, in the given order; nil where there was none.
  public static func adjusted(_ pValues: [Double?]) -> [Double?] {
    var known = adjusted(pValues.compactMap(\.self)).makeIterator()
    return pValues.map { $0 == nil ? nil : known.next() }
  }
}
