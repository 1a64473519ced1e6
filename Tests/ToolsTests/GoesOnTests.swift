import Foundation
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#endif

private let results = ["checkpoint.safetensors", "metrics.jsonl", "results.json", "config.json"]

private func arguments(_ folder: String, iterations: Int = 12, _ more: [String] = []) -> [String] {
  let run = ["run", "maml", "--task", "sinusoid", "--iterations", "\(iterations)", "--out", folder, "--threads", "1"]
  return run + smallSettings + smallTest + more
}

private func run(_ folder: String, iterations: Int = 12, _ more: String...) throws -> Outcome {
  try ToolsProcess(arguments(folder, iterations: iterations, more)).outcome()
}

private func expectEqual(_ first: String, _ second: String, _ names: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
  for name in names {
    #expect(try bytes("\(first)/\(name)") == bytes("\(second)/\(name)"), "\(name)", sourceLocation: sourceLocation)
  }
}

/// Runs that are repeated, continued and validated.
@Suite struct GoesOnTests {
  // MARK: Configuration

  @Test func `a configuration repeats the run, and flags replace its values`() throws {
    try withTemporaryFolder { folder throws in
      let first = try run("\(folder)/first", iterations: 12, "--seed", "3", "--set", "inner.learningRate=0.02")
      try #require(first.exitCode == 0, "\(first.errors)")
      for (name, source) in [("folder", "\(folder)/first"), ("file", "\(folder)/first/config.json")] {
        let again = try tools("run", "--config", source, "--out", "\(folder)/\(name)")
        #expect(again.exitCode == 0 && again.output == first.output, "\(again.errors)")
        try expectEqual("\(folder)/\(name)", "\(folder)/first", results)
      }
      let other = try tools(
        "run", "maml", "--config", "\(folder)/first", "--seed", "4", "--iterations", "5", "--test-steps", "1", "--out", "\(folder)/o")
      #expect(other.exitCode == 0, "\(other.errors)")
      let asked = try run("\(folder)/asked", iterations: 5, "--seed", "4", "--set", "inner.learningRate=0.02", "--set", "test.shardSize=10")
      #expect(asked.exitCode == 0)
      try expectEqual("\(folder)/o", "\(folder)/asked", ["metrics.jsonl"])
      let configuration = try jsonObject("\(folder)/o/config.json")
      #expect(configuration["seed"] as? Int == 4 && configuration["iterations"] as? Int == 5)
      // It also says how to go on.
      let further = try tools("run", "--config", "\(folder)/first", "--out", "\(folder)/first", "--resume", "--iterations", "15")
      #expect(further.exitCode == 0, "\(further.errors)")
      #expect(try jsonObject("\(folder)/first/config.json")["iterations"] as? Int == 15)
    }
  }

  @Test func `initial parameters are on record with their digest`() throws {
    try withTemporaryFolder { folder throws in
      try #require(try run("\(folder)/first").exitCode == 0)
      let file = "\(folder)/model.safetensors"
      try #require(try tools("export", "\(folder)/first", "--out", file).exitCode == 0)
      try #require(try run("\(folder)/given", iterations: 3, "--init", file).exitCode == 0)
      let again = try tools("run", "--config", "\(folder)/given", "--out", "\(folder)/again")
      #expect(again.exitCode == 0, "\(again.errors)")
      try expectEqual("\(folder)/again", "\(folder)/given", results)
      try #require(try run("\(folder)/other", iterations: 5).exitCode == 0)
      try #require(try tools("export", "\(folder)/other", "--out", file, "--overwrite").exitCode == 0)
      let refused = try tools("run", "--config", "\(folder)/given")
      #expect(refused.exitCode == 2)
      #expect(refused.errors.contains("given initial parameters have the digest") && refused.errors.contains("by --init"))
      #expect(try tools("run", "--config", "\(folder)/given", "--init", file, "--quiet").exitCode == 0)
    }
  }

