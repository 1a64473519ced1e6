import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The standard normal distribution.
public enum NormalDistribution {
  /// The density.
  ///
  /// ```
  /// φ(z) = exp(−z²/2) / √(2π)
  /// ```
  public static func density(_ z: Double) -> Double { exp(-0.5 * z * z) * 0.3989422804014327 }

  /// The probability of a value up to z.
  ///
  /// ```
  /// Φ(z) = erfc(−z / √2) / 2
  /// ```
  /// Its relative error is small in the lower tail; the upper tail is Φ(−z).
  public static func cumulative(_ z: Double) -> Double { 0.5 * erfc(-z * 0.5.squareRoot()) }

  /// The value z with Φ(z) = p: −1.96 for p = 0.025.
  ///
  /// A rational approximation, exact to 4.5e-4, is improved by three steps of Halley's method.
  /// - Parameter probability: p, in 0...1.
  /// - Returns: z; −∞ for p = 0 and ∞ for p = 1.
  /// - SeeAlso: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23.
  public static func quantile(_ probability: Double) -> Double {
    require(probability >= 0 && probability <= 1, "a normal quantile for the probability \(probability)")
    if probability > 0.5 { return -lowerQuantile(1 - probability) }
    return lowerQuantile(probability)
  }

  /// The quantile of a probability in 0...0.5.
  private static func lowerQuantile(_ probability: Double) -> Double {
    if probability == 0 { return -.infinity }
    if probability == 0.5 { return 0 }
    let t = (-2 * log(probability)).squareRoot()
    var z = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
    for _ in 0..<3 {
      let step = (cumulative(z) - probability) / density(z)
      z -= step / (1 + 0.5 * z * step)
    }
    return z
  }
}
