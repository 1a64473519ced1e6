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

  @Test(arguments: [("maml", SIGINT), ("reptile", SIGTERM)])
  func `a run that was interrupted and resumed equals one that was not`(algorithm: String, signal: Int32) throws {
    try withTemporaryFolder { folder throws in
      let (iterations, outcome) = try interrupted(algorithm, by: signal, in: "\(folder)/stopped")
      try #require(outcome.exitCode == 130, "\(outcome.errors)")
      #expect(outcome.errors.contains("tools: interrupted after iteration "))
      #expect(outcome.errors.hasSuffix("; the checkpoint is in \(folder)/stopped; run the same command with --resume to continue.\n"))
      #expect(outcome.output == "")
      #expect(fileNames(in: "\(folder)/stopped") == ["checkpoint.safetensors", "metrics.jsonl"])
      #expect(try tools("evaluate", "\(folder)/stopped", "--quiet").exitCode == 0)

      let other = try ToolsProcess(arguments(algorithm, iterations, "\(folder)/stopped") + ["--seed", "7", "--resume"]).outcome()
      #expect(other.exitCode == 2)
      #expect(
        other.errors == """
          tools: error: \(folder)/stopped contains a run with seed = 0, but this command has 7; resume with the original flags, or name \
          another folder with --out.\n
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