  @Test func `data are on record, and other data are refused`() throws {
    try withTemporaryFolder { folder throws in
      let file = "\(folder)/t.csv"
      func write(_ offset: Int) throws {
        let rows = (0..<60).map { "g\($0 / 6),\(Double($0 % 6) + Double($0) / 7),\($0 + offset)" }
        try Data((["group,x,y"] + rows).joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
      }
      try write(0)
      let table = ["--data", "table=\(file)", "--set", "task.target=y", "--set", "task.group=group", "--shots", "2", "--queries", "2"]
      let first = try ToolsProcess(
        ["run", "maml", "--task", "table", "--iterations", "3", "--out", "\(folder)/first"] + table + smallSettings + smallTest
      ).outcome()
      try #require(first.exitCode == 0, "\(first.errors)")
      #expect(try jsonObject("\(folder)/first/config.json")["data"] as? String == file)
      let again = try tools("run", "--config", "\(folder)/first", "--out", "\(folder)/again")
      #expect(again.exitCode == 0, "\(again.errors)")
      try expectEqual("\(folder)/again", "\(folder)/first", results)
      try write(1)
      let refused = try tools("run", "--config", "\(folder)/first", "--quiet")
      #expect(refused.exitCode == 2 && refused.errors.contains("the run's data have the digest"), "\(refused.errors)")
      #expect(try tools("run", "--config", "\(folder)/first", "--data", "table=\(file)", "--quiet").exitCode == 0)
    }
  }

  @Test func `a configuration that cannot be used is refused in words`() throws {
    try withTemporaryFolder { folder throws in
      let path = "\(folder)/config.json"
      try expectError("the configuration cannot be used: there is no file \(path); check the path.", ["run", "--config", folder])
      func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
      try write("{\"formatVersion\": 1, \"algorithm\": \"maml\", \"task\": \"sinusoid\",\n\"iteration\": 3}")
      let misspelt = try tools("run", "--config", path)
      #expect(misspelt.exitCode == 2)
      #expect(misspelt.errors.hasPrefix("tools: error: line 2 of \(path): unknown key 'iteration'. Did you mean 'iterations'? Known: "))
      try write("{\"formatVersion\": 7}")
      try expectError(
        "line 1 of \(path): formatVersion is 7, this program reads 1; use the program that wrote the file.", ["run", "--config", path])
      try write("{\"formatVersion\": 1,\n")
      try expectError(
        """
        line 2 of \(path) is not valid: the text ends within a value at byte 21; correct it, or name another file with --config.
        """, ["run", "--config", path])
      try write("{\"formatVersion\": 1, \"algorithm\": \"maml\", \"task\": \"sinusoid\", \"model\": \"mlp\"}")
      for (name, flags, found, expected) in [
        ("ALGORITHM", ["reptile"], "reptile", "maml"), ("--task", ["--task", "glyphs"], "glyphs", "sinusoid"),
        ("--model", ["--model", "conv"], "conv", "mlp"),
      ] {
        try expectError(
          "\(name) is '\(found)', but \(path) is of \(expected), to which its settings belong; leave \(name) out, or leave --config out.",
          ["run"] + flags + ["--config", path])
      }
    }
    try expectError("run needs ALGORITHM; 'tools help run' says more.", ["run"])
  }

  // MARK: More iterations

  @Test func `a finished run goes on with more iterations to the bits of a whole one`() throws {
    try withTemporaryFolder { folder throws in
      let whole = try run("\(folder)/whole", iterations: 20)
      try #require(try run("\(folder)/part", iterations: 12).exitCode == 0)
      let further = try run("\(folder)/part", iterations: 20, "--resume")
      #expect(further.exitCode == 0 && further.output == whole.output, "\(further.errors)")
      try expectEqual("\(folder)/part", "\(folder)/whole", results)
      try expectError(
        """
        \(folder)/part contains a run of 20 iterations, but this command has 12; give --iterations 20 or more, or name another folder \
        with --out.
        """, arguments("\(folder)/part", iterations: 12, ["--resume"]))
      // With as many iterations, it is tested again.
      let again = try run("\(folder)/part", iterations: 20, "--resume")
      #expect(again.exitCode == 0 && again.output == whole.output)
      try expectEqual("\(folder)/part", "\(folder)/whole", results)
    }
  }

  @Test func `a run whose settings depend on the number of iterations does not go on`() throws {
    try withTemporaryFolder { folder throws in
      let cosine = ["--set", "outer.schedule=cosine"]
      try #require(try ToolsProcess(arguments("\(folder)/cosine", cosine)).outcome().exitCode == 0)
      let before = try bytes("\(folder)/cosine/metrics.jsonl")
      try expectError(
        """
        \(folder)/cosine contains a run of 12 iterations, which cannot go on to 20, because outer.schedule=cosine sets the learning rate by \
        the number of iterations; start a new run of 20 iterations in another folder, or resume with --iterations 12.
        """, arguments("\(folder)/cosine", iterations: 20, cosine + ["--resume"]))
      #expect(try bytes("\(folder)/cosine/metrics.jsonl") == before)
      #expect(try ToolsProcess(arguments("\(folder)/cosine", cosine + ["--resume"])).outcome().exitCode == 0)
      let annealed = ["--set", "objective=multi-step", "--set", "objective.annealed=true", "--set", "inner.steps=2"]
      try #require(try ToolsProcess(arguments("\(folder)/annealed", annealed)).outcome().exitCode == 0)
      let refused = try ToolsProcess(arguments("\(folder)/annealed", iterations: 20, annealed + ["--resume"])).outcome()
      #expect(refused.exitCode == 2)
      #expect(refused.errors.contains("because maml with these settings changes its meta-loss"), "\(refused.errors)")
    }
  }

  @Test func `the runs of a comparison go on, too`() throws {
    try withTemporaryFolder { folder throws in
      func compare(_ path: String, _ iterations: Int, _ more: String...) throws -> Outcome {
        try ToolsProcess(
          ["run-all", "--task", "sinusoid", "--only", "maml,fomaml", "--iterations", "\(iterations)", "--out", path, "--quiet"]
            + smallSettings + smallTest + more
        ).outcome()
      }
      try #require(try compare("\(folder)/whole", 9).exitCode == 0)
      try #require(try compare("\(folder)/part", 4).exitCode == 0)
      let further = try compare("\(folder)/part", 9, "--resume")
      #expect(further.exitCode == 0, "\(further.errors)")
      try expectEqual("\(folder)/part", "\(folder)/whole", ["results.json"] + results.map { "sinusoid/maml/\($0)" })
    }
  }

  // MARK: Validation

  @Test func `a run validates, stops and tests its best state`() throws {
    try withTemporaryFolder { folder throws in
      let flags = ["--validate-every", "3", "--patience", "2", "--set", "validation.episodes=5", "--set", "outer.learningRate=0"]
      let stopped = try ToolsProcess(arguments("\(folder)/run", iterations: 100, flags)).outcome()
      #expect(stopped.exitCode == 0)
      #expect(stopped.output.hasPrefix("maml on sinusoid · model mlp · stopped after 9 of 100 iterations · best state, of iteration 3\n"))
      #expect(stopped.errors.contains("maml on sinusoid: validation after iteration 3: "))
      #expect(
        stopped.errors.contains(
          """
          tools: maml on sinusoid: stopped after iteration 9 of 100: 2 validations without improvement since iteration 3, whose state is \
          tested.\n
          """))
      let training = try #require(try jsonObject("\(folder)/run/results.json")["training"] as? [String: Any])
      #expect(training["iterations"] as? Int == 9 && training["stoppedEarly"] as? Bool == true)
      #expect(training["tested"] as? String == "best" && training["testedIteration"] as? Int == 3)
      #expect(
        fileNames(in: "\(folder)/run") == [
          "best.safetensors", "checkpoint.safetensors", "config.json", "example.json", "metrics.jsonl", "results.json", "scores.csv",
          "timing.json",
          "validation.jsonl",
        ])
      // The table is the run's; the title line of a test has the iterations of the whole run.
      let best = try tools("evaluate", "\(folder)/run/best.safetensors")
      #expect(best.output.split(separator: "\n").dropFirst() == stopped.output.split(separator: "\n").dropFirst())
      let resumed = try ToolsProcess(arguments("\(folder)/run", iterations: 100, flags + ["--resume"])).outcome()
      #expect(resumed.exitCode == 0 && resumed.output == stopped.output)
      try expectError(
        """
        \(folder)/run contains a run with validation.episodes = 5, but this command has 200; resume with the original flags, or name another \
        folder with --out.
        """, arguments("\(folder)/run", iterations: 100, ["--set", "outer.learningRate=0", "--resume"]))
      let again = try tools("run", "--config", "\(folder)/run", "--out", "\(folder)/again")
      #expect(again.output == stopped.output)
      try expectEqual("\(folder)/again", "\(folder)/run", results + ["validation.jsonl", "best.safetensors"])
      let quiet = try ToolsProcess(arguments("\(folder)/quiet", iterations: 100, flags + ["--quiet"])).outcome()
      #expect(quiet.errors == "")
    }
  }

  @Test func `a signal in a validation keeps the iteration`() throws {
    try withTemporaryFolder { folder throws in
      // A validation of minutes, after two iterations.
      let flags = ["--validate-every", "2", "--quiet"]
      let process = try ToolsProcess(arguments("\(folder)/run", flags + ["--set", "validation.episodes=10000000"]))
      let metrics = "\(folder)/run/metrics.jsonl"
      while process.isRunning, (try? bytes(metrics))?.count(where: { $0 == UInt8(ascii: "\n") }) != 2 { usleep(500) }
      usleep(200_000)
      process.send(SIGINT)
      let outcome = try process.outcome()
      #expect(outcome.exitCode == 130)
      #expect(
        outcome.errors == """
          tools: interrupted in the validation after iteration 2 of 12; the checkpoint is in \(folder)/run; run the same command with \
          --resume to continue.\n
          """)
      #expect(!fileNames(in: "\(folder)/run").contains("validation.jsonl"))
    }
  }

  @Test func `a validated comparison is resumed with its results`() throws {
    try withTemporaryFolder { folder throws in
      let compare =
        ["run-all", "--task", "sinusoid", "--only", "maml", "--iterations", "12", "--out", "\(folder)/all", "--set", "validation.every=4"]
        + ["--set", "validation.episodes=5"] + smallSettings + smallTest
      try #require(try ToolsProcess(compare).outcome().exitCode == 0)
      let before = try bytes("\(folder)/all/results.json")
      let again = try ToolsProcess(compare + ["--resume"]).outcome()
      #expect(again.errors.contains("tools: 1 of 1 runs are finished, and are not repeated.\n"), "\(again.errors)")
      #expect(try bytes("\(folder)/all/results.json") == before)
    }
  }

  @Test func `a validation that cannot be is refused`() throws {
    try withTemporaryFolder { folder throws in
      try expectError(
        "a validation every 13 iterations (validation.every) never takes place in a run of 12; lower --validate-every.",
        arguments("\(folder)/run", ["--validate-every", "13"]))
      try expectError(
        "a patience of 2 validations (validation.patience) has no effect without validations; give --validate-every N.",
        arguments("\(folder)/run", ["--patience", "2"]))
      #expect(fileNames(in: folder) == [])
    }
  }

  // MARK: Damaged checkpoints

  @Test func `a damaged latest checkpoint falls back to the one before`() throws {
    try withTemporaryFolder { folder throws in
      let (path, more) = ("\(folder)/run", ["--checkpoint-every", "5"])
      let whole = try ToolsProcess(arguments(path, more)).outcome()
      try #require(whole.exitCode == 0)
      let latest = URL(fileURLWithPath: "\(path)/checkpoint.safetensors")
      let (good, metrics) = (try Data(contentsOf: latest), try bytes("\(path)/metrics.jsonl"))
      var damaged = good
      damaged[good.count - 1] ^= 1
      try damaged.write(to: latest)
      let advice = """
        \(path)/checkpoint.safetensors is damaged: its content differs from what was written; use another copy, or repeat the run; try the \
        checkpoint before it, \(path)/checkpoint.previous.safetensors, which is of iteration 10.
        """
      try expectError(advice, ["evaluate", path])
      try expectError(advice, ["export", path, "--out", "\(folder)/m.safetensors"])
      try expectError(advice, ["adapt", path, "--support", "s", "--query", "q"])
      #expect(try tools("evaluate", "\(path)/checkpoint.previous.safetensors").exitCode == 0)
      let resumed = try ToolsProcess(arguments(path, more + ["--resume"])).outcome()
      #expect(resumed.exitCode == 0 && resumed.output == whole.output)
      #expect(
        resumed.errors.contains(
          """
          tools: note: \(path)/checkpoint.safetensors is damaged: its content differs from what was written; use another copy, or repeat \
          the run. The run goes on from the checkpoint before it, which is of iteration 10.\n
          """), "\(resumed.errors)")
      #expect(try Data(contentsOf: latest) == good)
      #expect(try bytes("\(path)/metrics.jsonl") == metrics)
      for name in ["checkpoint.safetensors", "checkpoint.previous.safetensors"] {
        try Data([1]).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
      }
      let both = try ToolsProcess(arguments(path, more + ["--resume"])).outcome()
      #expect(both.exitCode == 2)
      #expect(both.errors.hasPrefix("tools: error: both checkpoints are damaged: \(path)/checkpoint.safetensors is not a valid checkpoint"))
      #expect(both.errors.contains("\(path)/checkpoint.previous.safetensors is not"))
    }
  }

  @Test func `a run that is killed at any moment goes on`() throws {
    try withTemporaryFolder { folder throws in
      let more = ["--checkpoint-every", "1", "--validate-every", "50", "--set", "validation.episodes=4", "--quiet"]
      let whole = try ToolsProcess(arguments("\(folder)/whole", iterations: 200, more)).outcome()
      try #require(whole.exitCode == 0, "\(whole.errors)")
      // Killed many times, each time somewhere else, it is at last as if it had not been.
      for _ in 0..<5 {
        let process = try ToolsProcess(arguments("\(folder)/part", iterations: 200, more + ["--resume"]))
        usleep(150_000)
        process.send(SIGKILL)
        _ = try process.outcome()
      }
      let last = try ToolsProcess(arguments("\(folder)/part", iterations: 200, more + ["--resume"])).outcome()
      #expect(last.exitCode == 0 && last.output == whole.output, "\(last.errors)")
      try expectEqual("\(folder)/part", "\(folder)/whole", results + ["validation.jsonl", "best.safetensors"])
    }
  }

  // MARK: Event files

  @Test func `event files go into their folder, and one that cannot be written is named`() throws {
    try withTemporaryFolder { folder throws in
      let first = try run("\(folder)/run", iterations: 6, "--log-dir", "\(folder)/log")
      #expect(first.exitCode == 0, "\(first.errors)")
      #expect(try run("\(folder)/run", iterations: 9, "--resume", "--log-dir", "\(folder)/log").exitCode == 0)
      let names = fileNames(in: "\(folder)/log")
      #expect(names.count == 2 && names.allSatisfy { $0.hasPrefix("events.out.tfevents.") })
      let plain = try run("\(folder)/plain", iterations: 9)
      #expect(plain.exitCode == 0)
      try expectEqual("\(folder)/run", "\(folder)/plain", results)
      try Data().write(to: URL(fileURLWithPath: "\(folder)/file"))
      let refused = try run("\(folder)/refused", iterations: 6, "--log-dir", "\(folder)/file")
      #expect(refused.exitCode == 2)
      #expect(refused.errors == "tools: error: \(folder)/file is not a folder; name another one with --log-dir.\n")
      #expect(!fileNames(in: folder).contains("refused"))
      // Without --out, the events are the only files: their limit is reached.
      let limited = try ToolsProcess(
        ["run", "maml", "--task", "sinusoid", "--iterations", "400", "--log-dir", "\(folder)/limited", "--quiet"] + smallSettings,
        fileBlocks: 8
      ).outcome()
      #expect(limited.exitCode == 2)
      #expect(limited.errors.hasPrefix("tools: error: \(folder)/limited/events.out.tfevents."), "\(limited.errors)")
      #expect(limited.errors.contains(" cannot be written: "))
    }
  }
}
