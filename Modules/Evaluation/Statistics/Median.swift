/// The median of scores, a loss by a task for example.
///
/// Scores that are not finite take part: infinity and not-a-number rank above every number, as the worst of losses, and minus
/// infinity below. So a few diverged tasks move the median no further than as many bad ones.
/// - Returns: The middle score, or the mean of the two middle ones; nil for no scores, or where a middle one is not finite.
public func median(_ scores: [Double]) -> Double? {
  guard !scores.isEmpty else { return nil }
  let sorted = scores.map { $0.isNaN ? .infinity : $0 }.sorted()
  let middle = sorted.count / 2
  let value = sorted.count.isMultiple(of: 2) ? sorted[middle - 1] / 2 + sorted[middle] / 2 : sorted[middle]
  return value.isFinite ? value : nil
}
