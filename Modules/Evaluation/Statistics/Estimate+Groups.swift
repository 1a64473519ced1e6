extension Estimate {
  /// Summarises one score of each group, such as a patient.
  ///
  /// ```
  /// mean ± t · s / √n        s² = Σ (xᵢ − mean)² / (n − 1), t the 97.5% quantile of Student's t with n − 1 degrees of freedom
  /// ```
  /// Groups are few, so the interval is wider than the 1.96 standard errors of many episodes: t is 2.26 for ten groups.
  /// - Returns: nil below two groups, where no interval exists.
  public init?(overGroups scores: [Double]) {
    guard let plain = Estimate(scores) else { return nil }
    let factor = studentQuantile(freedom: scores.count - 1) / 1.96
    self.init(
      mean: plain.mean, halfWidth: plain.halfWidth.map { factor * $0 }, count: plain.count, diverged: plain.diverged,
      finiteMean: plain.finiteMean)
  }
}
