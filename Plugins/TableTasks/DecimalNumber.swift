#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Parses a decimal number, correctly rounded, without creating a `String`.
///
/// The form is `[+-]digits[.digits][e[+-]digits]`, with spaces around it. Up to 2⁵³ and powers of ten up to 10²², one multiplication or
/// division of exact numbers gives the rounded result. With up to 19 digits, ``quotient(_:_:)`` does. `strtod` does the rest.
///
/// - Returns: nil for any other text, and for numbers beyond the range of `Double`.
/// - SeeAlso: Clinger, "How to read floating point numbers accurately", PLDI 1990.
package func decimalNumber(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
  var (position, end) = (0, text.count)
  while position < end, text[position] == UInt8(ascii: " ") { position += 1 }
  while position < end, text[end - 1] == UInt8(ascii: " ") { end -= 1 }
  let start = position
  let isNegative = position < end && text[position] == UInt8(ascii: "-")
  if isNegative || position < end && text[position] == UInt8(ascii: "+") { position += 1 }

  var significand: UInt64 = 0
  var (digits, significant, exponent) = (0, 0, 0)
  var isFraction = false
  while position < end {
    let digit = text[position] &- UInt8(ascii: "0")
    if digit <= 9 {
      digits += 1
      if significant > 0 || digit > 0 { significant += 1 }
      // Beyond 19 digits the significand is not used.
      significand = significand &* 10 &+ UInt64(digit)
      if isFraction { exponent -= 1 }
    } else if text[position] == UInt8(ascii: "."), !isFraction {
      isFraction = true
    } else {
      break
    }
    position += 1
  }
  guard digits > 0 else { return nil }
  if position < end, text[position] | 0x20 == UInt8(ascii: "e") {
    position += 1
    let isSmall = position < end && text[position] == UInt8(ascii: "-")
    if isSmall || position < end && text[position] == UInt8(ascii: "+") { position += 1 }
    guard position < end else { return nil }
    var power = 0
    while position < end {
      let digit = text[position] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      power = min(power * 10 + Int(digit), 100_000)
      position += 1
    }
    exponent += isSmall ? -power : power
  }
  guard position == end else { return nil }

  if significant <= 19, significand <= 1 << 53, -22...22 ~= exponent {
    let exact = Double(significand)
    let value = exponent < 0 ? exact / powersOfTen[-exponent] : exact * powersOfTen[exponent]
    return isNegative ? -value : value
  }
  if significant <= 19, -19...0 ~= exponent {
    let value = quotient(significand, -exponent)
    return isNegative ? -value : value
  }
  return withUnsafeTemporaryAllocation(of: CChar.self, capacity: end - start + 1) { buffer -> Double? in
    for place in start..<end { buffer.initializeElement(at: place - start, to: CChar(bitPattern: text[place])) }
    buffer.initializeElement(at: end - start, to: 0)
    guard let base = buffer.baseAddress else { return nil }
    var stop: UnsafeMutablePointer<CChar>?
    let value = strtod(base, &stop)
    // In a locale with a decimal comma, strtod stops at the point.
    return value.isFinite && stop == base + (end - start) ? value : nil
  }
}

/// The powers of ten that `Double` represents exactly.
private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]

/// m / 10ᵏ, correctly rounded: an integer division gives 63 or 64 bits, and the remainder decides between neighbours.
///
/// - Precondition: m > 0, and k is in 0...19.
private func quotient(_ m: UInt64, _ k: Int) -> Double {
  let divisor = integerPowersOfTen[k]
  let (zeros, divisorZeros) = (m.leadingZeroBitCount, divisor.leadingZeroBitCount)
  // Both have their highest bit set, so the quotient of m · 2⁶³ is between 2⁶² and 2⁶⁴.
  let (high, low) = ((m << zeros) >> 1, (m << zeros) << 63)
  let (bits, remainder) = (divisor << divisorZeros).dividingFullWidth((high, low))
  return Double(remainder == 0 ? bits : bits | 1) * Double(sign: .plus, exponent: divisorZeros - zeros - 63, significand: 1)
}

private let integerPowersOfTen: [UInt64] = (0..<19).reduce(into: [1]) { powers, _ in powers.append(powers[powers.count - 1] * 10) }
