import Evaluation
import Registry

extension Command {
  /// Lists what is registered.
  static let list = Command(
    name: "list", summary: "List what is registered: algorithms, tasks, models, optimizers, objectives, gradients, losses.",
    operand: Operand(placeholder: CatalogueEntry.Kind.all.map(\.name).joined(separator: "|"), count: .optional), flags: [.json, .markdown],
    discussion: "'tools list algorithms --json' gives every setting with its type, range and default, for programs."
  ) { arguments in
    if arguments.has(.json), arguments.has(.markdown) { throw UsageError.exclusiveFlags(.json, .markdown) }
    let kinds = try arguments.operands.first.map { [try kind($0)] } ?? CatalogueEntry.Kind.all
    if arguments.has(.json) {
      try Console.print(json(kinds, isAlone: !arguments.operands.isEmpty))
    } else {
      let sections = kinds.map { arguments.has(.markdown) ? markdown($0) : plain($0, titled: kinds.count > 1) }
      try Console.print(sections.joined(separator: "\n\n"))
    }
    return .success
  }

  private static func kind(_ name: String) throws(LookupError) -> CatalogueEntry.Kind {
    guard let kind = CatalogueEntry.Kind.all.first(where: { $0.name == name }) else {
      throw LookupError(kind: "list", name: name, known: CatalogueEntry.Kind.all.map(\.name))
    }
    return kind
  }

  private static func json(_ kinds: [CatalogueEntry.Kind], isAlone: Bool) -> String {
    let lists = kinds.map { kind in JSON.Member(kind.name, .array(kind.entries().map(\.json))) }
    return isAlone ? lists[0].value.text : JSON.object(lists).text
  }

  private static func plain(_ kind: CatalogueEntry.Kind, titled: Bool) -> String {
    let entries = kind.entries()
    let hasNotes = entries.contains { !$0.note.isEmpty }
    let rows = entries.map { ["  \($0.id)"] + (hasNotes ? [$0.note] : []) + [$0.title] }
    return (titled ? "\(kind.name):\n" : "") + TextTable(rows: rows).lines.joined(separator: "\n")
  }

  private static func markdown(_ kind: CatalogueEntry.Kind) -> String {
    let titles = ["id", kind.singular, "source"] + (kind.noteTitle.map { [$0] } ?? [])
    let rows = kind.entries().map { entry in
      ["`\(entry.id)`", entry.title, entry.markdownCitation] + (kind.noteTitle == nil ? [] : [entry.note])
    }
    func line(_ cells: [String]) -> String {
      "| \(cells.map { $0.split(separator: "|").joined(separator: "\\|") }.joined(separator: " | ")) |"
    }
    return ([line(titles), line(titles.map { _ in "---" })] + rows.map(line)).joined(separator: "\n")
  }
}
