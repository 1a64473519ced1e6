import Foundation
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#endif

/// A CSV file from the command line: run, evaluate, resume, run-all, and errors.
@Suite struct TableRunTests {
  private static let text: String = {
    var text = "person,day,mood,score\n"
    for row in 0..<240 {
      let (person, day) = (row / 12, row % 12)
      text += "p\(person),\(day),\(["good", "bad"][row % 2]),\(Double(day * person) / 10)\n"
    }
    return text
  }()
  private static let settings = ["--set", "task.group=person", "--set", "task.target=score", "--shots", "4", "--queries", "4"]

  /// Writes the table and gives the arguments of commands on it.
  private func withTable(_ text: String = text, _ body: (_ folder: String, _ data: [String]) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/t.data"))
      try body(folder, ["--data", "table=\(folder)/t.data"])
    }
  }

  private func run(_ folder: String, _ data: [String], _ more: [String]) throws -> Outcome {
    try ToolsProcess(["run", "maml", "--task", "table"] + data + Self.settings + smallSettings + smallTest + more).outcome()
  }

  @Test func `a run, its test again, and its continuation`() throws {
    try withTable { folder, data in
      let whole = try run(folder, data, ["--iterations", "8", "--out", "\(folder)/whole"])
      #expect(whole.exitCode == 0, "\(whole.errors)")
      #expect(
        whole.errors.contains("tools: note: table: groups: meta-train 12 (144 rows), meta-validation 4 (48 rows), meta-test 4 (48 rows).\n")
      )
      let tested = try ToolsProcess(["evaluate", "\(folder)/whole", "--quiet"] + data).outcome()
      #expect(tested.output == whole.output && tested.errors == "")

      try expectResumed(folder, data)
    }
  }

  /// Interrupts a run, and expects its continuation to equal a run without interruption.
  private func expectResumed(_ folder: String, _ data: [String]) throws {
    for iterations in [1000, 4000, 16_000, 64_000] {
      let arguments =
        ["run", "maml", "--task", "table"] + data + Self.settings + smallSettings + smallTest + [
          "--iterations", "\(iterations)", "--quiet",
        ]
      let stopped = "\(folder)/stopped-\(iterations)"
      let process = try ToolsProcess(arguments + ["--out", stopped])
      while process.isRunning, !FileManager.default.fileExists(atPath: "\(stopped)/metrics.jsonl") { usleep(500) }
      process.send(SIGINT)
      if try process.outcome().exitCode != 130 { continue }
      let resumed = try ToolsProcess(arguments + ["--out", stopped, "--resume"]).outcome()
      let whole = try ToolsProcess(arguments + ["--out", "\(folder)/uninterrupted", "--threads", "1"]).outcome()
      #expect(resumed.exitCode == 0 && resumed.output == whole.output, "\(resumed.errors)")
      for name in ["checkpoint.safetensors", "metrics.jsonl", "results.json"] {
        #expect(try bytes("\(stopped)/\(name)") == bytes("\(folder)/uninterrupted/\(name)"), "\(name)")
      }
      return
    }
    Issue.record("no run was long enough to be interrupted")
  }

  @Test func `a changed file is refused with both digests`() throws {
    try withTable { folder, data in
      #expect(try run(folder, data, ["--iterations", "4", "--out", "\(folder)/run"]).exitCode == 0)
      // Other values of the same groups: to resume is refused, to test is not.
      let path = "\(folder)/t.data"
      try Data(Self.text.replacing("p0,0,good", with: "p0,1,good").utf8).write(to: URL(fileURLWithPath: path))
      let resumed = try run(folder, data, ["--iterations", "4", "--out", "\(folder)/run", "--resume"])
      #expect(resumed.exitCode == 2 && resumed.errors.contains("the run's data have the digest "), "\(resumed.errors)")
      #expect(try ToolsProcess(["evaluate", "\(folder)/run", "--quiet"] + data).outcome().exitCode == 0)
      // Other groups.
      try Data(Self.text.replacing("p3,", with: "q3,").utf8).write(to: URL(fileURLWithPath: path))
      let tested = try ToolsProcess(["evaluate", "\(folder)/run", "--quiet"] + data).outcome()
      #expect(tested.exitCode == 2 && tested.output == "")
      #expect(tested.errors.hasPrefix("tools: error: the run's tasks have the split fingerprint "), "\(tested.errors)")
    }
  }

  @Test func `evaluate uses the statistics of the run`() throws {
    try withTable { folder, data in
      #expect(try run(folder, data, ["--iterations", "4", "--out", "\(folder)/run", "--set", "task.split=first"]).exitCode == 0)
      let before = try ToolsProcess(["evaluate", "\(folder)/run", "--quiet"] + data).outcome()
      // p0 is in meta-training: its rows change the statistics of a new run, but not a test of this one.
      let path = "\(folder)/t.data"
      try Data(Self.text.replacing("p0,5,bad,0.0", with: "p0,5000,bad,70.0").utf8).write(to: URL(fileURLWithPath: path))
      #expect(try ToolsProcess(["evaluate", "\(folder)/run", "--quiet"] + data).outcome().output == before.output)
      let fresh = try run(folder, data, ["--iterations", "4", "--quiet", "--set", "task.split=first"])
      #expect(fresh.exitCode == 0 && fresh.output != before.output)
    }
  }

  @Test func `all algorithms on a table`() throws {
    try withTable { folder, data in
      let outcome = try ToolsProcess(
        ["run-all", "--task", "table"] + data + Self.settings + smallSettings + smallTest + ["--iterations", "2", "--out", "\(folder)/all"]
      ).outcome()
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      let tasks = try #require(try jsonObject("\(folder)/all/results.json")["tasks"] as? [[String: Any]])
      #expect((tasks[0]["rows"] as? [Any])?.count == 14)
      let notes = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("tools: note: table: groups: ") }
      try #require(notes.count == 1)
      // The report says it too.
      let report = String(decoding: try bytes("\(folder)/all/report.md"), as: UTF8.self)
      #expect(report.contains("\n- Note: \(notes[0].dropFirst("tools: note: table: ".count))\n"))
    }
  }

  @Test func `bad input has one message and writes nothing`() throws {
    try withTable(Self.text + "p9,1\n") { folder, data in
      let out = ["--out", "\(folder)/run"]
      try expectError(
        "\(folder)/t.data: row 242 has 2 cells, expected 4 as in the header; correct the row, or set task.separator.",
        ["run", "maml", "--task", "table"] + data + Self.settings + out)
      try expectError("table needs a file; name it by --data table=FILE.", ["run", "maml", "--task", "table"] + out)
      try expectError(
        "task.target is not set; name the column to predict. Columns: person, day, mood, score.",
        ["run", "maml", "--task", "table"] + data + out)
      #expect(fileNames(in: folder) == ["t.data"])
    }
  }
}
