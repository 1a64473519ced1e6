import Registry

/// A flag of a command: one row of the table that drives parsing, help and did-you-mean.
struct Flag: Sendable, Hashable {
  /// The name, without its dashes.
  let name: String
  /// What stands for the value in help; nil for a switch, which takes none.
  let placeholder: String?
  /// The values it takes.
  let domain: HyperparameterDomain
  /// Whether it may be given more than once.
  let isRepeatable: Bool
  /// The setting that the flag is a short form of, "task.ways" for example.
  let setting: String?
  /// What it does, one line.
  let meaning: String

  /// The name as it is typed.
  var spelling: String { "--\(name)" }

  /// A flag that takes no value.
  static func toggle(_ name: String, _ meaning: String) -> Flag {
    Flag(name: name, placeholder: nil, domain: .boolean, isRepeatable: false, setting: nil, meaning: meaning)
  }

  /// A flag that takes a value.
  static func value(
    _ name: String, _ placeholder: String, _ meaning: String, in domain: HyperparameterDomain = .text, repeats: Bool = false,
    sets setting: String? = nil
  ) -> Flag {
    Flag(name: name, placeholder: placeholder, domain: domain, isRepeatable: repeats, setting: setting, meaning: meaning)
  }
}

// MARK: The flags that commands share

extension Flag {
  static let help = toggle("help", "Show the help of a command.")
  static let json = toggle("json", "Print JSON.")
  static let markdown = toggle("markdown", "Print a Markdown table.")
  static let quiet = toggle("quiet", "No progress.")
  static let overwrite = toggle("overwrite", "Replace the run that the folder holds.")

  static let task = value("task", "TASK", "Where the tasks come from: an id of 'tools list tasks'.")
  static let model = value("model", "MODEL", "What adapts: an id of 'tools list models' (default: what the task suggests).")
  static let iterations = value("iterations", "N", "Meta-training iterations (default: the algorithm's).", in: .integer(1...(.max)))
  static let seed = value("seed", "N", "The key of every random choice (default: 0).", in: .integer(0...(.max)))
  static let threads = value(
    "threads", "N", "Worker threads; results do not depend on it (default: all cores).", in: .integer(1...1024))
  static let data = value("data", "NAME=DIR", "Where the data of a task lie, omniglot=DIR for example.", repeats: true)
  static let set = value("set", "KEY=VALUE", "Make a setting, inner.steps=5 for example.", repeats: true)

  static let ways = value("ways", "N", "Classes of an episode.", sets: "task.ways")
  static let shots = value("shots", "N", "Support samples of a class, or of a regression task.", sets: "task.shots")
  static let queries = value("queries", "N", "Query samples of a class, or of a regression task.", sets: "task.queries")
  static let testSteps = value("test-steps", "N", "Adaptation steps of the meta-test.", sets: "test.steps")
  static let testEpisodes = value("test-episodes", "N", "Held-out episodes of the meta-test.", sets: "test.episodes")

  /// The short forms of settings.
  static let shortForms = [ways, shots, queries, testSteps, testEpisodes]
}
