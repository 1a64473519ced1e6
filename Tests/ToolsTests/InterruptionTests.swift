import Foundation
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#endif

private func arguments(_ algorithm: String, _ iterations: Int, _ folder: String) -> [String] {
  ["run", algorithm, "--task", "sinusoid", "--iterations", "\(iterations)", "--out", folder, "--threads", "1"] + smallSettings + smallTest
}

@Suite(.serialized) struct InterruptionTests {
  /// Starts a run and sends a signal after the first iterations are logged; a run that ended before is repeated with a greater length.
  private func interrupted(_ algorithm: String, by signal: Int32, in folder: String) throws -> (iterations: Int, outcome: Outcome) {
    for iterations in [1000, 4000, 16_000, 64_000] {
      try? FileManager.default.removeItem(atPath: folder)
      let process = try ToolsProcess(arguments(algorithm, iterations, folder))
      while process.isRunning, !FileManager.default.fileExists(atPath: "\(folder)/metrics.jsonl") { usleep(500) }
      process.send(signal)
      let outcome = try process.outcome()
      if outcome.exitCode != 0 { return (iterations, outcome) }
    }
    return try #require(nil, "no run was long enough to be interrupted")
  }

  @Test(arguments: [("maml", SIGINT), ("reptile", SIGTERM), ("maml", SIGHUP), ("maml", SIGUSR1), ("maml", SIGUSR2), ("maml", SIGXCPU)])
  func `a run that was interrupted and resumed equals one that was not`(algorithm: String, signal: Int32) throws {
    try withTemporaryFolder { folder throws in
      let (iterations, outcome) = try interrupted(algorithm, by: signal, in: "\(folder)/stopped")
      try #require(outcome.exitCode == 128 + signal, "\(outcome.errors)")
      #expect(outcome.errors.contains("tools: interrupted after iteration "))
      #expect(outcome.errors.hasSuffix("; the checkpoint is in \(folder)/stopped; run the same command with --resume to continue.\n"))
      #expect(outcome.output == "")
      #expect(fileNames(in: "\(folder)/stopped") == ["checkpoint.safetensors", "metrics.jsonl"])
      #expect(try tools("evaluate", "\(folder)/stopped", "--quiet").exitCode == 0)

      let other = try ToolsProcess(arguments(algorithm, iterations, "\(folder)/stopped") + ["--seed", "7", "--resume"]).outcome()
      #expect(other.exitCode == 2)
      #expect(
        other.errors == """
          tools: error: \(folder)/stopped contains a run with seed = 0, but this command has 7; resume with the original flags.\n
          """)

      let resumed = try ToolsProcess(arguments(algorithm, iterations, "\(folder)/stopped") + ["--resume"]).outcome()
      let whole = try ToolsProcess(arguments(algorithm, iterations, "\(folder)/whole")).outcome()
      #expect(resumed.exitCode == 0)
      #expect(resumed.output == whole.output)
      for name in ["checkpoint.safetensors", "metrics.jsonl", "results.json"] {
        #expect(try bytes("\(folder)/stopped/\(name)") == bytes("\(folder)/whole/\(name)"), "\(name)")
      }
      #expect(fileNames(in: "\(folder)/stopped") == fileNames(in: "\(folder)/whole"))
    }
  }

  @Test func `a signal that is ignored from the start stays ignored`() throws {
    try withTemporaryFolder { folder throws in
      // The shell ignores the signal, the program inherits that, and the run ends as if none had come.
      let script = "trap '' HUP; \"$0\" \"$@\" & while kill -0 $! && kill -HUP $!; do sleep 0.05; done 2>/dev/null; wait $!"
      let arguments = arguments("maml", 300, "\(folder)/run") + ["--quiet"]
      let shell = try ToolsProcess(["-c", script, toolsPath] + arguments, executable: "/bin/sh")
      #expect(try shell.outcome().exitCode == 0)
      #expect(fileNames(in: "\(folder)/run").contains("results.json"))
    }
  }

  /// Starts the program, waits until a file is there, sends a signal, and returns the outcome and the seconds until the end.
  private func stopped(_ arguments: [String], by signal: Int32, when file: String) throws -> (outcome: Outcome, seconds: Double) {
    let process = try ToolsProcess(arguments)
    while process.isRunning, !FileManager.default.fileExists(atPath: file) { usleep(500) }
    usleep(300_000)
    let start = ContinuousClock.now
    process.send(signal)
    let outcome = try process.outcome()
    return (outcome, (ContinuousClock.now - start) / .seconds(1))
  }

  @Test func `a test shard that takes minutes stops within seconds`() throws {
    try withTemporaryFolder { folder throws in
      let large = ["--test-episodes", "100000", "--test-steps", "10", "--set", "test.shardSize=100000"]
      let run = ["run", "maml", "--task", "sinusoid", "--iterations", "3", "--out", folder, "--threads", "1", "--quiet"]
      let (outcome, seconds) = try stopped(run + smallSettings + large, by: SIGTERM, when: "\(folder)/checkpoint.safetensors")
      #expect(outcome.exitCode == 143)
      #expect(
        outcome.errors == """
          tools: interrupted in the meta-test; the checkpoint is in \(folder); run the same command with --resume to continue.\n
          """)
      // The limit is two seconds; a busy machine gets more.
      #expect(seconds < 10)
    }
  }

  @Test func `an iteration that takes minutes is left, and the one before is saved`() throws {
    try withTemporaryFolder { folder throws in
      let large = ["--set", "training.metaBatch=100000", "--set", "training.shardSize=100000", "--set", "inner.steps=100"]
      let run = ["run", "fomaml", "--task", "sinusoid", "--iterations", "3", "--out", folder, "--threads", "1", "--set", "model.hidden=4"]
      let (outcome, seconds) = try stopped(run + smallTest + large, by: SIGUSR1, when: folder)
      #expect(outcome.exitCode == 128 + SIGUSR1)
      #expect(
        outcome.errors == """
          tools: interrupted after iteration 0 of 3; the checkpoint is in \(folder); run the same command with --resume to continue.\n
          """)
      #expect(fileNames(in: folder) == ["checkpoint.safetensors"])
      #expect(seconds < 10)
    }
  }

  @Test func `metrics behind the checkpoint are written anew`() throws {
    try withTemporaryFolder { folder throws in
      let whole = try ToolsProcess(arguments("maml", 10, "\(folder)/run")).outcome()
      try #require(whole.exitCode == 0)
      let metrics = try bytes("\(folder)/run/metrics.jsonl")
      // Simulates a power failure: a line that no checkpoint covers, and half of another line.
      try (metrics + Data("{\"iteration\":11,\"loss\":1}\n{\"itera".utf8)).write(to: URL(fileURLWithPath: "\(folder)/run/metrics.jsonl"))
      let again = try ToolsProcess(arguments("maml", 10, "\(folder)/run") + ["--resume"]).outcome()
      #expect(again.output == whole.output)
      #expect(try bytes("\(folder)/run/metrics.jsonl") == metrics)
    }
  }

  @Test func `nothing to resume`() throws {
    try withTemporaryFolder { folder throws in
      try expectError(
        "the checkpoint cannot be used: there is no file \(folder)/checkpoint.safetensors; check the path.",
        arguments("maml", 10, folder) + ["--resume"])
    }
  }
}
