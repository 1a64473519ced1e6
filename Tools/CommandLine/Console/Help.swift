import Evaluation
import Registry

/// The help texts, made from the tables that also drive parsing and validation.
enum Help {
  /// What `tools help` prints.
  static var overview: String {
    let rows = Command.all.map { ["  \($0.name)", $0.summary] } + [["  --version", "Print the version."]]
    return """
      tools \(FrameworkVersion.current): meta-trains, tests and compares algorithms that learn how to learn.

      Usage: tools COMMAND [ARGUMENTS] [FLAGS]

      \(TextTable(rows: rows).lines.joined(separator: "\n"))

      'tools help COMMAND' explains a command. A first try:
        tools run maml --task sinusoid --iterations 2000

      Exit codes: 0 done; 1 a negative finding of parity or check; 2 bad input; 130 interrupted.
      """
  }

  /// What `tools help COMMAND` prints.
  static func of(_ command: Command) throws -> String {
    let operand = command.operand.map { " \($0.usage)" } ?? ""
    let flags = command.flags + [.help]
    let rows = flags.map { flag in ["  \(flag.spelling) \(flag.placeholder ?? "")", flag.meaning + note(on: flag)] }
    var parts = ["Usage: tools \(command.name)\(operand) [FLAGS]", command.summary]
    if !command.discussion.isEmpty { parts.append(command.discussion) }
    parts.append("Flags:\n" + TextTable(rows: rows).lines.joined(separator: "\n"))
    if command.flags.contains(.set) { parts.append(try allSettings()) }
    return parts.joined(separator: "\n\n")
  }

  private static func note(on flag: Flag) -> String {
    if let setting = flag.setting { return " Short for --set \(setting)=N." }
    return flag.isRepeatable ? " May be given again." : ""
  }

  /// What `tools help ID` prints.
  static func of(_ entry: CatalogueEntry) -> String {
    "\(entry.id): \(entry.title)\n\(entry.citation)\n\n\(section("Settings", entry.settings))"
  }

  /// What `tools help ALGORITHM --task TASK` prints: every setting of the combination, with the defaults that it has there.
  static func of(algorithm: String, task: String, model: String?) throws -> String {
    let settings = try Experiment.settingsHelp(algorithm: algorithm, task: task, model: model)
    return section("Settings of \(algorithm) on \(task)", settings)
  }

  /// Every setting that `--set` takes.
  static func allSettings() throws -> String {
    var sections = [
      """
      Settings, made by --set KEY=VALUE. An algorithm may choose other defaults for a kind of task: 'tools help ALGORITHM --task TASK'.
      """
    ]
    let kinds = CatalogueEntry.Kind.allCases.map { CatalogueEntry.all($0) }
    if let algorithm = kinds[0].first, let task = kinds[1].first {
      // These are the same for all combinations.
      let shared = try Experiment.settingsHelp(algorithm: algorithm.id, task: task.id)
      for (title, prefix) in [("Meta-training", "training."), ("Outer optimizer", "outer."), ("Meta-test", "test.")] {
        sections.append(section(title, shared.filter { $0.key.hasPrefix(prefix) }))
      }
    }
    sections += kinds.joined().map { section("\($0.kind.rawValue.dropLast()) \($0.id)", $0.settings) }
    return sections.joined(separator: "\n\n")
  }

  private static func section(_ title: String, _ settings: [HyperparameterDescription]) -> String {
    guard !settings.isEmpty else { return "\(title): no settings." }
    let rows = settings.map { setting in
      let value = setting.defaultValue.description
      return ["  \(setting.key)", value.isEmpty ? "(empty)" : value, "\(setting.meaning) Takes \(setting.domain)."]
    }
    return "\(title):\n\(TextTable(rows: rows).lines.joined(separator: "\n"))"
  }
}
