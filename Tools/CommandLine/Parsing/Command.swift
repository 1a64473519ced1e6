/// The exit code of the program.
enum ExitCode: Sendable, Hashable {
  case success
  /// A comparison of `parity` or a check of `check` failed.
  case checkFailed
  case badInput
  /// One of ``Interrupt/signals``; the work so far is saved.
  case interrupted(signal: Int32)

  /// The number that the process ends with; after a signal, the shell's number for a process that the signal ended.
  var status: Int32 {
    switch self {
    case .success: 0
    case .checkFailed: 1
    case .badInput: 2
    case .interrupted(let signal): 128 + signal
    }
  }
}

/// A command's positional arguments.
struct Operand: Sendable, Hashable {
  /// How many of them are allowed.
  enum Count: Sendable, Hashable {
    case optional, one, two, oneOrMore, any

    /// Whether a command cannot do without any.
    var isNeeded: Bool { self == .one || self == .two || self == .oneOrMore }

    /// The largest number.
    var most: Int {
      switch self {
      case .optional, .one: 1
      case .two: 2
      case .oneOrMore, .any: .max
      }
    }
  }

  /// The name in help, such as "ALGORITHM".
  let placeholder: String
  let count: Count

  /// The form in the usage line.
  var usage: String {
    switch count {
    case .optional: "[\(placeholder)]"
    case .one, .two: placeholder
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
  /// Whether the ranks of a job share the work.
  var takesRanks = false
  let run: @Sendable (Arguments) throws -> ExitCode

  /// Every command, in the order of the overview.
  static let all: [Command] = [
    .list, .run, .runAll, .compare, .plot, .reproduce, .crossValidate, .evaluate, .adapt, .export, .parity, .check, .bench, .new,
    .help,
  ]

  /// Finds a command by its name.
  static func named(_ name: String) throws(UsageError) -> Command {
    if let command = all.first(where: { $0.name == name }) { return command }
    throw .unknownCommand(name)
  }
}
