import Foundation
import TableTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Groups that the framework assigns to splits, for cross-validation.
@Suite struct TableFoldTests {
  /// Prepares a table without a split.
  private func groups(_ text: String, _ settings: [String: String] = Ten.settings) throws -> (table: GroupedTable, names: [String]) {
    try withTemporaryFolder { folder in
      let path = "\(folder)/table.csv"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      var table = try configured(settings)
      let names = try table.prepareGroups(source: path)
      return (table, names)
    }
  }

  private static let splits: [Split: [String]] = [.metaTrain: ["g3", "g0", "g1"], .metaTest: ["g2", "g9"]]

  @Test func `the groups are those with enough rows`() throws {
    let (table, names) = try groups(Ten.text + "tiny,1,2,red\n")
    #expect(names == (0..<10).map { "g\($0)" })
    #expect(table.notes == ["1 group with fewer than 5 rows left out: tiny (1)."])
    #expect(throws: TaskError.notPrepared(task: "table")) { try table.episodes(0..<1, of: "g0", seed: 0) }
    #expect(throws: TaskError.notPrepared(task: "table")) { try configured(Ten.settings).assigning(Self.splits) }
  }

  @Test func `an assignment is the split`() throws {
    let table = try groups(Ten.text).table
    let assigned = try table.assigning(Self.splits)
    #expect(assigned.classes(in: .metaTrain) == ["g0", "g1", "g3"] && assigned.classes(in: .metaTest) == ["g2", "g9"])
    #expect(assigned.classes(in: .metaValidation) == [])
    let other = try table.assigning([.metaTrain: ["g0", "g1"], .metaTest: ["g3"]])
    #expect(other.splitFingerprint != assigned.splitFingerprint)
    #expect(assigned.dataDigest == table.dataDigest && table.dataDigest != nil)
    #expect(try assigned.episodes(0..<3, in: .metaTrain, seed: 0).count == 3)
  }

  @Test func `statistics are those of the meta-training groups`() throws {
    let assigned = try groups(Ten.text).table.assigning(Self.splits)
    let inputs = try #require(try member("inputs", of: assigned) as? [[String: Any]])
    let x = try #require(inputs.first { $0["name"] as? String == "x" })
    // x counts rows: 0 to 9 in g0 and g1, 15 to 19 in g3. The mean is (45 + 85) / 15, and Σx² is 285 + 1455.
    let mean = 130.0 / 15
    expectClose(try #require(x["mean"] as? Double), mean, tolerance: 1e-12)
    expectClose(try #require(x["deviation"] as? Double), (1740.0 / 15 - mean * mean).squareRoot(), tolerance: 1e-12)

    // Other values in the tested groups, even a new level, change nothing.
    let changed = Ten.text.replacing("g9,45,945,blue", with: "g9,-7000,3,green").replacing("g2,10,", with: "g2,99,")
    try #require(changed != Ten.text)
    #expect(try groups(changed).table.assigning(Self.splits).statistics == assigned.statistics)
    let inTraining = Ten.text.replacing("g1,5,", with: "g1,6,")
    try #require(inTraining != Ten.text)
    #expect(try groups(inTraining).table.assigning(Self.splits).statistics != assigned.statistics)
  }

  @Test func `a fold whose meta-training has a constant target is refused`() throws {
    let text = csv("g,x,y", rows: 20) { "g\($0 / 5),\($0),\($0 < 10 ? 1 : $0).5" }
    let table = try groups(text).table
    #expect(throws: TableError.constantTarget(column: "y", inTraining: true)) {
      try table.assigning([.metaTrain: ["g0", "g1"], .metaTest: ["g2", "g3"]])
    }
  }

  /// The x of the support and query rows of a group's episodes, as in the file.
  private func rows(_ table: GroupedTable, _ group: String, seed: UInt64 = 1) throws -> [[Double]] {
    let shard = try table.checkedEpisodes(0..<8, of: group, seed: seed)
    let inputs = try #require(try member("inputs", of: table) as? [[String: Any]])
    let place = try #require(inputs.firstIndex { $0["name"] as? String == "x" })
    try #require(place == 0)
    let (mean, deviation) = (try #require(inputs[0]["mean"] as? Double), try #require(inputs[0]["deviation"] as? Double))
    return (0..<8).map { task in
      [shard.support, shard.query].flatMap { $0.inputs[task].sliced(0..<1, along: 1).doubles.map { ($0 * deviation + mean).rounded() } }
    }
  }

  @Test func `episodes of a group have its rows, whatever fold it is in`() throws {
    let table = try groups(Ten.text).table
    let drawn = try rows(table.assigning(Self.splits), "g9")
    for rows in drawn { #expect(rows.sorted() == [45, 46, 47, 48, 49]) }
    #expect(Set(drawn).count > 1)
    #expect(try rows(table.assigning([.metaTrain: ["g2", "g4", "g5"], .metaTest: ["g9"]]), "g9") == drawn)
    #expect(try rows(table.assigning(Self.splits), "g9", seed: 2) != drawn)
    // Another group draws other places.
    let shifted = try rows(table.assigning(Self.splits), "g2").map { $0.map { $0 + 35 } }
    #expect(shifted != drawn)
  }

  @Test func `settings that contradict folds are refused`() {
    #expect(throws: TableError.splitBesideFolds(key: "task.split")) {
      try groups(Ten.text, Ten.settings.merging(["split": "first"]) { $1 })
    }
    #expect(throws: TableError.splitBesideFolds(key: "task.splitSeed")) {
      try groups(Ten.text, Ten.settings.merging(["splitSeed": "4"]) { $1 })
    }
    #expect(throws: TableError.noGroupToLeaveOut(columns: ["g", "x", "y", "colour"])) {
      try groups(Ten.text, Ten.settings.filter { $0.key != "group" })
    }
    #expect(throws: TableError.noFile) {
      var table = try configured(Ten.settings)
      _ = try table.prepareGroups(source: nil)
    }
  }
}
