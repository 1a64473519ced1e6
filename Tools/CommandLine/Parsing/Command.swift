/// How a program ends.
enum ExitCode: Int32, Sendable {
  case done = 0
  /// `parity` or `check` found something wrong.
  case negativeFinding = 1
  case badInput = 2
  /// SIGINT or SIGTERM; what was under way is saved.
  case interrupted = 130
}

/// What a command takes beside flags.
struct Operand: Sendable, Hashable {
  /// How often it may be given.
  enum Count: Sendable, Hashable {
    case optional, one, oneOrMore, any
  }

  /// What stands for it in help, "ALGORITHM" for example.
  let placeholder: String
  let count: Count

  /// As the usage line shows it.
  var usage: String {
    switch count {
    case .optional: "[\(placeholder)]"
    case .one: placeholder
    case .oneOrMore: "\(placeholder)…"
    case .any: "[\(placeholder)…]"
    }
  }
}

/// A command: its line in the overview, its flags, and what it does.
struct Command: Sendable {
  let name: String
  /// One line for the overview.
  let summary: String
  let operand: Operand?
  let flags: [Flag]
  /// What help says beside the flags.
  var discussion = ""
  let run: @Sendable (Arguments) throws -> ExitCode

  /// Every command, in the order of the overview.
  static let all: [Command] = [.list, .run, .runAll, .evaluate, .parity, .check, .bench, .help]

  /// The command of a name.
  static func named(_ name: String) throws(UsageError) -> Command {
    if let command = all.first(where: { $0.name == name }) { return command }
    throw .unknownCommand(name)
  }
}
