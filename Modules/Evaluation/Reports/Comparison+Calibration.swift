import Registry

extension Comparison.Line {
  /// The calibrations of the runs in a mode; nil if one has none.
  func calibrations(_ mode: String) -> [TestCalibration]? {
    let all = rows.compactMap { $0.result.mode(mode)?.calibration }
    return all.count == rows.count ? all : nil
  }

  /// The bins of all runs together in a mode, empty ones left out; nil without a calibration.
  func reliability(_ mode: String) -> CalibrationChart.Series? {
    guard let calibrations = calibrations(mode) else { return nil }
    let runs = calibrations.compactMap(\.calibration)
    guard let number = runs.map(\.bins.count).min() else { return nil }
    let bins = (0..<number).compactMap { place -> CalibrationChart.Bin? in
      let own = runs.map { $0.bins[place] }
      let count = own.reduce(0) { $0 + $1.count }
      guard count > 0 else { return nil }
      func mean(_ value: (Calibration.Bin) -> Double?) -> Double {
        own.reduce(0) { $0 + Double($1.count) / Double(count) * (value($1) ?? 0) }
      }
      return .init(confidence: mean(\.confidence), accuracy: mean(\.accuracy), count: count)
    }
    return .init(name: label, bins: bins)
  }
}

extension Comparison.Group {
  /// What the table of calibration shows.
  var calibrationNote: String {
    let seeds = hasSeeds ? " With several seeds, the three are means over seeds, and the others are sums." : ""
    return """
      Of the query predictions of all held-out episodes, after as many steps as each algorithm adapts by in meta-training: the expected \
      calibration error over 15 bins, ECE (Guo et al., 2017), the negative log-likelihood in nats, NLL, and the Brier score over all \
      classes, from 0 to 2; lower is better.\(seeds) Predictions that are not numbers are left out.
      """
  }

  /// One row for each algorithm and mode with class probabilities; nil if there is none.
  var calibrationTable: TextTable? {
    let modes = (rows.first?.result.modes ?? []).map(\.name)
    var table = TextTable(["algorithm", "normalisation", "steps", "ECE %", "NLL", "Brier", "predictions", "left out"])
    for line in lines {
      for mode in modes {
        guard let all = line.calibrations(mode), let first = all.first else { continue }
        let known = all.compactMap(\.calibration)
        func mean(_ value: (Calibration) -> Double) -> Double? {
          known.count < all.count ? nil : known.reduce(0) { $0 + value($1) } / Double(known.count)
        }
        table.append([
          line.label, mode, "\(first.step)", fixed(mean { 100 * $0.expectedError }, 2), fixed(mean(\.negativeLogLikelihood), 4),
          fixed(mean(\.brierScore), 4), "\(known.reduce(0) { $0 + $1.count })", "\(all.reduce(0) { $0 + $1.leftOut })",
        ])
      }
    }
    return table.rows.isEmpty ? nil : table
  }

  /// The table of calibration below the adaptation curves; empty without class probabilities.
  var calibrationText: String {
    guard let table = calibrationTable else { return "" }
    return "\ncalibration: error over 15 bins, negative log-likelihood in nats, Brier score; lower is better\n\n\(table.text)"
  }

  /// The reliability diagram of the headline's mode; nil without predictions.
  var calibrationChart: CalibrationChart? {
    guard let mode = rows.first?.result.modes[0] else { return nil }
    let series = lines.compactMap { $0.reliability(mode.name) }.filter { !$0.bins.isEmpty }
    let name = mode.name == "none" ? "" : ", tested \(mode.name)"
    return series.isEmpty ? nil : CalibrationChart(title: "Reliability of the predictions\(name)", series: series)
  }
}

extension GroupPage {
  /// How well predicted probabilities agree with what happens, for classification.
  var calibration: [HTML] {
    guard let numbers = group.calibrationTable else { return [] }
    return [.heading("Calibration"), .paragraph(group.calibrationNote), .table(table(numbers, "Calibration"))]
      + (group.calibrationChart.map { [chart($0, "calibration")] } ?? [])
  }
}
