import Registry
import TableTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

/// What is read from a file, and which files are refused.
@Suite struct TableReadingTests {
  private func inputs(_ table: GroupedTable) throws -> [Float] {
    try Split.allCases.flatMap { try table.episode(0, in: $0, seed: 1).support.inputs.floats }
  }

  @Test func `line ends, quotes, a byte order mark and separators do not change the tasks`() throws {
    let plain = try load(Ten.text, Ten.settings)
    let quoted = Ten.text.split(separator: "\n").map { line in
      line.split(separator: ",").map { cell in "\"\(cell)\"" }.joined(separator: ",")
    }
    let variants: [[UInt8]] = [
      Array(Ten.text.replacing("\n", with: "\r\n").utf8), Array(Ten.text.dropLast().utf8), [0xef, 0xbb, 0xbf] + Array(Ten.text.utf8),
      Array(Ten.text.replacing(",", with: "\t").utf8), Array(Ten.text.replacing(",", with: ";").utf8),
      Array(quoted.joined(separator: "\n").utf8), Array((Ten.text + "\n\n").utf8),
    ]
    for bytes in variants {
      let table = try load(bytes, Ten.settings)
      #expect(try inputs(table) == inputs(plain))
      #expect(table.statistics == plain.statistics && table.splitFingerprint == plain.splitFingerprint)
      #expect(table.dataDigest != plain.dataDigest)
    }
    let named = try load(Ten.text.replacing(",", with: ";"), Ten.settings.merging(["separator": "semicolon"]) { $1 })
    #expect(try inputs(named) == inputs(plain))
  }

  @Test func `a level may contain separators, line ends and quotes`() throws {
    let text = Ten.text.replacing("red", with: "\"r\"\"e,\nd\"")
    let table = try load(text, Ten.settings)
    #expect(try #require(table.statistics).contains(#""levels":["blue","r\"e,\nd"]"#))
    #expect(try inputs(table) == inputs(load(Ten.text.replacing("red", with: "red"), Ten.settings)))
  }

  @Test func `the digest is that of the file`() throws {
    let text = "g,x,y\na,1,1\na,2,2\nb,1,3\nb,2,4\nc,1,5\nc,2,7\n"
    let table = try load(text, ["group": "g", "target": "y", "shots": "1", "queries": "1", "kind": "regression"])
    // By another program, Python's hashlib.
    #expect(table.dataDigest == "e1c5011f627817e80fc71c0fbba06cbd429c1a1014834a86faf9b2b070877e09")
  }

  private func expect(_ error: TableError, _ text: String, _ settings: [String: String] = Ten.settings) {
    #expect(throws: error) { try load(text, settings) }
  }

