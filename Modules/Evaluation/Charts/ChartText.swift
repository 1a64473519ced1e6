import Registry

/// Estimates of the room that text takes.
enum ChartText {
  /// An upper estimate of a text's width in pixels, for the common sans-serif fonts.
  ///
  /// gnuplot does not know the font with which a browser shows an SVG. The estimates are the widths of DejaVu Sans, one of the widest.
  static func width(_ text: String, _ fontSize: Double) -> Double {
    fontSize * text.unicodeScalars.reduce(0) { $0 + width($1) }
  }

  /// The text on one line without control characters, shortened to a width with "…" in its middle if needed.
  ///
  /// The end stays, because the names of one algorithm with several settings differ there.
  static func fitted(_ text: String, _ width: Double, _ fontSize: Double) -> String {
    let text = printable(text)
    guard self.width(text, fontSize) > width else { return text }
    let scalars = Array(text.unicodeScalars)
    var (first, last) = (0, scalars.count)
    var room = width / fontSize - 1
    while first < last {
      let isAtStart = first <= scalars.count - last
      room -= self.width(scalars[isAtStart ? first : last - 1])
      if room < 0 { break }
      if isAtStart { first += 1 } else { last -= 1 }
    }
    return "\(joined(scalars[..<first]))…\(joined(scalars[last...]))"
  }

  private static func joined(_ scalars: ArraySlice<Unicode.Scalar>) -> String { String(String.UnicodeScalarView(scalars)) }

  /// The text with escapes for control characters, and without characters that XML forbids.
  static func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in legible(text, limit: nil).unicodeScalars {
      result.append(scalar.value == 0xfffe || scalar.value == 0xffff ? "\u{fffd}" : scalar)
    }
    return String(result)
  }

  private static func width(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", " ", "(", ")", "[", "]", "t", "f", "r", "-", "/": 0.41
    case "m", "w", "W", "M", "@", "%", "…": 1
    case "A"..."Z", "+", "=", "<", ">", "±", "−", "·": 0.84
    case _ where scalar.value >= 0x1100 && scalar.value != 0x2013 && scalar.value != 0x2212: 1.05
    default: 0.64
    }
  }
}
