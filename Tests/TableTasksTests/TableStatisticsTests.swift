import Foundation
import TableTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

/// What is learned from meta-training, and what a later run reuses.
@Suite struct TableStatisticsTests {
  /// The variance of 0...29 over 30 rows.
  private static let xVariance: Double = 899.0 / 12
  /// The variance of x + 100 · group: of 100 · group, of x, and twice the covariance.
  private static let yVariance: Double = {
    let groupVariance: Double = 35.0 / 12
    return 10_000 * groupVariance + xVariance + 2 * 500 * groupVariance
  }()

  private let first = Ten.settings.merging(["split": "first"]) { $1 }

  private func column(_ name: String, of table: GroupedTable, in part: String = "inputs") throws -> [String: Any] {
    let columns = try #require(try member(part, of: table) as? [[String: Any]])
    return try #require(columns.first { $0["name"] as? String == name })
  }

  @Test func `means and deviations are those of the meta-training groups`() throws {
    let table = try load(Ten.text, first)
    // x is 0...29 in g0 to g5, y is x + 100 · group.
    let (x, y) = (try column("x", of: table), try column("y", of: table, in: "targets"))
    let found = [x["mean"], x["deviation"], y["mean"], y["deviation"]].compactMap { $0 as? Double }
    expectClose(found, [14.5, Self.xVariance.squareRoot(), 264.5, Self.yVariance.squareRoot()], tolerance: 1e-13)

    // Other rows do not change them.
    let changed = try load(Ten.text.replacing("g9,49,949,blue", with: "g9,1e9,-1e9,blue"), first)
    #expect(changed.statistics == table.statistics)
    // Rows of meta-training do.
    #expect(try load(Ten.text.replacing("g0,0,0,", with: "g0,1,0,"), first).statistics != table.statistics)
  }

  @Test func `episodes have standardised numbers and one number for each level`() throws {
    let table = try load(Ten.text, first)
    #expect(table.signature.inputShape == [3] && table.signature.outputs == 1)
    let set = try table.episode(0, in: .metaTest, seed: 0).query
    let (inputs, values) = (set.inputs.floats, set.targets.tensor.floats)
    let (deviation, yDeviation) = (Self.xVariance.squareRoot(), Self.yVariance.squareRoot())
    for row in 0..<3 {
      let x = Int((14.5 + Double(inputs[3 * row]) * deviation).rounded())
      #expect(40..<50 ~= x)
      let y = x + 100 * (x / 5)
      expectClose(Double(inputs[3 * row]), (Double(x) - 14.5) / deviation, tolerance: 1e-6)
      expectClose(Double(values[row]), (Double(y) - 264.5) / yDeviation, tolerance: 1e-6)
      let colour: [Float] = x % 2 == 0 ? [0, 1] : [1, 0]
      #expect(Array(inputs[3 * row + 1..<3 * row + 3]) == colour)
    }
  }

  @Test func `a level that meta-training does not have becomes zeros and is counted`() throws {
    let text = Ten.text.replacing("g8,42,842,red", with: "g8,42,842,green").replacing("g9,46,946,red", with: "g9,46,946,a\u{7}")
      .replacing("g9,48,948,red", with: "g9,48,948,green")
    let table = try load(text, first)
    #expect(table.signature.inputShape == [3])
    #expect(
      table.notes.contains(#"column colour: 2 levels that meta-training does not have become zeros, in 3 rows: a\u{7}, green."#))
    var zeros = 0
    for index in 0..<100 {
      let inputs = try table.episode(index, in: .metaTest, seed: 0).query.inputs.floats
      for row in 0..<3 where inputs[3 * row + 1] == 0 && inputs[3 * row + 2] == 0 { zeros += 1 }
    }
    #expect(zeros > 0)
    #expect(try !load(Ten.text, first).notes.contains { $0.contains("become zeros") })
  }

  @Test func `a constant input becomes zeros`() throws {
    let text = csv("g,x,k,y", rows: 50) { "g\($0 / 5),\($0),\($0 < 30 ? "0.1" : "7"),\($0)" }
    let table = try load(text, first)
    #expect(table.notes.contains("inputs that are constant in meta-training become zeros: k."))
    let inputs = try table.episode(0, in: .metaTest, seed: 0).support.inputs.floats
    #expect(inputs[1] == 0 && inputs[3] == 0 && inputs[0] != 0)
  }

  @Test func `columns without a role are listed`() throws {
    let table = try load(Ten.text, first.merging(["inputs": "x"]) { $1 })
    #expect(table.notes.contains("columns not used: colour."))
    let unnamed = try load(Ten.text.replacing("g,x,", with: "g,,"), first)
    #expect(unnamed.notes.contains("columns not used: column 2 (without a name)."))
    #expect(try !load(Ten.text, first).notes.contains { $0.contains("not used") })
  }

  @Test func `several targets`() throws {
    let table = try load(Ten.text, ["group": "g", "target": "y,x", "shots": "2", "queries": "3"])
    #expect(table.signature.outputs == 2 && table.signature.inputShape == [2])
    #expect(try table.episode(0, in: .metaTrain, seed: 0).query.targets.tensor.shape == [3, 2])
  }

  @Test func `too many levels are refused`() {
    let text = csv("g,id,y", rows: 3000) { "g\($0 / 300),n\($0),\($0)" }
    #expect(throws: TableError.tooManyLevels(column: "id", count: 1800, limit: 1000)) {
      try load(text, ["group": "g", "target": "y"])
    }
  }

