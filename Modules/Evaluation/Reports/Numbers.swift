import Registry

/// A number with fixed decimals ("0.67"), in scientific notation from a million on, "-" if it is not finite.
package func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "-" }
  let powers = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6]
  require(powers.indices.contains(digits), "a number with \(digits) decimals")
  if abs(value) >= 1e6 {
    var exponent = 0
    var mantissa = abs(value)
    while mantissa >= 9.995 {
      mantissa /= 10
      exponent += 1
    }
    return "\(value < 0 ? "-" : "")\(fixed(mantissa, 2))e\(exponent)"
  }
  let scaled = Int((abs(value) * powers[digits]).rounded(.toNearestOrEven))
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard digits > 0 else { return "\(sign)\(scaled)" }
  let unit = Int(powers[digits])
  let fraction = String(scaled % unit)
  return "\(sign)\(scaled / unit).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
}

/// An optional number with fixed decimals, "-" for nil.
func fixed(_ value: Double?, _ digits: Int) -> String { value.map { fixed($0, digits) } ?? "-" }

/// A number with four significant digits: "0.01234", "1.234e-08".
func significant(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "-" }
  var exponent = 0
  var mantissa = abs(value)
  while mantissa >= 9.9995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
  while mantissa < 0.99995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
  if (-3...3).contains(exponent) { return fixed(value, 3 - min(exponent, 3)) }
  return "\(value < 0 ? "-" : "")\(fixed(mantissa, 3))e\(exponent)"
}
