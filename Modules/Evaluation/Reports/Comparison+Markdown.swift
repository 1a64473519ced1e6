import Algorithms
import Registry
import Tasks

extension Comparison {
  /// The content of report.md.
  public var markdown: String {
    let intervals = """
      Means over held-out episodes with 95% intervals (1.96·s/√n); every algorithm is tested on the same episodes. \
      `vs best` is the mean over episodes of the difference to the best algorithm, with its interval. \
      `after training's steps` is the score after as many steps as the algorithm adapts by in meta-training; \
      for the baselines, which do not adapt there, it is the final one. \
      A mean over episodes of which some diverged does not exist: their number stands in its place, beside the mean of the others.
      """
    return "# Results\n\n\(intervals)\n\n" + groups.map(\.markdown).joined(separator: "\n")
      + "\nMade by version \(FrameworkVersion.current).\n"
  }
}

extension Comparison.Group {
  fileprivate var markdown: String {
    var text = "## \(task)\n\n\(heading)\n\n\(table(withTime: false).markdown)\n" + shiftMarkdown
    if !failures.isEmpty {
      text += "### Failed\n\n" + failures.map { "- \($0.experiment.ids.algorithm): \($0.reason)\n" }.joined() + "\n"
    }
    if !published.isEmpty {
      var table = TextTable(["algorithm", "published", "how", "source"])
      for (algorithm, entry) in published { table.append([algorithm, entry.result, entry.setting, entry.source]) }
      text += "### Published, for comparison\n\n\(table.markdown)\n"
    }
    if !rows.isEmpty { text += "### Adaptation curves\n\nBefore adaptation (step 0) and after each step.\n\n" }
    for (title, table) in curves { text += "\(title)\n\n\(table.markdown)\n" }
    if !starText.isEmpty { text += "\\\(starText)\n" }
    return text + learnedText + configurationText
  }

  /// Learned hyperparameters by algorithm; empty if there are none.
  private var learnedText: String {
    rows.filter { !$0.learned.isEmpty }.map { row in
      var table = TextTable(["hyperparameter", "parameter", "step", "mean", "minimum", "maximum"])
      for value in row.learned {
        let numbers: [String] = [value.mean, value.minimum, value.maximum].map { significant($0) }
        table.append([value.hyperparameter, value.parameter ?? "all", value.step.map { "\($0)" } ?? "all"] + numbers)
      }
      return "### Learned hyperparameters of \(row.experiment.ids.algorithm)\n\n\(table.markdown)\n"
    }.joined()
  }

  /// The configuration: shared settings once, the others by algorithm.
  private var configurationText: String {
    let experiments = experiments
    let all = experiments.map { $0.configuration.map { "\($0.key)=\($0.value)" } }
    let shared = all.dropFirst().reduce(Set(all[0])) { $0.intersection($1) }
    func list(_ entries: [String]) -> String { entries.map { "`\($0)`" }.joined(separator: " ") }
    var text = "### Configuration\n\n"
    if let digest = episodes.dataDigest { text += "Data: `\(digest)`\n\n" }
    if all.count > 1 { text += "All: \(list(all[0].filter(shared.contains)))\n\n" }
    for (experiment, entries) in zip(experiments, all) {
      let own = all.count > 1 ? entries.filter { !shared.contains($0) } : entries
      text += "- \(experiment.ids.algorithm): \(list(own))\n"
    }
    return text
  }
}
