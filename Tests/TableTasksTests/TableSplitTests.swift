import Foundation
import Registry
import TableTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Which groups are in which split.
@Suite struct TableSplitTests {
  private func text(groups: Int, rows: Int = 5) -> String {
    csv("g,x,y", rows: groups * rows) { "g\($0 / rows),\($0),\($0 * $0)" }
  }

  private func counts(_ table: GroupedTable) -> [Int] { Split.allCases.map { table.classes(in: $0).count } }

  @Test(arguments: [
    (3, [1, 1, 1]), (4, [2, 1, 1]), (5, [3, 1, 1]), (7, [5, 1, 1]), (8, [4, 2, 2]), (10, [6, 2, 2]), (42, [26, 8, 8]), (100, [60, 20, 20]),
  ])
  func `60, 20 and 20 percent, at least one each`(groups: Int, expected: [Int]) throws {
    for rule in ["random", "first"] {
      let table = try load(text(groups: groups), Ten.settings.merging(["split": rule]) { $1 })
      #expect(counts(table) == expected)
      #expect(Set(Split.allCases.flatMap { table.classes(in: $0) }).count == groups)
    }
  }

  @Test func `first keeps the order of the file`() throws {
    let table = try load(text(groups: 12), Ten.settings.merging(["split": "first"]) { $1 })
    #expect(table.classes(in: .metaTrain) == (0..<8).map { "g\($0)" })
    #expect(table.classes(in: .metaValidation) == ["g8", "g9"])
    #expect(table.classes(in: .metaTest) == ["g10", "g11"])
  }

  @Test func `random depends on names and seed, not on the order of rows`() throws {
    let table = try load(text(groups: 20), Ten.settings)
    let lines = text(groups: 20).split(separator: "\n")
    let reversed = try load(([lines[0]] + lines[1...].reversed()).joined(separator: "\n"), Ten.settings)
    #expect(reversed.splitFingerprint == table.splitFingerprint)
    let other = try load(text(groups: 20), Ten.settings.merging(["splitSeed": "1"]) { $1 })
    #expect(other.splitFingerprint != table.splitFingerprint)
    // Pinned: a change would move groups of saved runs between splits.
    #expect(table.splitFingerprint == "f25867366d9e22f9")
  }

  @Test func `a file assigns groups`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/split.csv"
      func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
      let settings = Ten.settings.merging(["split": path]) { $1 }
      try write("split,note,group\ntrain,x,g0\nmeta-train,,g2\nvalidation,,g1\ntest,,g9\n")
      let table = try load(text(groups: 10), settings)
      #expect(table.classes(in: .metaTrain) == ["g0", "g2"] && table.classes(in: .metaValidation) == ["g1"])
      #expect(table.classes(in: .metaTest) == ["g9"])
      #expect(table.notes.contains("6 groups in no split left out: g3, g4, g5, g6, g7, g8."))

      func expect(_ error: TableError, _ lines: String) throws {
        try write("group,split\ng0,train\ng1,validation\n\(lines)\n")
        #expect(throws: error) { try load(text(groups: 10), settings) }
      }
      try expect(.emptySplit(path: path, split: .metaTest), "g2,train")
      try expect(.unknownSplit(path: path, group: "g2", found: "tests"), "g2,tests")
      try expect(.twoSplits(path: path, group: "g0"), "g0,test")
      try expect(.unknownGroup(path: path, LookupError(kind: "group", name: "g77", known: (0..<10).map { "g\($0)" })), "g77,test")
      try write("name,part\ng0,train\n")
      #expect(throws: TableError.splitFileColumns(path: path, found: ["name", "part"])) { try load(text(groups: 10), settings) }
    }
    #expect(throws: TableError.file(.missing(path: "frist"))) {
      try load(text(groups: 10), Ten.settings.merging(["split": "frist"]) { $1 })
    }
  }

  @Test func `groups with too few rows are left out and named`() throws {
    let table = try load(text(groups: 10) + "tiny,1,2\nsmall\u{1b},1,2\nsmall\u{1b},2,2\n", Ten.settings)
    #expect(table.notes.contains(#"2 groups with fewer than 5 rows left out: tiny (1), small\u{1b} (2)."#))
    #expect(counts(table) == [6, 2, 2])
    #expect(throws: TableError.groupsTooSmall(required: 40, largest: "g0", rows: 5)) {
      try load(text(groups: 10), Ten.settings.merging(["shots": "30", "queries": "10"]) { $1 })
    }
  }

  @Test func `one or two groups cannot be split`() {
    for groups in 1...2 {
      #expect(throws: TableError.tooFewGroups(found: groups, required: 3)) { try load(text(groups: groups), Ten.settings) }
    }
    #expect(
      TableError.tooFewGroups(found: 1, required: 3).description.hasPrefix(
        "the table has 1 group with enough rows, expected at least 3, one for each split;"))
  }
}
