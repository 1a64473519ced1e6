import Evaluation

/// The program: reads a command line, runs the command, and says what went wrong.
enum Program {
  static func run(_ words: [String]) -> ExitCode {
    Console.ignoreBrokenPipes()
    do {
      return try dispatch(words)
    } catch let interruption as Interrupted {
      Console.note("tools: interrupted \(interruption.place).")
      return .interrupted
    } catch {
      Console.note("tools: error: \(error)")
      return .badInput
    }
  }

  private static func dispatch(_ words: [String]) throws -> ExitCode {
    guard let name = words.first else {
      try Console.print(Help.overview)
      return .done
    }
    switch name {
    case "--version":
      try Console.print("tools \(FrameworkVersion.current)")
      return .done
    case "--help", "-h":
      try Console.print(Help.overview)
      return .done
    default:
      let command = try Command.named(name)
      let arguments = try Arguments(words.dropFirst(), of: command)
      if arguments.has(.help) {
        try Console.print(try Help.of(command))
        return .done
      }
      return try command.run(arguments)
    }
  }
}
