import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The regularised incomplete beta function, from which the distributions of Student's t and of F follow.
///
/// ```
/// I_x(a, b) = x^a y^b / (a B(a, b)) · 1 / (1 + d₁ / (1 + d₂ / (1 + …)))        y = 1 − x
/// d₂ₘ = m (b − m) x / ((a + 2m − 1)(a + 2m))        d₂ₘ₊₁ = −(a + m)(a + b + m) x / ((a + 2m)(a + 2m + 1))
/// ```
/// The fraction converges fast for x < (a + 1) / (a + b + 2); elsewhere I_x(a, b) = 1 − I_y(b, a) is used.
///
/// - Parameters:
///   - x: The upper limit, in 0...1.
///   - y: 1 − x, which the caller computes without cancellation.
///   - a: First shape, positive.
///   - b: Second shape, positive.
/// - Returns: I_x(a, b), in 0...1, with a relative error of about 1e-13, or 1e-16 times the larger shape.
/// - SeeAlso: DLMF 8.17.4 and 8.17.22, <https://dlmf.nist.gov/8.17>.
func incompleteBeta(_ x: Double, complement y: Double, _ a: Double, _ b: Double) -> Double {
  require(a > 0 && b > 0 && a.isFinite && b.isFinite, "the incomplete beta function with the shapes \(a) and \(b)")
  require(x >= 0 && y >= 0 && abs(x + y - 1) < 1e-9, "the incomplete beta function of \(x), complement \(y)")
  if x == 0 { return 0 }
  if y == 0 { return 1 }
  if x <= (a + 1) / (a + b + 2) { return betaFactor(x, y, a, b) / (a * betaFraction(x, a, b)) }
  return 1 - betaFactor(y, x, b, a) / (b * betaFraction(y, b, a))
}

/// 1 + d₁ / (1 + d₂ / (1 + …)), by the modified Lentz algorithm.
private func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let tiny = 1e-300
  func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var fraction = 1.0
  var numerator = 1.0
  var denominator = 0.0
  // About the square root of the larger shape steps are needed; the bound only ends the loop for certain.
  let bound = 1000 + 20 * Int(max(a, b).squareRoot())
  for step in 1...bound {
    let m = Double(step / 2)
    let even = step.isMultiple(of: 2)
    let d =
      even
      ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    denominator = 1 / kept(1 + d * denominator)
    numerator = kept(1 + d / numerator)
    let change = numerator * denominator
    fraction *= change
    if abs(change - 1) < 1e-16 { break }
  }
  return fraction
}

/// The factor x^a y^b / B(a, b), without the cancellation of large logarithms.
///
/// With lnΓ(z) = (z − ½) ln z − z + ½ ln 2π + r(z), all large terms combine to logarithms of numbers near 1.
private func betaFactor(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
  let excess = x * b - y * a
  // The logarithms of x (a + b) / a and y (a + b) / b.
  let first = excess / a < -0.5 ? log(x) + log1p(b / a) : log1p(excess / a)
  let second = excess / b > 0.5 ? log(y) + log1p(a / b) : log1p(-excess / b)
  let remainder = stirlingRemainder(a + b) - stirlingRemainder(a) - stirlingRemainder(b)
  return exp(a * first + b * second + remainder) * (a / (a + b) * b / (2 * .pi)).squareRoot()
}

/// The remainder r of Stirling's formula: lnΓ(z) = (z − ½) ln z − z + ½ ln 2π + r(z).
///
/// - SeeAlso: DLMF 5.11.1, <https://dlmf.nist.gov/5.11>.
private func stirlingRemainder(_ z: Double) -> Double {
  if z < 12 {
    // From Γ(z + 1) = z Γ(z): r(z) = r(z + 1) − 1 + (z + ½) ln(1 + 1/z).
    return stirlingRemainder(z + 1) + (z + 0.5) * log1p(1 / z) - 1
  }
  let square = 1 / (z * z)
  let coefficients = [1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360_360, 1.0 / 156]
  return coefficients.reversed().reduce(0) { $0 * square + $1 } / z
}