  // MARK: Statistics of an earlier run

  @Test func `another file is encoded with the statistics of the run`() throws {
    let run = try load(Ten.text, Ten.settings)
    // Rows in another order, a column more, other values.
    let rows = Ten.rows.reversed().map { "1,\($0)" }
    let text = (["extra,\(Ten.header)"] + rows).joined(separator: "\n").replacing("g0,0,0,", with: "g0,500,-3,")
    let later = try load(text, Ten.settings, statistics: run.statistics)
    #expect(later.statistics == run.statistics && later.splitFingerprint == run.splitFingerprint)
    #expect(later.signature == run.signature && later.dataDigest != run.dataDigest)
    #expect(later.notes.contains("columns not used: extra."))
    // Without them, the values change the statistics.
    #expect(try load(text, Ten.settings).statistics != run.statistics)
  }

  @Test func `the split of the run holds for its groups, whatever the settings say`() throws {
    let run = try load(Ten.text, Ten.settings.merging(["splitSeed": "3"]) { $1 })
    let other = try load(Ten.text, Ten.settings.merging(["split": "first"]) { $1 }, statistics: run.statistics)
    for split in Split.allCases { #expect(other.classes(in: split) == run.classes(in: split)) }
    // A group that the run does not know is in no split, and the fingerprint stays.
    let more = try load(Ten.text + "h,1,2,red\nh,2,3,red\nh,3,4,red\nh,4,5,red\nh,5,6,red\n", Ten.settings, statistics: run.statistics)
    #expect(more.notes.contains("1 group in no split of the run left out: h."))
    #expect(more.splitFingerprint == run.splitFingerprint)
    // A group less is another fingerprint.
    let less = try load(Ten.text.replacing("g4,", with: "g5,"), Ten.settings, statistics: run.statistics)
    #expect(less.splitFingerprint != run.splitFingerprint)
  }

  @Test func `settings that contradict the run are refused`() throws {
    let run = try load(Ten.text, Ten.settings)
    let other = Ten.settings.merging(["inputs": "x"]) { $1 }
    #expect(throws: TableError.otherColumns(role: "task.inputs", found: ["x"], expected: ["x", "colour"])) {
      try load(Ten.text, other, statistics: run.statistics)
    }
    #expect(throws: TableError.otherColumns(role: "task.kind", found: ["classification"], expected: ["regression"])) {
      try load(Ten.text, Ten.settings.merging(["kind": "classification"]) { $1 }, statistics: run.statistics)
    }
    #expect(throws: TableError.damagedStatistics) { try load(Ten.text, Ten.settings, statistics: "{}") }
  }

  @Test func `a column of numbers stays one in the next file`() throws {
    let run = try load(Ten.text, Ten.settings)
    let text = (["g,x,y,colour"] + Ten.rows.map { $0.replacing(",\($0.split(separator: ",")[1]),", with: ",high,") }).joined(
      separator: "\n")
    #expect(throws: TableError.notANumber(row: 2, column: "x", value: "high")) { try load(text, Ten.settings, statistics: run.statistics) }
  }
}
