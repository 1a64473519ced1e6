import Evaluation
import Registry

/// The help texts, generated from the tables that parsing and validation use.
enum Help {
  /// The output of `tools help`.
  static var overview: String {
    let rows = Command.all.map { ["  \($0.name)", $0.summary] } + [["  --version", "Print the version."]]
    return """
      tools \(FrameworkVersion.current): meta-train, test and compare meta-learning algorithms.

      Usage: tools COMMAND [ARGUMENTS] [FLAGS]

      \(TextTable(rows: rows).lines.joined(separator: "\n"))

      'tools help COMMAND' explains a command. Example:
        tools run maml --task sinusoid --iterations 2000

      Exit codes: 0 success; 1 a check failed; 2 bad input; 128 + N stopped by signal N, with the work so far saved:
        \(Interrupt.signals.map { "\($0.name) \(ExitCode.interrupted(signal: $0.number).status)" }.joined(separator: ", ")).
      """
  }

  /// The output of `tools help COMMAND`.
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
    if let setting = flag.setting { return " Short for --set \(setting)=\(flag.placeholder == nil ? "true" : "N")." }
    return flag.isRepeatable ? " Repeatable." : ""
  }

  /// The output of `tools help ID`.
  static func of(_ entry: CatalogueEntry) -> String {
    "\(entry.id): \(entry.title)\n\(entry.citation)\n\n\(section("Settings", entry.settings))"
  }

  /// The output of `tools help ALGORITHM --task TASK`: all settings of the combination, with its defaults.
  static func of(algorithm: String, task: String, model: String?) throws -> String {
    let settings = try Experiment.settingsHelp(algorithm: algorithm, task: task, model: model)
    return section("Settings of \(algorithm) on \(task)", settings)
  }

  /// All settings of `--set`.
  static func allSettings() throws -> String {
    var sections = [
      """
      Settings for --set KEY=VALUE. Some defaults depend on the task: 'tools help ALGORITHM --task TASK'.
      """
    ]
    if let algorithm = CatalogueEntry.Kind.algorithms.entries().first, let task = CatalogueEntry.Kind.tasks.entries().first {
      // These settings are the same for all combinations.
      let shared = try Experiment.settingsHelp(algorithm: algorithm.id, task: task.id)
      for (title, prefix) in [
        ("Meta-training", "training."), ("Outer optimizer", "outer."), ("Meta-test", "test."), ("Validation", "validation."),
      ] {
        sections.append(section(title, shared.filter { $0.key.hasPrefix(prefix) }))
      }
    }
    for kind in CatalogueEntry.Kind.all { sections += kind.entries().map { section("\(kind.singular) \($0.id)", $0.settings) } }
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
