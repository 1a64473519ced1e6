import Evaluation

extension CommandLineTool {
  /// Parses a command line without running the command; for `run`, the experiment is prepared as well.
  ///
  /// - Parameter words: The arguments without the program's name.
  /// - Returns: What the words ask for, in a few words.
  /// - Throws: What ``main()`` would report for malformed words or an experiment that cannot be prepared.
  package static func check(_ words: [String]) throws -> String {
    guard let name = words.first, !["--version", "--help", "-h"].contains(name) else { return "no command" }
    let command = try Command.named(name)
    let arguments = try Arguments(words.dropFirst(), of: command)
    if arguments.has(.help) { return "the help of \(name)" }
    let settings = try arguments.settings()
    guard name == Command.run.name else { return "\(name) with \(settings.count) settings" }
    let ids = try arguments.experiment().ids
    return "\(ids.algorithm) on \(ids.task) with \(ids.model)"
  }
}
