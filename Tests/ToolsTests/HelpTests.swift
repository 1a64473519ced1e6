import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct HelpTests {
  @Test func `the overview names every command and exit code`() throws {
    let overview = try tools("help")
    #expect(overview.exitCode == 0)
    for command in ["list", "run", "run-all", "cross-validate", "evaluate", "adapt", "export", "parity", "check", "help", "--version"] {
      #expect(overview.output.contains("\n  \(command) "))
    }
    #expect(overview.output.contains("Exit codes: 0 success; 1 a check failed; 2 bad input; 128 + N stopped by signal N, "))
    for signal in ["SIGHUP 129", "SIGINT 130", "SIGTERM 143", "SIGUSR1 \(128 + SIGUSR1)", "SIGUSR2 \(128 + SIGUSR2)", "SIGXCPU 152"] {
      #expect(overview.output.contains(signal))
    }
    for arguments in [[], ["--help"], ["-h"]] { #expect(try ToolsProcess(arguments).outcome().output == overview.output) }
    #expect(try tools("--version").output == "tools 0.1.0\n")
  }

  @Test(arguments: ["list", "run", "run-all", "cross-validate", "evaluate", "adapt", "export", "parity", "check", "help"])
  func `help COMMAND and COMMAND --help are the same`(command: String) throws {
    let help = try tools("help", command)
    #expect(help.exitCode == 0)
    #expect(help.output.hasPrefix("Usage: tools \(command)"))
    #expect(try tools(command, "--help").output == help.output)
  }

  @Test func `the help of run shows every setting with default and range`() throws {
    let help = try tools("help", "run").output
    for line in [
      "outer.learningRate   0.001     Learning rate, for losses that are means over samples. Takes a number from 0.0 to 1000.0.",
      "training.metaBatch ", "training.normalisation  transductive ", "test.episodes   600 ", "inner.learningRate  0.01 ",
      "task.trainClasses ", "model.hidden ", "algorithm reptile:", "task omniglot:", "model conv:",
    ] {
      #expect(help.contains("  \(line)") || help.contains("\n\(line)"), "\(line)")
    }
    #expect(try help.contains(tools("help", "settings").output))
  }

  @Test func `an algorithm on a task has the defaults that it is published with`() throws {
    #expect(try tools("help", "maml", "--task", "glyphs").output.contains("inner.learningRate         0.4 "))
    #expect(try tools("help", "maml").output.contains("inner.learningRate         0.01 "))
  }

  @Test func `an unknown topic`() throws {
    let outcome = try tools("help", "mam")
    #expect(outcome.errors.hasPrefix("tools: error: unknown topic 'mam'. Did you mean 'maml'? Known: "))
    #expect(outcome.exitCode == 2)
  }
}
