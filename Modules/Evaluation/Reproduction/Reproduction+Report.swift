import Registry
import Tasks

extension Reproduction {
  private var cells: [ReproducedCell] { tested.flatMap { tested in tested.test.cells.map { ReproducedCell(tested, $0) } } }

  private var seedCount: Int { tested.map(\.line.rows.count).max() ?? 0 }

  private var heading: String {
    let seeds = seedCount == 1 ? "seed \(tested.first?.line.seeds.first ?? 0)" : "\(seedCount) seeds"
    return "\(preset.name)\(isQuick ? " (quick)" : "") · \(preset.title) · \(seeds) · \(preset.source)"
  }

  private var table: TextTable {
    var table = TextTable(["run", "test", "number", "ours", "diverged", "published", "verdict", "target", "met", "iterations", "seconds"])
    for cell in cells {
      let line = cell.tested.line
      let published = cell.cell.published == nil ? "-" : cell.text(cell.cell.published, cell.cell.halfWidth)
      table.append([
        cell.tested.run.name, cell.tested.test.name, cell.name, cell.text, "\(cell.worsened) of \(cell.episodes)", published,
        cell.verdict?.rawValue ?? "-",
        cell.cell.target == nil ? "-" : cell.text(cell.cell.target, nil), cell.meetsTarget.map { $0 ? "yes" : "no" } ?? "-",
        "\(line.run.iterations)", fixed(line.seconds, 1),
      ])
    }
    for run in notBuilt {
      table.append([run.name, "-", "-", "not built yet", "-", "-", "-", "-", "-", "-", "-"])
    }
    return table
  }

  /// When the runs first reach scores; nil if no run is asked for it.
  private var reachTable: TextTable? {
    guard !trained.isEmpty else { return nil }
    var table = TextTable(["run", "score", "iterations to it"])
    for trained in trained {
      let measure = trained.line.rows[0].result.modes[0].headlineMeasure
      for score in trained.run.reaches {
        table.append([
          trained.run.name, ScoreText(measure).text(score / measure.factor),
          trained.line.reachText(score / measure.factor, withTime: true),
        ])
      }
    }
    return table
  }

  private var rules: [String] {
    let unit =
      seedCount > 1
      ? "Ours: the mean over seeds with its 95% interval (Student's t)."
      : "Ours: the mean over episodes with its 95% interval, of one seed."
    return [
      unit + " A median is over all episodes, without an interval.",
      "Diverged: tasks whose loss is more than ten times that before adaptation, or not finite. Unclear: our interval is wider than our "
        + "number.",
      "Within: the intervals overlap, where a published number without an interval counts as a point. Seconds: of training and test, all "
        + "seeds together.",
    ]
      + (trained.isEmpty
        ? [] : ["Iterations to a score: the mean over seeds, and their seconds at the training's mean rate, validations included."])
      + preset.notes
  }

  /// The printed table with its rules.
  public var text: String {
    "\(heading)\n\n\(table.text)\n" + (reachTable.map { "\($0.text)\n" } ?? "") + rules.map { "\($0)\n" }.joined()
  }

  /// The content of reproduction.md.
  public var markdown: String {
    "# \(preset.title)\n\n\(heading)\n\n\(table.markdown)\n" + (reachTable.map { "\($0.markdown)\n" } ?? "")
      + rules.map { "- \($0)\n" }.joined()
      + "\nMade by version \(FrameworkVersion.current).\n"
  }

  /// The content of reproduction.json.
  public var json: String {
    let cells = cells.map { cell in
      JSON.object([
        .init("run", .string(cell.tested.run.name)), .init("test", .string(cell.tested.test.name)),
        .init("statistic", .string(cell.cell.statistic.rawValue)), .init("step", .integer(cell.cell.step)),
        .init("mode", .optional(cell.cell.mode)), .init("value", .optional(cell.value)), .init("halfWidth", .optional(cell.halfWidth)),
        .init("diverged", .integer(cell.worsened)), .init("episodes", .integer(cell.episodes)),
        .init("published", .optional(cell.cell.published)),
        .init("publishedHalfWidth", .optional(cell.cell.halfWidth)), .init("verdict", .optional(cell.verdict?.rawValue)),
        .init("target", .optional(cell.cell.target)), .init("meetsTarget", cell.meetsTarget.map { .boolean($0) } ?? .null),
        .init("seeds", .array(cell.tested.line.seeds.map { .string("\($0)") })),
      ])
    }
    let reached = trained.flatMap { trained in
      trained.run.reaches.map { score in
        let factor = trained.line.rows[0].result.modes[0].headlineMeasure.factor
        let all = trained.line.reaches(score / factor)
        return JSON.object([
          .init("run", .string(trained.run.name)), .init("score", .number(score)),
          .init("curve", .optional(all?.first?.curve.rawValue)),
          .init("iterations", .array((all ?? []).map { $0.iteration.map { .integer($0) } ?? .null })),
        ])
      }
    }
    return JSON.object([
      .init("version", .string(FrameworkVersion.current)), .init("preset", .string(preset.name)), .init("quick", .boolean(isQuick)),
      .init("source", .string(preset.source)), .init("cells", .array(cells)), .init("reached", .array(reached)),
      .init("notBuilt", .array(notBuilt.map { .string($0.name) })),
    ]).text
  }
}
