import Algorithms
import Registry
package import TensorCore

/// The charts of a report, in the order of the page.
package struct ReportCharts: Sendable {
  /// What a chart is drawn by.
  private enum Drawing: Sendable {
    case chart(any Chart)
    case diagram(CriticalDifferenceDiagram)
  }

  private var drawings: [(name: String, drawing: Drawing)] = []

  init() {}

  /// Adds a chart; its name is the beginning of a file's name.
  mutating func add(_ chart: some Chart, _ name: String) { drawings.append((Self.fileName(name), .chart(chart))) }

  mutating func add(_ diagram: CriticalDifferenceDiagram, _ name: String) { drawings.append((Self.fileName(name), .diagram(diagram))) }

  /// The names of the files of a format.
  ///
  /// The diagram of critical differences is drawn without gnuplot, and is an SVG in any case.
  package func names(_ format: ChartFormat) -> [String] {
    drawings.map { name, drawing in
      switch drawing {
      case .chart: "\(name).\(format.rawValue)"
      case .diagram: "\(name).svg"
      }
    }
  }

  /// Letters, digits, hyphens, points and underscores stay; anything else becomes a hyphen.
  private static func fileName(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789-._".unicodeScalars.contains(scalar)) ? scalar : "-"
        }))
  }

  /// A reason why the charts are not written.
  package enum Failure: Error, Hashable, CustomStringConvertible {
    /// The report has no chart.
    case none
    /// A file would be written over.
    case exists(path: String)
    /// The path exists and is not a folder, or the folder cannot be created; `code` is errno, nil for the former.
    case folder(path: String, code: Int32?)
    /// gnuplot fails.
    case gnuplot(GnuplotError)
    /// A file cannot be written.
    case file(FileError)

    package var description: String {
      switch self {
      case .none: "the report of these runs has no chart: a curve needs adaptation steps or a recorded training, and intervals two runs."
      case .exists(let path): "\(legible(path, limit: nil)) exists; name another folder with --out, or replace it with --overwrite."
      case .folder(let path, nil): "\(legible(path, limit: nil)) is not a folder; name another one with --out."
      case .folder(let path, let code?):
        "the folder '\(legible(path, limit: nil))' cannot be created: \(reason(code)); name another one with --out."
      case .gnuplot(let error): error.description
      case .file(let error): error.description
      }
    }
  }

  /// Writes each chart as a file of its own.
  ///
  /// All files are drawn before the first is written, so that a failure leaves the folder as it was.
  /// - Parameters:
  ///   - folder: The folder; it is created with its parents.
  ///   - format: The format of the files.
  ///   - gnuplot: The program that draws them.
  ///   - overwrite: Whether to replace files.
  /// - Returns: The paths of the files, in the order of the page.
  /// - Throws: ``Failure``
  package func write(to folder: String, _ format: ChartFormat, by gnuplot: Gnuplot, overwrite: Bool) throws(Failure) -> [String] {
    guard !drawings.isEmpty else { throw .none }
    var folder = folder
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    if exists(folder), !isFolder(folder) { throw .folder(path: folder, code: nil) }
    let paths = names(format).map { "\(folder)/\($0)" }
    if !overwrite, let path = paths.first(where: { exists($0) }) { throw .exists(path: path) }
    var contents: [[UInt8]] = []
    for (_, drawing) in drawings {
      switch drawing {
      case .diagram(let diagram): contents.append(Array(diagram.file.utf8))
      case .chart(let chart):
        do { contents.append(try gnuplot.file(chart, format)) } catch { throw .gnuplot(error) }
      }
    }
    if let code = makeFolder(folder) { throw .folder(path: folder, code: code) }
    for (path, content) in zip(paths, contents) {
      do { try AtomicFile.write(content, to: path) } catch { throw .file(error) }
    }
    return paths
  }
}

/// Collects the charts of a page while the page is made.
final class ChartCollector {
  private(set) var charts = ReportCharts()

  func add(_ chart: some Chart, _ name: String) { charts.add(chart, name) }

  func add(_ diagram: CriticalDifferenceDiagram, _ name: String) { charts.add(diagram, name) }
}

extension Comparison {
  /// The charts of report.html.
  package var charts: ReportCharts {
    let collector = ChartCollector()
    _ = html(gnuplot: nil, collector)
    return collector.charts
  }
}
