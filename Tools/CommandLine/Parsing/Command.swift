/// The exit code of the program.
enum ExitCode: Int32, Sendable {
  case success = 0
  /// A comparison of `parity` or a check of `check` failed.
  case checkFailed = 1
  case badInput = 2
  /// SIGINT or SIGTERM; the work so far is saved.
  case interrupted = 130
}

/// A command's positional arguments.
struct Operand: Sendable, Hashable {
  /// How many of them are allowed.
  enum Count: Sendable, Hashable {
    case optional, one, oneOrMore, any
  }

  /// The name in help, such as "ALGORITHM".
  let placeholder: String
  let count: Count

  /// The form in the usage line.
  var usage: String {
    switch count {
    case .optional: "[\(placeholder)]"
    case .one: placeholder
    case .oneOrMore: "\(placeholder)…"
    case .any: "[\(placeholder)…]"
    }
  }
}

/// A command: its help, its arguments, and the code that runs it.
struct Command: Sendable {
  let name: String
  /// The line in the overview.
  let summary: String
  let operand: Operand?
  let flags: [Flag]
  /// Further help.
  var discussion = ""
  let run: @Sendable (Arguments) throws -> ExitCode

  /// Every command, in the order of the overview.
  static let all: [Command] = [.list, .run, .runAll, .evaluate, .parity, .check, .bench, .help]

  /// Finds a command by its name.
  static func named(_ name: String) throws(UsageError) -> Command {
    if let command = all.first(where: { $0.name == name }) { return command }
    throw .unknownCommand(name)
  }
}
