/// The median of scores, a loss by a task for example.
///
/// Scores that are not finite take part. Not-a-number ranks as the worst of scores: above every number where less is better, as of
/// losses, below where more is. So a few diverged tasks move the median no further than as many bad ones.
/// - Parameters:
///   - scores: One number a task.
///   - moreIsBetter: True for accuracies.
/// - Returns: The middle score, or the mean of the two middle ones; nil for no scores, or where a middle one is not finite.
public func median(_ scores: [Double], moreIsBetter: Bool = false) -> Double? {
  guard !scores.isEmpty else { return nil }
  let worst = moreIsBetter ? -Double.infinity : .infinity
  let sorted = scores.map { $0.isNaN ? worst : $0 }.sorted()
  let middle = sorted.count / 2
  let value = sorted.count.isMultiple(of: 2) ? sorted[middle - 1] / 2 + sorted[middle] / 2 : sorted[middle]
  return value.isFinite ? value : nil
}
