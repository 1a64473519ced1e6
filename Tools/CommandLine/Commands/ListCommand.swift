import Evaluation
import Registry

extension Command {
  /// Shows what is registered.
  static let list = Command(
    name: "list", summary: "Show the algorithms, tasks and models there are.",
    operand: Operand(placeholder: "algorithms|tasks|models", count: .optional), flags: [.json, .markdown],
    discussion: "'tools list algorithms --json' gives every setting with its type, range and default, for programs."
  ) { arguments in
    if arguments.has(.json), arguments.has(.markdown) { throw UsageError.exclusiveFlags(.json, .markdown) }
    let kinds = try arguments.operands.first.map { [try kind($0)] } ?? CatalogueEntry.Kind.allCases
    if arguments.has(.json) {
      try Console.print(json(kinds, isAlone: !arguments.operands.isEmpty))
    } else {
      let sections = kinds.map { arguments.has(.markdown) ? markdown($0) : plain($0, titled: kinds.count > 1) }
      try Console.print(sections.joined(separator: "\n\n"))
    }
    return .done
  }

  private static func kind(_ name: String) throws(LookupError) -> CatalogueEntry.Kind {
    guard let kind = CatalogueEntry.Kind(rawValue: name) else {
      throw LookupError(kind: "list", name: name, known: CatalogueEntry.Kind.allCases.map(\.rawValue))
    }
    return kind
  }

  private static func json(_ kinds: [CatalogueEntry.Kind], isAlone: Bool) -> String {
    let lists = kinds.map { kind in JSON.Member(kind.rawValue, .array(CatalogueEntry.all(kind).map(\.json))) }
    return isAlone ? lists[0].value.text : JSON.object(lists).text
  }

  private static func plain(_ kind: CatalogueEntry.Kind, titled: Bool) -> String {
    let rows = CatalogueEntry.all(kind).map { entry in
      let note =
        entry.traits.compactMap { trait in
          switch trait.value {
          case .string(let text): text
          case .boolean(true): "needs data"
          default: nil
          }
        }.first ?? ""
      return kind == .models ? ["  \(entry.id)", entry.title] : ["  \(entry.id)", note, entry.title]
    }
    return (titled ? ["\(kind.rawValue):"] : []).joined() + (titled ? "\n" : "") + TextTable(rows: rows).lines.joined(separator: "\n")
  }

  private static func markdown(_ kind: CatalogueEntry.Kind) -> String {
    let isAlgorithms = kind == .algorithms
    let head =
      isAlgorithms
      ? "| id | algorithm | source | meta-gradient |\n| --- | --- | --- | --- |"
      : "| id | \(kind.rawValue) | source |\n| --- | --- | --- |"
    let rows = CatalogueEntry.all(kind).map { entry in
      var cells = ["`\(entry.id)`", entry.title, entry.markdownCitation]
      if isAlgorithms, case .string(let text)? = entry.traits.first?.value { cells.append(text) }
      return "| \(cells.map { $0.split(separator: "|").joined(separator: "\\|") }.joined(separator: " | ")) |"
    }
    return ([head] + rows).joined(separator: "\n")
  }
}
