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
/// division of exact numbers gives the rounded result; `strtod` does the rest.
///
/// - Returns: nil for any other text, and for numbers beyond the range of `Double`.
/// - SeeAlso: Clinger, "How to read floating point numbers accurately", PLDI 1990.
func decimalNumber(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
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
