import Algorithms
import Tasks

extension Comparison.Group {
  /// The rows that were tested out of domain too, in the order of ``rows``.
  public var shifts: [DomainShift] {
    rows.compactMap { row in
      outOfDomain.first { $0.experiment.ids.algorithm == row.experiment.ids.algorithm }.map { DomainShift(inDomain: row, outOfDomain: $0) }
    }
  }

  /// The title line of the table of the domain shift; nil without one.
  private var shiftHeading: String? {
    guard let shift = shifts.first, let domains = shift.outOfDomain.experiment.domains else { return nil }
    let (result, score) = (shift.inDomain.result, ScoreText(shift.inDomain.result.measure))
    let (steps, mode) = (result.headline.step, result.modes[0].name)
    return [
      "\(task), domain shift", "trained on \(domains.train)", "out of domain: \(domains.test)",
      "\(score.phrase) after \(steps) \(steps == 1 ? "step" : "steps")\(mode == "none" ? "" : ", tested \(mode)")",
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
        "\(place + 1)", shift.inDomain.experiment.ids.algorithm, score.text(shift.inDomain.result.headline),
        score.text(shift.outOfDomain.result.headline), drop.isEmpty ? "-" : drop,
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
        .init("algorithm", .string(shift.inDomain.experiment.ids.algorithm)), .init("metric", .string(shift.inDomain.result.measure.id)),
        .init("inDomain", shift.inDomain.result.headline.json), .init("outOfDomain", shift.outOfDomain.result.headline.json),
        .init("drop", shift.drop?.json ?? .null), .init("outOfDomainResult", .object(shift.outOfDomain.members)),
      ])
    }
    guard !rows.isEmpty else { return [] }
    return [.init("domainShift", .array(rows))]
  }
}
