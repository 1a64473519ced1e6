import Algorithms

extension GroupPage {
  /// Paths before adaptation and after the last step, for environments in the plane: one chart for each algorithm.
  var paths: [HTML] {
    let charts = group.lines.compactMap { line -> HTML? in
      let all = line.rows.first?.result.modes[0].paths ?? []
      let last = all.map(\.step).max() ?? 0
      let series = all.filter { $0.step == 0 || $0.step == last }.sorted { ($0.episode, $0.step) < ($1.episode, $1.step) }.map { path in
        PathChart.Series(
          name: "episode \(path.episode), \(path.step == 0 ? "before" : "after \(path.step)")",
          goal: PathChart.Point(x: path.goal.x, y: path.goal.y), points: path.positions.map { PathChart.Point(x: $0.x, y: $0.y) })
      }
      guard !series.isEmpty else { return nil }
      return chart(PathChart(title: "\(line.label): paths before and after adaptation", series: series), "paths-\(line.label)")
    }
    return charts.isEmpty ? [] : [.heading("Paths")] + charts
  }
}
