import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The 97.5% quantile of Student's t distribution: half a 95% interval in standard errors.
///
/// Up to 1000 degrees of freedom, the finite series of the distribution function is inverted by bisection. Beyond, the expansion around
/// the normal quantile z is exact to 1e-9:
/// ```
/// t = z + (z³ + z) / 4ν + (5z⁵ + 16z³ + 3z) / 96ν² + …
/// ```
/// - Parameter freedom: Degrees of freedom ν.
/// - Returns: The number of standard errors: 12.7 for one degree of freedom, 1.96 for many.
/// - Precondition: At least one degree of freedom.
/// - SeeAlso: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3, 26.7.4 and 26.7.5.
package func studentQuantile(freedom: Int) -> Double {
  require(freedom >= 1, "Student's t with \(freedom) degrees of freedom")
  let nu = Double(freedom)
  if freedom > 1000 {
    let z = 1.959963984540054
    return z + (z * z * z + z) / (4 * nu) + (5 * z * z * z * z * z + 16 * z * z * z + 3 * z) / (96 * nu * nu)
  }
  // With t = √ν tan θ, the probability of |T| < t is a finite sum of powers of cos θ.
  var (low, high) = (0.0, Double.pi / 2)
  for _ in 0..<60 {
    let middle = (low + high) / 2
    if probability(within: middle, freedom) < 0.95 { low = middle } else { high = middle }
  }
  return nu.squareRoot() * tan((low + high) / 2)
}

/// The probability of |T| < √ν tan θ.
private func probability(within theta: Double, _ freedom: Int) -> Double {
  let (sine, cosine) = (sin(theta), cos(theta))
  let isOdd = freedom % 2 == 1
  var term = isOdd ? cosine : 1
  var sum = freedom == 1 ? 0 : term
  // Odd: 1, 2/3, 2·4/(3·5), …; even: 1, 1/2, 1·3/(2·4), …
  for power in stride(from: isOdd ? 3 : 2, through: freedom - 2, by: 2) {
    term *= cosine * cosine * Double(power - 1) / Double(power)
    sum += term
  }
  return isOdd ? 2 / .pi * (theta + sine * sum) : sine * sum
}
