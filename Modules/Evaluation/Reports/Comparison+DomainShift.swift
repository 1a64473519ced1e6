import Algorithms
import Tasks

extension Comparison.Group {
  /// The lines that were tested out of domain too, in the order of ``lines``.
  public var shifts: [DomainShift] {
    func key(_ run: RunDescription) -> [RunDescription.Setting] { run.settingsBesideSeed.filter { $0.key != "task.domains.test" } }
    return lines.compactMap { line in
      let rows = outOfDomain.filter { key($0.run) == key(line.run) }.sorted { $0.run.seed < $1.run.seed }
      return rows.isEmpty ? nil : DomainShift(inDomain: line, outOfDomain: .init(rows, label: line.label, rankAt: rankAt))
    }
  }

  /// The title line of the table of the domain shift; nil without one.
  private var shiftHeading: String? {
    guard let shift = shifts.first, let domains = shift.outOfDomain.run.domains else { return nil }
    let result = shift.inDomain.rows[0].result
    let (score, mode) = (ScoreText(result.measure), result.modes[0].name)
    return [
      "\(task), domain shift", "trained on \(domains.train)", "out of domain: \(domains.test)",
      "\(score.phrase) \(afterText)\(mode == "none" ? "" : ", tested \(mode)")",
      "drop: paired over \(result.episodes.count) episodes of the same drawings",
    ].joined(separator: " · ")
  }

  /// One line for each algorithm: in-domain, out-of-domain and the drop.
  private var shiftTable: TextTable {
    let score = ScoreText(measure ?? .loss)
    var table = TextTable(["", "algorithm", "in-domain \(score.name)", "out-of-domain \(score.name)", "drop"])
    for (place, shift) in shifts.enumerated() {
      let drop = score.signed(shift.drop)
      table.append([
        "\(place + 1)", shift.inDomain.label, score.text(shift.inDomain.headline), score.text(shift.outOfDomain.headline),
        drop.isEmpty ? "-" : drop,
      ])
    }
    return table
  }

  /// The printed table of the domain shift; empty without one.
  var shiftText: String { shiftHeading.map { "\n\($0)\n\n\(shiftTable.text)" } ?? "" }

  /// The same as Markdown.
  var shiftMarkdown: String { shiftHeading.map { "### Domain shift\n\n\($0)\n\n\(shiftTable.markdown)\n" } ?? "" }

  /// The member of results.json; none without a domain shift.
  var shiftMembers: [JSON.Member] {
    let rows = shifts.map { shift in
      JSON.object([
        .init("algorithm", .string(shift.inDomain.label)), .init("metric", .string(shift.inDomain.rows[0].result.measure.id)),
        .init("inDomain", shift.inDomain.headline.json), .init("outOfDomain", shift.outOfDomain.headline.json),
        .init("drop", shift.drop?.json ?? .null),
        .init("outOfDomainResults", .array(shift.outOfDomain.rows.map { .object($0.members) })),
      ])
    }
    guard !rows.isEmpty else { return [] }
    return [.init("domainShift", .array(rows))]
  }
}
