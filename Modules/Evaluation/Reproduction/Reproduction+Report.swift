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
    ] + preset.notes
  }

  /// The printed table with its rules.
  public var text: String { "\(heading)\n\n\(table.text)\n" + rules.map { "\($0)\n" }.joined() }

  /// The content of reproduction.md.
  public var markdown: String {
    "# \(preset.title)\n\n\(heading)\n\n\(table.markdown)\n" + rules.map { "- \($0)\n" }.joined()
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
    return JSON.object([
      .init("version", .string(FrameworkVersion.current)), .init("preset", .string(preset.name)), .init("quick", .boolean(isQuick)),
      .init("source", .string(preset.source)), .init("cells", .array(cells)),
      .init("notBuilt", .array(notBuilt.map { .string($0.name) })),
    ]).text
  }
}