  @Test func `a row with too few or too many cells`() {
    expect(.raggedRow(row: 3, found: 2, expected: 3, isMore: false), "g,x,y\na,1,2\na,1\n")
    expect(.raggedRow(row: 2, found: 4, expected: 3, isMore: true), "g,x,y\na,1,2,3,4\n")
    expect(.raggedRow(row: 3, found: 1, expected: 3, isMore: false), "g,\"x\n\",y\n\"a\n\na\",1,2\nb\n", ["group": "g", "target": "y"])
    // A cell too many comes first, although the cell in the place of y is a text.
    let shifted = Ten.text.replacing("\ng0,3,", with: "\ng0,3,blue,")
    expect(.raggedRow(row: 5, found: 5, expected: 4, isMore: true), shifted, Ten.settings.merging(["kind": "regression"]) { $1 })
    #expect(
      TableError.raggedRow(row: 3, found: 2, expected: 3, isMore: false).description
        == "row 3 has 2 cells, expected 3 as in the header; correct the row, or set task.separator.")
  }

  @Test func `a text among numbers`() {
    let wrong = Ten.text.replacing("\ng0,3,", with: "\ng0,three,")
    expect(.mixedColumn(row: 5, column: "x", value: "three"), wrong)
    let target = Ten.text.replacing("g1,7,107", with: "g1,7,1e999")
    expect(.notANumber(row: 9, column: "y", value: "1e999"), target, Ten.settings.merging(["kind": "regression"]) { $1 })
    #expect(throws: Never.self) { try load(wrong, Ten.settings.merging(["categorical": "x"]) { $1 }) }
    #expect(throws: Never.self) { try load(wrong, Ten.settings.merging(["inputs": "colour"]) { $1 }) }
    #expect(
      TableError.notANumber(row: 9, column: "y", value: "a\u{1b}[31m").description.hasPrefix(
        #"row 9, column 'y': 'a\u{1b}[31m' is not a finite number;"#))
  }

  @Test func `a decimal comma is no text`() {
    let text = csv("g;x;y", rows: 30) { "g\($0 / 5);\($0),5;\($0)" }
    expect(.decimalComma(row: 2, column: "x", value: "0,5"), text)
    #expect(throws: Never.self) { try load(text, Ten.settings.merging(["categorical": "x", "split": "first"]) { $1 }) }
  }

  @Test func `columns that are missing, doubled or in two roles`() throws {
    #expect(throws: TableError.unknownColumn(LookupError(kind: "column", name: "yy", known: ["g", "x", "y", "colour"]))) {
      try load(Ten.text, ["group": "g", "target": "yy"])
    }
    let message = TableError.unknownColumn(LookupError(kind: "column", name: "color", known: ["g", "x", "y", "colour"])).description
    #expect(message.contains("Did you mean 'colour'?"))
    expect(
      .unknownColumn(LookupError(kind: "column", name: "c", known: ["g", "x", "y", "colour"])), Ten.text,
      ["group": "g", "target": "y", "categorical": "c"])
    expect(.duplicateColumn(name: "x"), "g,x,x\na,1,2\n")
    expect(.twoRoles(column: "y"), Ten.text, ["group": "g", "target": "y", "inputs": "x,y"])
    expect(.twoRoles(column: "g"), Ten.text, ["group": "g", "target": "g"])
    expect(.noTarget(columns: ["g", "x", "y", "colour"]), Ten.text, ["group": "g"])
    expect(.noGroup(columns: ["g", "x", "y", "colour"]), Ten.text, ["target": "y"])
    expect(.noInputs, "g,y\na,1\n")
    expect(.severalClassTargets(count: 2), Ten.text, ["group": "g", "target": "y,x", "kind": "classification"])
  }

  @Test func `files that are no tables`() throws {
    #expect(throws: TableError.noFile) { try configured(Ten.settings).prepared(nil) }
    #expect(throws: TableError.file(.missing(path: "/no/table.csv"))) { try configured(Ten.settings).prepared("/no/table.csv") }
    for (bytes, kind) in [
      ([0x50, 0x4b, 3, 4, 9], "a zip archive or a spreadsheet"), ([0x1f, 0x8b, 8], "a compressed file"),
      ([0xff, 0xfe, 0x67, 0], "a text in UTF-16"),
      ([0x67, 0, 1], "a binary file"),
    ] as [([UInt8], String)] {
      do {
        _ = try load(bytes, Ten.settings)
        Issue.record("\(kind) was read")
      } catch let TableError.notText(_, found) {
        #expect(found == kind)
      }
    }
    do {
      _ = try load("", Ten.settings)
      Issue.record("an empty file was read")
    } catch TableError.empty {}
    do {
      _ = try load("g,x,y\n", Ten.settings)
      Issue.record("a table without rows was read")
    } catch TableError.noRows {}
  }

  @Test func `a column without values, and a constant target`() {
    expect(.emptyColumn(name: "x"), "g,x,y\na,,1\nb,NA,2\n")
    let constant = csv("g,x,y", rows: 30) { "g\($0 / 5),\($0),0.5" }
    expect(.constantTarget(column: "y", inTraining: false), constant)
    expect(.constantTarget(column: "y", inTraining: false), constant.replacing("0.5", with: "yes"))
    let late = csv("g,x,y", rows: 50) { "g\($0 / 5),\($0),\($0 < 45 ? "0.5" : "1.5")" }
    expect(.constantTarget(column: "y", inTraining: true), late, Ten.settings.merging(["split": "first"]) { $1 })
  }

  @Test func `missing values`() throws {
    // Row 3 lacks x, row 9 the colour, row 21 the target.
    let text = Ten.text.replacing("\ng0,1,", with: "\ng0,,").replacing("g1,7,107,blue", with: "g1,7,107,NA")
      .replacing("g3,19,319,", with: "g3,19,nan,")
    expect(.missingValue(row: 21, column: "y", count: 1), text)
    expect(.missingValue(row: 3, column: "x", count: 1), text.replacing("g3,19,nan,", with: "g3,19,319,"))
    // Three groups have four rows left, one too few.
    let dropped = try load(text, Ten.settings.merging(["missing": "drop"]) { $1 })
    #expect(dropped.notes.contains("3 of 50 rows are left out because a value is missing (columns with gaps: y, x, colour)."))
    #expect(dropped.notes.contains("3 groups with fewer than 5 rows left out: g0 (4), g1 (4), g3 (4)."))
    let filled = try load(text, Ten.settings.merging(["missing": "mean", "split": "first"]) { $1 })
    #expect(filled.notes.contains("1 of 50 rows are left out because a value is missing (columns with gaps: y, x, colour)."))
    #expect(filled.notes.contains("1 group with fewer than 5 rows left out: g3 (4)."))
    // A filled number is the mean, 0 after standardisation, and a filled level has no 1.
    var found: Set<[Float]> = []
    for index in 0..<200 {
      let set = try filled.episode(index, in: .metaTrain, seed: 0).query.inputs.floats
      for row in stride(from: 0, to: set.count, by: 3) { found.insert(Array(set[row..<row + 3])) }
    }
    #expect(found.contains { $0[0] == 0 && $0[1] == 1 })
    #expect(found.contains { $0[1] == 0 && $0[2] == 0 })
    #expect(found.allSatisfy { $0.allSatisfy(\.isFinite) })
  }
}

extension GroupedTable {
  /// A copy with data loaded.
  fileprivate func prepared(_ source: String?) throws -> GroupedTable {
    var copy = self
    try copy.prepare(source: source)
    return copy
  }
}
