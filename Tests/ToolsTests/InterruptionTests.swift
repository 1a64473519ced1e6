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
      #expect(fileNames(in: "\(folder)/stopped") == ["checkpoint.safetensors", "config.json", "metrics.jsonl"])
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
      // The checkpoint of the interruption is the one before the last.
      #expect(
        fileNames(in: "\(folder)/stopped") == (fileNames(in: "\(folder)/whole") + ["checkpoint.previous.safetensors"]).sorted())
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
      let large = ["--test-episodes", "100000", "--test-steps", "200", "--set", "test.shardSize=100000"]
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
      let large = ["--set", "training.metaBatch=100000", "--set", "training.shardSize=100000", "--set", "inner.steps=1000"]
      let run = ["run", "fomaml", "--task", "sinusoid", "--iterations", "3", "--out", folder, "--threads", "1", "--set", "model.hidden=4"]
      let (outcome, seconds) = try stopped(run + smallTest + large, by: SIGUSR1, when: folder)
      #expect(outcome.exitCode == 128 + SIGUSR1)
      #expect(
        outcome.errors == """
          tools: interrupted after iteration 0 of 3; the checkpoint is in \(folder); run the same command with --resume to continue.\n
          """)
      // The process ended without cleaning up; the next owner recognises the stale lock.
      #expect(fileNames(in: folder) == [".metalearning-lock", "checkpoint.safetensors", "config.json"])
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

  @Test func `one command line is requeued for ever`() throws {
    try withTemporaryFolder { folder throws in
      let whole = try ToolsProcess(arguments("maml", 10, "\(folder)/whole")).outcome()
      try #require(whole.exitCode == 0)
      func expectWhole(_ name: String, begins: Bool) throws {
        let outcome = try ToolsProcess(arguments("maml", 10, "\(folder)/\(name)") + ["--resume"]).outcome()
        #expect(outcome.exitCode == 0)
        #expect(outcome.output == whole.output)
        #expect(
          outcome.errors.contains("tools: \(folder)/\(name) has no checkpoint; the run starts from the beginning.\n") == begins, "\(name)")
        #expect(fileNames(in: "\(folder)/\(name)") == fileNames(in: "\(folder)/whole"))
        for file in ["checkpoint.safetensors", "metrics.jsonl", "results.json"] {
          #expect(try bytes("\(folder)/\(name)/\(file)") == bytes("\(folder)/whole/\(file)"), "\(name) \(file)")
        }
      }
      try expectWhole("missing", begins: true)
      try FileManager.default.createDirectory(atPath: "\(folder)/empty", withIntermediateDirectories: true)
      try expectWhole("empty", begins: true)
      try expectWhole("empty", begins: false)
      // What a run leaves that was killed before its first checkpoint.
      try FileManager.default.createDirectory(atPath: "\(folder)/killed", withIntermediateDirectories: true)
      let metrics = try bytes("\(folder)/whole/metrics.jsonl")
      try metrics.prefix(metrics.count / 2).write(to: URL(fileURLWithPath: "\(folder)/killed/metrics.jsonl"))
      try Data("4711 elsewhere\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/killed/.metalearning-lock"))
      try Data([1]).write(to: URL(fileURLWithPath: "\(folder)/killed/checkpoint.safetensors.4711-0.tmp"))
      try expectWhole("killed", begins: true)
    }
  }

  @Test func `results without a checkpoint are not lost`() throws {
    try withTemporaryFolder { folder throws in
      try Data([1]).write(to: URL(fileURLWithPath: "\(folder)/results.json"))
      try expectError(
        """
        \(folder) contains results.json but no checkpoint to resume from; name another folder with --out, or replace the files with \
        --overwrite.
        """, arguments("maml", 10, folder) + ["--resume"])
      #expect(fileNames(in: folder) == ["results.json"])
    }
  }

  @Test func `metrics that lack a line of the checkpoint are refused, and nothing changes`() throws {
    try withTemporaryFolder { folder throws in
      let path = "\(folder)/metrics.jsonl"
      try #require(try ToolsProcess(arguments("maml", 10, folder)).outcome().exitCode == 0)
      let metrics = try bytes(path)
      let lines = metrics.split(separator: UInt8(ascii: "\n")).map { $0 + [UInt8(ascii: "\n")] }
      let advice = "the checkpoint is of a later state: restore the file, name another folder with --out, or start again with --overwrite."
      let names = fileNames(in: folder)
      for (damaged, message) in [
        (Data(), "\(path) ends after 0 lines, expected line 1 with iteration 1"),
        (Data(lines[..<9].joined()), "\(path) ends after 9 lines, expected line 10 with iteration 10"),
        (Data(metrics.dropLast(3)), "line 10 of \(path) is cut, expected the whole line of iteration 10"),
        (Data((lines[..<4] + lines[5...]).joined()), "line 5 of \(path) is of iteration 6, expected iteration 5"),
        (Data((lines[..<4] + lines[3...]).joined()), "line 5 of \(path) is of iteration 4, expected iteration 5"),
        (Data("garbage\n".utf8) + metrics, "line 1 of \(path) is not a line of a run, expected iteration 1"),
      ] {
        try damaged.write(to: URL(fileURLWithPath: path))
        try expectError("\(message); \(advice)", arguments("maml", 10, folder) + ["--resume"])
        #expect(try bytes(path) == damaged)
        #expect(fileNames(in: folder) == names)
      }
      // A doubled file and one without its last line feed can be repaired.
      for damaged in [metrics + metrics, metrics.dropLast()] {
        try damaged.write(to: URL(fileURLWithPath: path))
        #expect(try ToolsProcess(arguments("maml", 10, folder) + ["--resume"]).outcome().exitCode == 0)
        #expect(try bytes(path) == metrics)
      }
    }
  }

  @Test func `a line that a limit of the file's size refuses is written after the resume`() throws {
    try withTemporaryFolder { folder throws in
      let whole = try ToolsProcess(arguments("maml", 400, "\(folder)/whole")).outcome()
      try #require(whole.exitCode == 0)
      let part = "\(folder)/part"
      // The checkpoint of iteration 1 fits into the limit; the lines of 400 iterations do not.
      let blocks = 16
      let size = try (bytes("\(folder)/whole/checkpoint.safetensors").count, bytes("\(folder)/whole/metrics.jsonl").count)
      try #require(size.0 < blocks * 512 && size.1 > blocks * 1024, "\(size)")
      let stopped = try ToolsProcess(
        arguments("maml", 400, part) + ["--checkpoint-every", "10", "--quiet"], fileBlocks: blocks
      ).outcome()
      #expect(stopped.exitCode == 2)
      #expect(stopped.errors.hasPrefix("tools: error: \(part)/metrics.jsonl cannot be written: "))
      #expect(stopped.errors.contains("; the checkpoint in \(part) is of iteration "))
      #expect(stopped.errors.hasSuffix("0; run the same command with --resume to continue.\n"))
      let resumed = try ToolsProcess(arguments("maml", 400, part) + ["--resume"]).outcome()
      #expect(resumed.output == whole.output)
      #expect(try bytes("\(part)/metrics.jsonl") == bytes("\(folder)/whole/metrics.jsonl"))
    }
  }

  @Test func `an interrupted run whose checkpoint cannot be written says so`() throws {
    try withTemporaryFolder { folder throws in
      // So many iterations that no line of metrics.jsonl is due. The configuration fits into the limit, the checkpoint does not.
      let process = try ToolsProcess(
        ["run", "maml", "--task", "sinusoid", "--iterations", "1000000000", "--out", folder, "--quiet"], fileBlocks: 6)
      waitForOwner(of: folder, process)
      process.send(SIGINT)
      let outcome = try process.outcome()
      #expect(outcome.exitCode == 130)
      let lines = outcome.errors.split(separator: "\n")
      try #require(lines.count == 2, "\(outcome.errors)")
      #expect(lines[0].contains("\(folder)/checkpoint.safetensors cannot be written: "))
      #expect(lines[1].hasPrefix("tools: interrupted after iteration "))
      #expect(lines[1].hasSuffix(" of 1000000000; no checkpoint is in \(folder)."))
      #expect(fileNames(in: folder) == ["config.json"])
    }
  }
}
