import Registry

/// The root of a continuous function between two points where its signs differ.
///
/// Inverse quadratic interpolation where it can be trusted, bisection elsewhere; the interval shrinks until its ends are neighbours
/// within a few units in the last place.
///
/// - Parameters:
///   - low: One end of the interval.
///   - high: The other end.
///   - function: The function; its sign at `low` differs from that at `high`, or one of them is zero.
/// - Returns: The end of the last interval with the smaller value.
/// - SeeAlso: Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function without using
///   derivatives", Advances in Engineering Software 28, 1997.
func root(from low: Double, to high: Double, of function: (Double) -> Double) -> Double {
  // The root lies between `latest` and `opposite`; `previous` is the point before.
  var (latest, opposite) = (high, low)
  var (latestValue, oppositeValue) = (function(high), function(low))
  if latestValue == 0 { return high }
  if oppositeValue == 0 { return low }
  require((latestValue > 0) != (oppositeValue > 0), "a root between \(low) and \(high) without a change of sign")
  var fraction = 0.5
  for _ in 0..<200 {
    let next = latest + fraction * (opposite - latest)
    let value = function(next)
    let (previous, previousValue): (Double, Double)
    if (value > 0) == (latestValue > 0) {
      (previous, previousValue) = (latest, latestValue)
    } else {
      (previous, previousValue) = (opposite, oppositeValue)
      (opposite, oppositeValue) = (latest, latestValue)
    }
    (latest, latestValue) = (next, value)
    let best = abs(latestValue) < abs(oppositeValue) ? latest : opposite
    let tolerance = 2 * best.ulp / abs(opposite - latest)
    if latestValue == 0 { return latest }
    if tolerance > 0.5 { return best }
    let xi = (latest - opposite) / (previous - opposite)
    let phi = (latestValue - oppositeValue) / (previousValue - oppositeValue)
    if phi * phi < xi, (1 - phi) * (1 - phi) < 1 - xi {
      fraction =
        latestValue / (oppositeValue - latestValue) * previousValue / (oppositeValue - previousValue)
        + (previous - latest) / (opposite - latest) * latestValue / (previousValue - latestValue) * oppositeValue
        / (previousValue - oppositeValue)
    } else {
      fraction = 0.5
    }
    fraction = min(max(fraction, tolerance), 1 - tolerance)
  }
  return abs(latestValue) < abs(oppositeValue) ? latest : opposite
}
