import Foundation
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#endif

private func runAll(_ folder: String, _ more: String...) throws -> Outcome {
  try ToolsProcess(
    ["run-all", "--iterations", "4", "--out", folder, "--quiet", "--task", "sinusoid,linear-classification"] + smallTest + more
  ).outcome()
}

@Suite struct RunAllTests {
  @Test func `a table for each task, and the same as files`() throws {
    try withTemporaryFolder { folder throws in
      let outcome = try runAll(folder, "--only", "maml,chance,reptile")
      #expect(outcome.exitCode == 0)
      #expect(outcome.errors == "")
      #expect(
        outcome.output.hasPrefix("sinusoid · mse after each algorithm's own number of steps · 6 held-out episodes of meta-test · split "))
      #expect(outcome.output.contains("\nlinear-classification · accuracy in % after each algorithm's own number of steps · "))
      #expect(
        fileNames(in: folder) == [
          "linear-classification", "report.html", "report.md", "results.csv", "results.json", "scores.csv", "sinusoid",
        ])
      #expect(fileNames(in: "\(folder)/sinusoid") == ["chance", "maml", "reptile"])
      let tasks = try #require(try jsonObject("\(folder)/results.json")["tasks"] as? [[String: Any]])
      #expect(tasks.compactMap { $0["task"] as? String } == ["sinusoid", "linear-classification"])
      #expect(tasks.compactMap { ($0["rows"] as? [Any])?.count } == [3, 3])
      // The checkpoint of each run can be tested again.
      let again = try tools("evaluate", "\(folder)/sinusoid/maml", "--quiet")
      #expect(again.exitCode == 0)
      #expect(again.output.hasPrefix("maml on sinusoid · model mlp · 4 iterations\n"))
    }
  }

  @Test func `algorithms are left out, and a setting goes to those that know it`() throws {
    try withTemporaryFolder { folder throws in
      let outcome = try runAll(folder, "--only", "reptile,chance,maml", "--skip", "maml", "--set", "inner.steps=2")
      #expect(outcome.exitCode == 0)
      #expect(fileNames(in: "\(folder)/sinusoid") == ["chance", "reptile"])
    }
  }

  @Test func `a run that diverges does not spoil the others`() throws {
    try withTemporaryFolder { folder throws in
      let outcome = try ToolsProcess(
        [
          "run-all", "--iterations", "500", "--out", folder, "--quiet", "--task", "sinusoid", "--only", "maml,chance", "--set",
          "inner.learningRate=1000", "--set", "outer.learningRate=1000",
        ] + smallTest
      ).outcome()
      #expect(outcome.exitCode == 2)
      #expect(outcome.errors.hasPrefix("tools: error: maml on sinusoid: meta-training diverged in iteration "))
      let tasks = try #require(try jsonObject("\(folder)/results.json")["tasks"] as? [[String: Any]])
      let rows = try #require(tasks.first?["rows"] as? [[String: Any]])
      #expect(rows.compactMap { $0["algorithm"] as? String } == ["chance", "maml"])
      #expect((rows.last?["failure"] as? String)?.hasPrefix("meta-training diverged in iteration ") == true)
      #expect(rows.first?["failure"] is NSNull)
      #expect(outcome.output.contains("\nfailed  maml: meta-training diverged in iteration "))
      let files = try ["report.md", "results.csv"].map { String(decoding: try bytes("\(folder)/\($0)"), as: UTF8.self) }
      for text in files { #expect(text.contains("meta-training diverged in iteration ")) }
    }
  }

  @Test func `default folders differ, also within a second`() throws {
    try withTemporaryFolder { folder throws in
      let arguments = ["run-all", "--iterations", "1", "--quiet", "--task", "sinusoid", "--only", "chance"] + smallTest
      let processes = try (0..<3).map { _ in try ToolsProcess(arguments, in: folder) }
      for process in processes { #expect(try process.outcome().exitCode == 0) }
      let runs = fileNames(in: "\(folder)/runs")
      #expect(runs.count == 3)
      for run in runs {
        #expect(
          fileNames(in: "\(folder)/runs/\(run)") == ["report.html", "report.md", "results.csv", "results.json", "scores.csv", "sinusoid"])
      }
    }
  }

  /// The comparison's files.
  private func reports(_ folder: String) throws -> [Data] {
    try ["results.json", "results.csv", "scores.csv", "report.md"].map { try bytes("\(folder)/\($0)") }
  }

  @Test func `a resumed comparison repeats nothing that is finished, and equals an uninterrupted one`() throws {
    try withTemporaryFolder { folder throws in
      let (whole, part) = ("\(folder)/whole", "\(folder)/part")
      let choice = ["--only", "maml,chance,reptile", "--set", "training.metaBatch=4"]
      func run(_ out: String, _ more: String...) throws -> Outcome {
        try ToolsProcess(
          ["run-all", "--iterations", "4", "--out", out, "--quiet", "--task", "sinusoid,linear-classification"] + smallTest + choice + more
        ).outcome()
      }
      #expect(try run(whole).exitCode == 0)
      // A folder that does not exist yet is begun.
      #expect(try run(part, "--resume").exitCode == 0)
      #expect(try reports(part) == reports(whole))

      // As after an interruption: one run is tested, one trained, one killed before its first checkpoint, and one not begun.
      let manager = FileManager.default
      for name in ["results.json", "results.csv", "scores.csv", "report.md", "report.html"] {
        try manager.removeItem(atPath: "\(part)/\(name)")
      }
      for name in ["results.json", "timing.json"] { try manager.removeItem(atPath: "\(part)/sinusoid/chance/\(name)") }
      for name in ["results.json", "scores.csv", "timing.json", "checkpoint.safetensors"] {
        try manager.removeItem(atPath: "\(part)/sinusoid/reptile/\(name)")
      }
      try manager.removeItem(atPath: "\(part)/linear-classification/maml")
      let finished = "\(part)/sinusoid/maml/results.json"
      let before = try manager.attributesOfItem(atPath: finished)[.systemFileNumber] as? Int
      let resumed = try run(part, "--resume")
      #expect(resumed.exitCode == 0)
      #expect(resumed.errors == "")
      #expect(try reports(part) == reports(whole))
      for algorithm in ["maml", "chance", "reptile"] {
        for task in ["sinusoid", "linear-classification"] {
          for name in ["checkpoint.safetensors", "metrics.jsonl", "results.json"] {
            #expect(try bytes("\(part)/\(task)/\(algorithm)/\(name)") == bytes("\(whole)/\(task)/\(algorithm)/\(name)"))
          }
        }
      }
      // The finished run's file is the same file, not a new one.
      #expect(try manager.attributesOfItem(atPath: finished)[.systemFileNumber] as? Int == before)
    }
  }

  @Test func `a comparison resumes from the checkpoint of an interrupted run`() throws {
    try withTemporaryFolder { folder throws in
      let (whole, part) = ("\(folder)/whole", "\(folder)/part")
      func arguments(_ out: String) -> [String] {
        ["run-all", "--only", "maml,chance", "--task", "sinusoid", "--threads", "1", "--out", out] + smallSettings + smallTest
          + ["--iterations", "3000"]
      }
      let process = try ToolsProcess(arguments(part))
      while process.isRunning, !FileManager.default.fileExists(atPath: "\(part)/sinusoid/maml/metrics.jsonl") { usleep(500) }
      process.send(SIGINT)
      let stopped = try process.outcome()
      // A very fast machine may have finished; the comparison below holds all the same.
      if stopped.exitCode != 0 {
        #expect(stopped.exitCode == 130)
        #expect(stopped.errors.hasSuffix("; run the same command with --resume to continue.\n"))
      }
      #expect(try ToolsProcess(arguments(whole)).outcome().exitCode == 0)
      #expect(try ToolsProcess(arguments(part) + ["--resume"]).outcome().exitCode == 0)
      #expect(try reports(part) == reports(whole))
    }
  }

  @Test func `a failed run fails again when it is resumed`() throws {
    try withTemporaryFolder { folder throws in
      let arguments =
        ["run-all", "--iterations", "500", "--out", folder, "--quiet", "--task", "sinusoid", "--only", "maml,chance"]
        + ["--set", "inner.learningRate=1000", "--set", "outer.learningRate=1000"] + smallTest
      #expect(try ToolsProcess(arguments).outcome().exitCode == 2)
      let before = try reports(folder)
      let again = try ToolsProcess(arguments + ["--resume"]).outcome()
      #expect(again.exitCode == 2)
      #expect(again.errors.hasPrefix("tools: error: maml on sinusoid: meta-training diverged in iteration "))
      #expect(try reports(folder) == before)
    }
  }

  @Test func `a run with other settings, or of another kind, is not resumed`() throws {
    try withTemporaryFolder { folder throws in
      #expect(try runAll(folder, "--only", "chance").exitCode == 0)
      let before = try reports(folder)
      let other = try runAll(folder, "--only", "chance", "--seed", "7", "--resume")
      #expect(other.exitCode == 2)
      #expect(
        other.errors == """
          tools: error: \(folder)/sinusoid/chance contains a run with seed = 0, but this command has 7; resume with the original flags, \
          or name another folder with --out.\n
          """)
      #expect(try reports(folder) == before)
      let single = try runAll("\(folder)/sinusoid/chance", "--only", "chance", "--resume")
      #expect(single.exitCode == 2)
      #expect(single.errors.hasPrefix("tools: error: \(folder)/sinusoid/chance holds a run already (checkpoint.safetensors);"))
    }
  }

  @Test func `a folder that holds results is refused`() throws {
    try withTemporaryFolder { folder throws in
      #expect(try runAll(folder, "--only", "chance").exitCode == 0)
      let refused = try runAll(folder, "--only", "chance")
      #expect(refused.exitCode == 2)
      #expect(refused.errors.hasPrefix("tools: error: \(folder) holds a run already (results.json);"))
      #expect(try runAll(folder, "--only", "chance", "--overwrite").exitCode == 0)
    }
  }
}
