import Registry

extension Command {
  /// Explains a command, an algorithm, a task, a model, or all settings.
  static let help = Command(
    name: "help", summary: "Explain a command, or the settings of an algorithm, task or model.",
    operand: Operand(placeholder: "COMMAND|ID|settings", count: .optional), flags: [.task, .model],
    discussion: """
      'tools help settings' lists all settings for --set, 'tools help maml' the settings of an algorithm, and
      'tools help maml --task glyphs' the settings and defaults of an algorithm on a task.
      """
  ) { arguments in
    try Console.print(text(about: arguments.operands.first, arguments))
    return .success
  }

  private static func text(about topic: String?, _ arguments: Arguments) throws -> String {
    guard let topic else { return Help.overview }
    if let task = arguments.text(.task) { return try Help.of(algorithm: topic, task: task, model: arguments.text(.model)) }
    if let command = all.first(where: { $0.name == topic }) { return try Help.of(command) }
    if topic == "settings" { return try Help.allSettings() }
    let entries = CatalogueEntry.Kind.all.flatMap { $0.entries() }
    if let entry = entries.first(where: { $0.id == topic }) { return Help.of(entry) }
    throw LookupError(kind: "topic", name: topic, known: all.map(\.name) + ["settings"] + entries.map(\.id))
  }
}
