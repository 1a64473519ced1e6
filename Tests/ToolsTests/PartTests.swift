import Foundation
import Testing
import _TestSupport

private let choice =
  ["--iterations", "4", "--task", "sinusoid,linear-classification", "--only", "maml,chance,reptile", "--quiet"] + smallTest

@Suite struct PartTests {
  @Test(arguments: [2, 4])
  func `parts do every run once, and compare joins them to the files of one run-all`(count: Int) throws {
    try withTemporaryFolder { folder throws in
      let whole = try ToolsProcess(["run-all", "--out", "\(folder)/whole"] + choice).outcome()
      #expect(whole.exitCode == 0)
      var runs: [String] = []
      let parts = (1...count).map { "\(folder)/part-\($0)" }
      for (number, part) in parts.enumerated() {
        let outcome = try ToolsProcess(["run-all", "--part", "\(number + 1)/\(count)", "--out", part] + choice).outcome()
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors == "")
        let tasks = fileNames(in: part).filter { !$0.contains(".") }
        #expect(!tasks.isEmpty)
        for task in tasks { runs += fileNames(in: "\(part)/\(task)").map { "\(task)/\($0)" } }
      }
      let all = ["sinusoid", "linear-classification"].flatMap { task in ["maml", "chance", "reptile"].map { "\(task)/\($0)" } }
      #expect(runs.sorted() == all.sorted())
      let joined = try ToolsProcess(["compare"] + parts + ["--out", "\(folder)/joined", "--quiet"]).outcome()
      #expect(joined.exitCode == 0)
      for name in ["scores.csv", "results.csv"] {
        // The order of the rows is that of the folders.
        func lines(_ run: String) throws -> [String] {
          String(decoding: try bytes("\(folder)/\(run)/\(name)"), as: UTF8.self).split(separator: "\n").map(String.init).sorted()
        }
        #expect(try lines("joined") == lines("whole"), "\(name)")
      }
    }
  }

  @Test(arguments: ["0/3", "4/3", "1", "a/b", "1/2/3", "-1/3", "3/", "/3", "1/0", "٣/٤"])
  func `a part that is none is refused`(text: String) throws {
    try expectError(
      "--part is '\(text)', expected I/N with I from 1 to N, such as 1/4 for the first of four parts.",
      ["run-all", "--part=\(text)"] + choice)
  }

  @Test func `more parts than runs are refused`() throws {
    try withTemporaryFolder { folder throws in
      try expectError(
        "--part has 7 parts, but there are 6 runs; give at most 6.", ["run-all", "--part", "7/7", "--out", folder] + choice)
      #expect(fileNames(in: folder) == [])
    }
  }
}
