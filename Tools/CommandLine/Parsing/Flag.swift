import Registry

/// A flag of a command, as parsing, help and suggestions read it.
struct Flag: Sendable, Hashable {
  /// The name, without its dashes.
  let name: String
  /// The name of the value in help; nil for a switch.
  let placeholder: String?
  /// The valid values.
  let domain: HyperparameterDomain
  /// Whether the flag may be repeated.
  let isRepeatable: Bool
  /// The setting that the flag is short for, such as "task.ways".
  let setting: String?
  /// The line in help.
  let meaning: String

  /// The name with its dashes.
  var spelling: String { "--\(name)" }

  /// The name with its dashes, and the name of the value if it takes one.
  var usage: String { spelling + (placeholder.map { " \($0)" } ?? "") }

  /// A flag that takes no value.
  ///
  /// With a setting, the flag sets it to true.
  static func toggle(_ name: String, _ meaning: String, sets setting: String? = nil) -> Flag {
    Flag(name: name, placeholder: nil, domain: .boolean, isRepeatable: false, setting: setting, meaning: meaning)
  }

  /// A flag that takes a value.
  static func value(
    _ name: String, _ placeholder: String, _ meaning: String, in domain: HyperparameterDomain = .text, repeats: Bool = false,
    sets setting: String? = nil
  ) -> Flag {
    Flag(name: name, placeholder: placeholder, domain: domain, isRepeatable: repeats, setting: setting, meaning: meaning)
  }
}

// MARK: Flags of several commands

extension Flag {
  static let help = toggle("help", "Show help for the command.")
  static let json = toggle("json", "Print JSON.")
  static let markdown = toggle("markdown", "Print a Markdown table.")
  static let quiet = toggle("quiet", "Show no progress.")
  static let overwrite = toggle("overwrite", "Replace an earlier run in the folder.")

  static let task = value("task", "TASK", "Task distribution; 'tools list tasks' lists the ids.")
  static let model = value("model", "MODEL", "Model; 'tools list models' lists the ids (default: the model that the task suggests).")
  static let iterations = value("iterations", "N", "Meta-training iterations (default: the algorithm's).", in: .integer(1...(.max)))
  static let seed = value("seed", "N", "Random seed (default: 0).", in: .integer(0...(.max)))
  static let threads = value(
    "threads", "N", "Most worker threads; the results do not depend on them (default: all cores that the process may use).",
    in: .integer(1...1024))
  static let data = value(
    "data", "NAME=PATH", "Folder or file with the data of a task, such as omniglot=DIR or table=FILE.csv.", repeats: true)
  static let set = value("set", "KEY=VALUE", "Change a setting, such as inner.steps=5.", repeats: true)

  static let ways = value("ways", "N", "Classes per episode.", sets: "task.ways")
  static let shots = value(
    "shots", "N", "Support samples per class, or per regression task; 1...20 draws a number for each task.", sets: "task.shots")
  static let queries = value("queries", "N", "Query samples per class, or per regression task.", sets: "task.queries")
  static let testSteps = value("test-steps", "N", "Adaptation steps of the meta-test.", sets: "test.steps")
  static let testEpisodes = value("test-episodes", "N", "Held-out episodes of the meta-test.", sets: "test.episodes")

  static let disjoint = toggle(
    "disjoint", "Test disjoint episodes, which share no sample, and random assignments of labels too, and show their spread.",
    sets: "test.disjoint")

  /// The flags that are short for settings.
  static let shortForms = [ways, shots, queries, testSteps, testEpisodes, disjoint]
}
