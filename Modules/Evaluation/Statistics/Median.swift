/// The median of scores, such as the losses of tasks.
///
/// Scores that are not finite are included. NaN ranks as the worst score: above every number if less is better, below if more is
/// better. So a few diverged tasks move the median no further than as many bad ones.
/// - Parameters:
///   - scores: One number for each task.
///   - isMoreBetter: Whether a larger score is better, as for accuracies.
/// - Returns: The middle score, or the mean of the two middle ones; nil for no scores, or if a middle one is not finite.
public func median(_ scores: [Double], isMoreBetter: Bool = false) -> Double? {
  guard !scores.isEmpty else { return nil }
  let worst = isMoreBetter ? -Double.infinity : .infinity
  let sorted = scores.map { $0.isNaN ? worst : $0 }.sorted()
  let middle = sorted.count / 2
  let value = sorted.count.isMultiple(of: 2) ? sorted[middle - 1] / 2 + sorted[middle] / 2 : sorted[middle]
  return value.isFinite ? value : nil
}
