import Algorithms
import Registry
import Tasks

extension Comparison {
  /// The content of report.html: one page without scripts, which needs no network.
  ///
  /// Learning curves and times come from metrics.jsonl and timing.json in the folders of the runs, where they are known.
  public var html: String { html(gnuplot: try? Gnuplot()) }

  /// The same page, drawn by a given program; without one, the page has the tables and says so.
  package func html(gnuplot: Gnuplot?) -> String { html(gnuplot: gnuplot, nil) }

  /// The same page, whose charts are collected.
  func html(gnuplot: Gnuplot?, _ collector: ChartCollector?) -> String {
    let groups = groups.enumerated().map { GroupPage(group: $1, place: $0, gnuplot: gnuplot, collector: collector) }
    var introduction = groups.map { HTML.lead($0.answer) }
    if gnuplot == nil {
      introduction.append(.note("Charts are left out, because gnuplot was not found. Their numbers are in the tables."))
    }
    var sections = groups.map(\.section)
    if groups.count > 1 { sections.append(HTMLPage.Section("All tasks", familyRanks(collector))) }
    sections += aggregates.section(gnuplot, collector).map { [$0] } ?? []
    sections.append(HTMLPage.Section("Configuration", groups.flatMap(\.configuration)))
    sections.append(HTMLPage.Section("How to repeat this", groups.flatMap(\.provenance)))
    let tasks = self.groups.map(\.task)
    let count = Set(rows.map(\.run.algorithm)).count
    return HTMLPage(
      title: "Comparison on \(tasks.joined(separator: ", "))",
      subtitle: "\(count) algorithm\(count == 1 ? "" : "s"), \(rows.count) run\(rows.count == 1 ? "" : "s")", introduction: introduction,
      sections: sections, footer: "Made by tools \(FrameworkVersion.current)."
    ).text
  }
}
