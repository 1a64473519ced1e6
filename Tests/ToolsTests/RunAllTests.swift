import Foundation
import Testing
import _TestSupport

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
      #expect(outcome.output.hasPrefix("sinusoid · mse after 2 steps · 6 held-out episodes of meta-test · split "))
      #expect(outcome.output.contains("\nlinear-classification · accuracy in % after 2 steps · "))
      #expect(fileNames(in: folder) == ["linear-classification", "report.md", "results.csv", "results.json", "sinusoid"])
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
        #expect(fileNames(in: "\(folder)/runs/\(run)") == ["report.md", "results.csv", "results.json", "sinusoid"])
      }
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
