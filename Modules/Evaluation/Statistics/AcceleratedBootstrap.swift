extension ConfidenceInterval {
  /// The bias-corrected and accelerated (BCa) bootstrap interval of a mean.
  ///
  /// ```
  /// ends: quantiles of the replicates at Φ(z₀ + (z₀ ± 1.96) / (1 − a (z₀ ± 1.96)))
  /// z₀ = Φ⁻¹(fraction of replicates below the estimate; replicates equal to it count one half)
  /// a  = Σ (xᵢ − x̄)³ / (6 (Σ (xᵢ − x̄)²)^1.5)
  /// ```
  /// For a mean, the jackknife's acceleration has this closed form. The fraction is kept half a replicate away from 0 and 1. If all
  /// numbers are equal, both ends are their mean.
  ///
  /// - Parameters:
  ///   - numbers: Finite numbers, one for each member of the plan; at least two.
  ///   - plan: The resamples.
  /// - SeeAlso: Efron, "Better bootstrap confidence intervals", Journal of the American Statistical Association 82, 1987, section 6.
  public init(acceleratedMeanOf numbers: [Double], plan: BootstrapPlan) {
    let mean = Moments(numbers).mean
    // Distances are relative to the largest, so that their cubes do not overflow.
    let largest = numbers.reduce(0) { max($0, abs($1 - mean)) }
    var (squares, cubes) = (0.0, 0.0)
    for number in numbers where largest > 0 {
      let distance = (number - mean) / largest
      squares += distance * distance
      cubes += distance * distance * distance
    }
    let acceleration = squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
    self.init(estimate: mean, replicates: plan.means(numbers), acceleration: acceleration)
  }

  /// The BCa interval from an estimate, its replicates in any order, and the acceleration.
  package init(estimate: Double, replicates: [Double], acceleration: Double) {
    let sorted = replicates.sorted()
    let count = Double(sorted.count)
    // Rounding moves the mean of a resample; a replicate within it equals the estimate.
    let slack = 1e-12 * max(abs(estimate), sorted.reduce(0) { max($0, abs($1)) })
    var rank = 0.0
    for replicate in sorted {
      if replicate < estimate - slack { rank += 1 } else if replicate <= estimate + slack { rank += 0.5 } else { break }
    }
    let bias = NormalDistribution.quantile(min(max(rank, 0.5), count - 0.5) / count)
    func end(_ z: Double) -> Double {
      let shifted = bias + z
      let remaining = 1 - acceleration * shifted
      // The correction is valid up to its pole; beyond, the extreme replicate is the end.
      let probability = remaining > 0 ? NormalDistribution.cumulative(bias + shifted / remaining) : (z < 0 ? 0 : 1)
      return quantile(probability, ofSorted: sorted)
    }
    self.init(lower: end(-1.959963984540054), upper: end(1.959963984540054))
  }
}
