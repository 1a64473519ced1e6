import Registry

/// A range of numbers with its ticks.
struct ChartAxis {
  let low, high: Double
  let ticks: [Double]
  let isLogarithmic: Bool

  /// The axis for some values; a logarithmic one leaves out all that are not positive.
  ///
  /// - Parameters:
  ///   - values: Values that the range includes, those left out that cannot be drawn.
  ///   - isLogarithmic: Whether equal distances are equal ratios.
  ///   - margin: The part of the range that is added on both sides.
  ///   - most: The largest number of ticks, at least 2.
  init(_ values: [Double], isLogarithmic: Bool = false, margin: Double = 0, most: Int) {
    require(most >= 2, "an axis of \(most) ticks")
    self.isLogarithmic = isLogarithmic
    let drawn = values.filter { $0.isDrawable && (!isLogarithmic || $0 >= 1e-30) }
    let (least, largest) = (drawn.min() ?? (isLogarithmic ? 0.1 : 0), drawn.max() ?? 1)
    if isLogarithmic {
      (low, high) = (least * 0.85, largest * 1.15)
      ticks = Self.logarithmicTicks(low, high, most)
    } else {
      let size = max(abs(least), abs(largest))
      let isPoint = largest - least <= max(size * 1e-9, 1e-30)
      let extra = isPoint ? (size > 1e-29 ? size * 0.1 : 1) : (largest - least) * margin
      (low, high) = (least - extra, largest + extra)
      ticks = Self.linearTicks(low, high, most)
    }
  }

  /// gnuplot's commands for the axis "x" or "y".
  func commands(_ name: String, ticksAreDrawn: Bool = true) -> [String] {
    [
      isLogarithmic ? "set logscale \(name) 10" : "", "set \(name)range [\(low):\(high)]",
      ticksAreDrawn
        ? "set \(name)tics nomirror out scale 0.4 textcolor rgb '\(ChartStyle.text)' (\(ticks.map { "\($0)" }.joined(separator: ", ")))"
        : "",
      "set format \(name) '%g'",
    ].filter { !$0.isEmpty }
  }

  /// The width of the widest tick's text in pixels.
  func labelWidth(_ fontSize: Double) -> Double {
    ticks.map { ChartText.width(Self.label($0), fontSize) }.max() ?? 0
  }

  /// About what gnuplot prints for "%g".
  private static func label(_ value: Double) -> String {
    let size = abs(value)
    if size != 0, size < 1e-4 || size >= 1e6 { return "-1.5e+06" }
    let digits = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 3 : 5
    let text = fixed(value, digits)
    guard text.contains(".") else { return text }
    return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
  }

  /// Multiples of 1, 2 or 5 times a power of ten.
  private static func linearTicks(_ low: Double, _ high: Double, _ most: Int) -> [Double] {
    var unit = 1e-40
    while unit * 10 <= high - low { unit *= 10 }
    // From a tenth of a power of ten to ten of them: one of these has few enough ticks.
    for factor in [0.1, 0.2, 0.5, 1, 2, 5, 10, 20] {
      let step = unit * factor
      let (first, last) = ((low / step - 1e-9).rounded(.up), (high / step + 1e-9).rounded(.down))
      if last - first + 1 <= Double(most), last >= first {
        return stride(from: first, through: last, by: 1).map { rounded($0, step) }
      }
    }
    return []
  }

  /// A multiple of a step, as exact as the step's inverse allows: 3 · 0.1 is 0.3.
  private static func rounded(_ count: Double, _ step: Double) -> Double {
    let inverse = (1 / step).rounded()
    // Adding 0 makes 0 of −0.
    return (step < 1 && inverse < 1e12 ? count / inverse : count * step) + 0
  }

  /// Powers of ten, and their double and quintuple if there are few enough of them.
  private static func logarithmicTicks(_ low: Double, _ high: Double, _ most: Int) -> [Double] {
    var powers: [Double] = []
    for exponent in -32...32 {
      var power = 1.0
      for _ in 0..<abs(exponent) { power *= 10 }
      powers.append(exponent < 0 ? 1 / power : power)
    }
    func inside(_ factors: [Double]) -> [Double] { powers.flatMap { power in factors.map { $0 * power } }.filter { low...high ~= $0 } }
    for factors in [[1, 2, 5], [1, 3], [1]] as [[Double]] {
      let ticks = inside(factors)
      if 2...most ~= ticks.count { return ticks }
    }
    let all = inside([1])
    guard all.count > most else { return linearTicks(low, high, most).filter { $0 > 0 } }
    let every = (all.count + most - 1) / most
    return all.indices.filter { $0 % every == 0 }.map { all[$0] }
  }
}
