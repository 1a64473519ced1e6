import Evaluation
import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The command line of the framework, for an executable that links algorithms, tasks and models of its own.
///
/// Whatever the executable links is registered, and the commands know it. Give the executable's target and product a name other than
/// `tools`: the name belongs to this package, and SwiftPM would build this package's product in place of yours. The main.swift is:
/// ```swift
/// import CommandLineTool
///
/// CommandLineTool.main()
/// ```
public enum CommandLineTool {
  /// Runs the command that the arguments of the process name, and exits.
  ///
  /// The exit code is 0 on success, 1 if a check failed, 2 for bad input, and 128 + N if the signal N stopped the run.
  public static func main() -> Never {
    Console.ignoreBrokenPipes()
    let words = words
    exit(Ranks.run({ try dispatch(words) }, reporting: report))
  }

  /// The arguments without the program's name, with bytes that are not UTF-8 kept; `CommandLine.arguments` replaces them.
  private static var words: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0].map { systemText($0) } }
  }

  /// Reports the error that ended a command.
  private static func report(_ error: any Error) -> ExitCode {
    if let interruption = error as? Interrupted {
      Console.note(interruption.message)
      return Interrupt.exitCode
    }
    Console.note("tools: error: \(legible("\(error)", limit: nil, keepsLines: true))")
    return .badInput
  }

  private static func dispatch(_ words: [String]) throws -> ExitCode {
    guard let name = words.first else {
      try Console.print(Help.overview)
      return .success
    }
    switch name {
    case "--version":
      try Console.print("tools \(FrameworkVersion.current)")
      return .success
    case "--help", "-h":
      try Console.print(Help.overview)
      return .success
    default:
      let command = try Command.named(name)
      let arguments = try Arguments(words.dropFirst(), of: command)
      if arguments.has(.help) {
        try Console.print(try Help.of(command))
        return .success
      }
      try Ranks.check(command)
      return try command.run(arguments)
    }
  }
}
