import Evaluation
import Registry

extension Flag {
  static let outCharts = value("out", "DIR", "Write the charts into this folder.")
  static let format = value(
    "format", "svg|png|pdf", "The format of the charts (default: svg).", in: .choice(ChartFormat.allCases.map(\.rawValue)))
  static let overwriteCharts = toggle("overwrite", "Replace files in the folder.")
}

extension Command {
  /// Writes the charts of a report as files.
  static let plot = Command(
    name: "plot", summary: "Write each chart of the report of finished runs as a file of its own.",
    operand: Operand(placeholder: "RUN", count: .oneOrMore),
    flags: [.outCharts, .format, .rankAt, .overwriteCharts, .quiet],
    discussion: """
      RUN is the --out folder of 'tools run', 'tools evaluate' or 'tools run-all'. The charts are those of report.html, which 'tools
      compare' makes of the same folders. The files are named TASK-CHART: forest, training, adaptation, paths-ALGORITHM, calibration,
      learned-N. gnuplot draws them (Debian's package gnuplot-nox). The diagram of critical differences is always an SVG.
      """
  ) { arguments in
    let out = try arguments.required(.outCharts)
    let format = arguments.text(.format).flatMap { ChartFormat(rawValue: $0) } ?? .svg
    let gnuplot = try Gnuplot()
    let comparison = try arguments.comparison().comparison
    let paths = try comparison.charts.write(to: out, format, by: gnuplot, overwrite: arguments.has(.overwriteCharts))
    if !arguments.has(.quiet) { Console.note("tools: \(paths.count) \(paths.count == 1 ? "chart is" : "charts are") in \(out).") }
    try Console.print(paths.joined(separator: "\n"))
    return .success
  }
}
