import Algorithms
import Registry
import Tasks

extension GroupPage {
  /// Time and memory of each line's runs, if they are recorded.
  var costs: [HTML] {
    var rows: [[String]] = []
    for line in group.lines {
      let timings = line.rows.compactMap { $0.folder.flatMap(Timing.recorded(in:)) }
      guard timings.count == line.rows.count, !timings.isEmpty else { continue }
      func mean(_ value: (Timing) -> Double) -> Double { timings.reduce(0) { $0 + value($1) } / Double(timings.count) }
      rows.append([
        line.label, fixed(mean(\.trainingSeconds), 1), fixed(mean(\.testSeconds), 1),
        fixed(mean { $0.trainingSeconds > 0 ? Double($0.iterations) / $0.trainingSeconds : .nan }, 1),
        fixed(Double(timings.map(\.peakBytes).max() ?? 0) / 1e6, 1), "\(timings[0].threads)",
      ])
    }
    guard !rows.isEmpty else { return [] }
    return [
      .heading("Cost"),
      .table(
        HTMLTable(
          ["algorithm", "training s", "test s", "iterations/s", "peak MB", "threads"], rows,
          caption: group.hasSeeds ? "Time and memory of a run, means over seeds" : "Time and memory of a run")),
    ]
  }

  /// The score of the meta-batches during meta-training, and its spread over seeds.
  var learningCurves: [HTML] {
    let series = group.lines.compactMap { line -> CurveChart.Series? in
      let curves = line.rows.compactMap { $0.folder.flatMap { LearningCurve(recordedIn: $0, measure: group.measure) } }
      guard curves.count == line.rows.count, line.run.adaptationSteps > 0 || line.run.iterations > 1 else { return nil }
      let points = LearningCurve.joined(curves, factor: score.measure.factor)
      return points.count < 2 ? nil : .init(name: line.label, points: points)
    }
    guard !series.isEmpty else { return [] }
    return [
      .heading("Meta-training"),
      chart(
        CurveChart(
          title: "\(score.name) of the meta-batches", series: series, xLabel: "iterations", yLabel: score.name,
          bandMeaning: group.hasSeeds ? "from the lowest to the highest seed" : nil), "training"),
      .paragraph("Means over windows of iterations. Meta-batches are drawn from meta-training, so this is no result."),
    ]
  }

  /// Learned hyperparameters at the end of meta-training, and their history.
  var learned: [HTML] {
    var content: [HTML] = []
    for (number, line) in group.lines.enumerated() {
      guard let row = line.rows.first, !row.learned.isEmpty else { continue }
      let name = line.rows.count > 1 ? "\(line.label), seed \(row.run.seed)" : line.label
      let rows = row.learned.map { value in
        [value.hyperparameter, value.parameter ?? "all", value.step.map { "\($0)" } ?? "all"]
          + [value.mean, value.minimum, value.maximum].map { significant($0) }
      }
      let titles = ["hyperparameter", "parameter", "step", "mean", "minimum", "maximum"]
      content.append(.details("Values of \(name)", [.table(HTMLTable(titles, rows, caption: "Learned hyperparameters of \(name)"))]))
      guard let folder = row.folder else { continue }
      let histories = LearningCurve.learned(recordedIn: folder)
      let series = histories.prefix(8).map { CurveChart.Series(name: $0.name, points: $0.points.map { .init(x: $0.x, y: $0.y) }) }
      guard series.contains(where: { $0.points.count > 1 }) else { continue }
      content.append(
        chart(
          CurveChart(title: "Learned hyperparameters of \(name)", series: series, xLabel: "iterations", yLabel: "value"),
          "learned-\(number)"))
      if histories.count > 8 { content.append(.paragraph("The first 8 of \(histories.count) histories are drawn.")) }
    }
    return content.isEmpty ? [] : [.heading("Learned hyperparameters")] + content
  }

  /// Each line's configuration, as far as it differs from the defaults.
  var configuration: [HTML] {
    var content: [HTML] = [.heading(group.task)]
    for line in group.lines {
      let run = line.run
      let defaults = (try? Experiment.settingsHelp(algorithm: run.algorithm, task: run.task, model: run.model)).map { help in
        Dictionary(help.map { ($0.key, $0.defaultValue.description) }) { first, _ in first }
      }
      let own = run.configuration.filter { setting in
        !["algorithm", "task", "seed"].contains(setting.key) && defaults?[setting.key] != setting.value.description
      }
      let entries = own.map { setting in
        (
          term: setting.key,
          value: setting.value.description + (defaults?[setting.key].map { " (default: \($0))" } ?? "")
        )
      }
      content.append(
        .details(
          defaults == nil
            ? "\(line.label): all settings, because its defaults are not known here" : "\(line.label): differences to the defaults",
          [.definitions(entries)]))
    }
    return content
  }

  /// What the results rest on: split, data, versions, and commands that repeat the runs.
  var provenance: [HTML] {
    let list = group.episodes
    var facts = [
      (term: "split", value: list.splitFingerprint), (term: "data", value: list.dataDigest ?? "synthetic"),
      (term: "episodes", value: "\(list.count) of \(list.split.rawValue)"),
    ]
    facts += group.notes.map { (term: "note", value: $0) }
    if let timing = group.rows.compactMap({ $0.folder.flatMap(Timing.recorded(in:)) }).first {
      facts.append((term: "products of matrices", value: timing.products))
    }
    let commands = group.lines.map { line in
      let run = line.run
      let defaults = (try? Experiment.settingsHelp(algorithm: run.algorithm, task: run.task, model: run.model)) ?? []
      let known = Dictionary(defaults.map { ($0.key, $0.defaultValue.description) }) { first, _ in first }
      let settings = run.configuration.filter { known[$0.key].map { [value = $0.value.description] in $0 != value } ?? false }
      return
        (["tools run \(run.algorithm) --task \(run.task) --model \(run.model) --iterations \(run.iterations) --seed \(run.seed)"]
        + settings.map { "--set \(Self.quoted("\($0.key)=\($0.value)"))" }).joined(separator: " \\\n  ")
    }
    return [.heading(group.task), .definitions(facts)] + commands.map { .code($0) }
  }

  /// A word for a shell.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789=._,-+:/".unicodeScalars.contains($0) }
    return isPlain ? text : "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
  }
}
