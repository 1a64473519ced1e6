import Registry

extension Command {
  /// Explains a command, a setting's owner, or the whole.
  static let help = Command(
    name: "help", summary: "Explain a command, or the settings of an algorithm, task or model.",
    operand: Operand(placeholder: "COMMAND|ID|settings", count: .optional), flags: [],
    discussion: """
      'tools help settings' lists every setting that --set takes. 'tools help maml' lists those of an algorithm.
      """
  ) { arguments in
    try Console.print(text(about: arguments.operands.first))
    return .done
  }

  private static func text(about topic: String?) throws -> String {
    guard let topic else { return Help.overview }
    if let command = all.first(where: { $0.name == topic }) { return Help.of(command) }
    if topic == "settings" { return Help.allSettings }
    let entries = CatalogueEntry.Kind.allCases.flatMap { CatalogueEntry.all($0) }
    if let entry = entries.first(where: { $0.id == topic }) { return Help.of(entry) }
    throw LookupError(kind: "topic", name: topic, known: all.map(\.name) + ["settings"] + entries.map(\.id))
  }
}
