import Foundation
import Testing
import _TestSupport

private func runAll(_ folder: String, _ more: String...) throws -> Outcome {
  try ToolsProcess(
    ["run-all", "--iterations", "4", "--out", folder, "--quiet", "--task", "sinusoid", "--only", "maml,chance"] + smallTest + more
  ).outcome()
}

private let reports = ["results.json", "results.csv", "scores.csv", "report.md", "report.html"]

@Suite struct CompareTests {
  @Test func `recorded runs give the tables and files of run-all`() throws {
    try withTemporaryFolder { folder throws in
      let (whole, other) = ("\(folder)/whole", "\(folder)/other")
      let trained = try runAll(whole, "--seeds", "2")
      #expect(trained.exitCode == 0)
      #expect(fileNames(in: "\(whole)/sinusoid/maml") == ["seed-0", "seed-1"])
      let compared = try tools("compare", whole, "--out", other)
      #expect(compared.exitCode == 0 && compared.errors == "")
      #expect(compared.output == trained.output)
      for name in reports { #expect(try bytes("\(other)/\(name)") == bytes("\(whole)/\(name)")) }
      let runs = ["maml/seed-0", "maml/seed-1", "chance/seed-0", "chance/seed-1"].map { "\(whole)/sinusoid/\($0)" }
      let named = try ToolsProcess(["compare"] + runs + ["--json"]).outcome()
      #expect(named.output == String(decoding: try bytes("\(whole)/results.json"), as: UTF8.self))
      // A resumed comparison repeats nothing.
      let resumed = try runAll(whole, "--seeds", "2", "--resume")
      #expect(resumed.exitCode == 0 && resumed.output == trained.output)
    }
  }

  @Test func `what cannot be compared is refused, and nothing is written`() throws {
    try withTemporaryFolder { folder throws in
      func run(_ name: String, _ more: String...) throws -> String {
        let path = "\(folder)/\(name)"
        #expect(
          try ToolsProcess(["run", "maml", "--task", "sinusoid", "--iterations", "2", "--out", path, "--quiet"] + smallTest + more)
            .outcome().exitCode == 0)
        return path
      }
      let one = try run("one")
      let out = "\(folder)/out"
      func expect(_ text: String, _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws {
        let outcome = try ToolsProcess(["compare"] + arguments + ["--out", out]).outcome()
        #expect(outcome.exitCode == 2 && outcome.output == "", sourceLocation: sourceLocation)
        #expect(outcome.errors.hasPrefix("tools: error: \(text)"), "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(fileNames(in: out) == [], sourceLocation: sourceLocation)
      }
      try expect("maml (seed 0) is named twice", one, one)
      try expect("maml task.shots=", one, run("shots", "--shots", "3"))
      try expect("\(folder)/none holds no results", "\(folder)/none")
      try expect("--rank-at is 3, but the meta-test ends after step 2", one, "--rank-at", "3")
      try expect("--rank-at is 'best', expected trained|last|N", one, "--rank-at", "best")
      try FileManager.default.removeItem(atPath: "\(one)/scores.csv")
      try expect("\(one) holds results without the scores", one)
      try FileManager.default.removeItem(atPath: "\(one)/results.json")
      try expect("\(one) holds a run that has not ended", one)
    }
  }
}
