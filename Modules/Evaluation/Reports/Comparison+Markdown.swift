import Algorithms
import Registry
import Tasks

extension Comparison {
  /// The content of report.md.
  public var markdown: String {
    let steps =
      switch rankAt {
      case .trained:
        "Algorithms are ranked by the score after as many steps as each adapts by in meta-training, and those that do not adapt there by the "
          + "score after the last step."
      case .last: "Algorithms are ranked by the score after the last step."
      case .step(let steps): "Algorithms are ranked by the score after \(steps) \(steps == 1 ? "step" : "steps")."
      }
    let intervals = """
      Means over held-out episodes with 95% intervals (1.96·s/√n); every algorithm is tested on the same episodes. \
      With several seeds, each seed's mean is one observation, and the intervals are over seeds (Student's t). \
      \(steps) \
      `vs best` is the mean of the paired difference to the best algorithm, with its interval. \
      Algorithms that share a letter in `group` cannot be told apart (paired t test, Holm's correction over all pairs, 5%). \
      A mean over episodes of which some diverged does not exist: the median and their number stand in its place.
      """
    let reach = """

      `iterations to` is the first validation that reaches the score; without validations, it is the end of the first hundredth of the \
      meta-training whose mean over meta-batches does.

      """
    return "# Results\n\n\(intervals)\n\(target == nil ? "" : reach)\n" + groups.map(\.markdown).joined(separator: "\n")
      + aggregates.markdown
      + "\nMade by version \(FrameworkVersion.current).\n"
  }
}

extension Comparison.Group {
  fileprivate var markdown: String {
    var text = "## \(task)\n\n\(heading)\n\n\(table(withTime: false).markdown)\n" + shiftMarkdown
    if !failures.isEmpty {
      text += "### Failed\n\n" + failures.map { "- \(name(of: $0)): \($0.reason)\n" }.joined() + "\n"
    }
    if !published.isEmpty {
      var table = TextTable(["algorithm", "published", "how", "source"])
      for (algorithm, entry) in published { table.append([algorithm, entry.result, entry.setting, entry.source]) }
      text += "### Published, for comparison\n\n\(table.markdown)\n"
    }
    text += statisticsMarkdown
    if !rows.isEmpty { text += "### Adaptation curves\n\nBefore adaptation (step 0) and after each step.\n\n" }
    for (title, table) in curves { text += "\(title)\n\n\(table.markdown)\n" }
    if !starText.isEmpty { text += "\\\(starText)\n" }
    text += samplingMarkdown
    if let table = calibrationTable { text += "### Calibration\n\n\(calibrationNote)\n\n\(table.markdown)\n" }
    return text + learnedText + configurationText
  }

  /// The notes of all runs on the data, each once.
  var notes: [String] {
    var known: Set<String> = []
    return runs.flatMap(\.notes).filter { known.insert($0).inserted }
  }

  /// Learned hyperparameters by algorithm; empty if there are none.
  private var learnedText: String {
    let byLine = lines.flatMap { line in
      line.rows.map { (name: line.rows.count > 1 ? "\(line.label), seed \($0.run.seed)" : line.label, row: $0) }
    }
    return byLine.filter { !$0.row.learned.isEmpty }.map { name, row in
      var table = TextTable(["hyperparameter", "parameter", "step", "mean", "minimum", "maximum"])
      for value in row.learned {
        let numbers: [String] = [value.mean, value.minimum, value.maximum].map { significant($0) }
        table.append([value.hyperparameter, value.parameter ?? "all", value.step.map { "\($0)" } ?? "all"] + numbers)
      }
      return "### Learned hyperparameters of \(name)\n\n\(table.markdown)\n"
    }.joined()
  }

  /// The configuration: shared settings once, the others by algorithm.
  private var configurationText: String {
    // The runs of a line differ in the seed alone.
    let owners =
      lines.map { (name: $0.label, run: $0.run, seeds: $0.seeds) }
      + failures.map { (name: name(of: $0), run: $0.run, seeds: [$0.run.seed]) }
    let all = owners.map { owner in
      owner.run.configuration.map { setting in
        let isSeeds = setting.key == "seed" && owner.seeds.count > 1
        return isSeeds ? "seeds=\(owner.seeds.map { "\($0)" }.joined(separator: ","))" : "\(setting.key)=\(setting.value)"
      }
    }
    let shared = all.dropFirst().reduce(Set(all[0])) { $0.intersection($1) }
    func list(_ entries: [String]) -> String { entries.map { "`\($0)`" }.joined(separator: " ") }
    var text = "### Configuration\n\n"
    if let digest = episodes.dataDigest { text += "Data: `\(digest)`\n\n" }
    if !notes.isEmpty { text += notes.map { "- Note: \($0)\n" }.joined() + "\n" }
    if all.count > 1 { text += "All: \(list(all[0].filter(shared.contains)))\n\n" }
    for (owner, entries) in zip(owners, all) {
      let own = all.count > 1 ? entries.filter { !shared.contains($0) } : entries
      text += "- \(owner.name): \(list(own))\n"
    }
    return text
  }
}
