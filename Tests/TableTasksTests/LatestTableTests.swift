import Foundation
import TableTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

/// A table is read once for the algorithms of a comparison.
@Suite struct LatestTableTests {
  private static let date = Date(timeIntervalSince1970: 1_000_000)

  private func write(_ text: String, to path: String, at date: Date = date) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
  }

  private func prepared(_ path: String, _ latest: LatestTable, _ more: [String: String] = [:], _ statistics: String? = nil) throws
    -> GroupedTable
  {
    var table = try configured(Ten.settings.merging(more) { $1 })
    try table.prepare(source: path, statistics: statistics, latest: latest)
    return table
  }

  @Test func `the same table is not read again, and a changed one is`() throws {
    try withTemporaryFolder { folder in
      let (path, latest) = ("\(folder)/t.csv", LatestTable())
      try write(Ten.text, to: path)
      let first = try prepared(path, latest)
      // Another content with the size and the time of the first shows that nobody reads it.
      let other = Ten.text.replacingOccurrences(of: "red", with: "tan")
      try write(other, to: path)
      let second = try prepared(path, latest)
      #expect(second.dataDigest == first.dataDigest && second.statistics == first.statistics && second.notes == first.notes)
      let episodes = try [first, second].map { try $0.episodes(0..<5, in: .metaTrain, seed: 1) }
      #expect(episodes[0].support.inputs.floats == episodes[1].support.inputs.floats)

      // Each of these reads the file.
      let changes: [(settings: [String: String], statistics: String?)] = [(["splitSeed": "1"], nil), ([:], first.statistics)]
      for (settings, statistics) in changes {
        #expect(try prepared(path, latest, settings, statistics).dataDigest != first.dataDigest)
      }
      try write(Ten.text, to: path, at: Self.date + 1)
      #expect(try prepared(path, latest).dataDigest == first.dataDigest)
      try write(other, to: path, at: Self.date + 2)
      #expect(try prepared(path, latest).dataDigest != first.dataDigest)
    }
  }

  @Test func `a changed file of splits is read again`() throws {
    try withTemporaryFolder { folder in
      let (path, split, latest) = ("\(folder)/t.csv", "\(folder)/s.csv", LatestTable())
      try write(Ten.text, to: path)
      try write("group,split\ng1,train\ng2,validation\ng3,test\n", to: split)
      #expect(try prepared(path, latest, ["split": split]).classes(in: .metaTest) == ["g3"])
      try write("group,split\ng1,train\ng2,validation\ng4,test\n", to: split, at: Self.date + 1)
      #expect(try prepared(path, latest, ["split": split]).classes(in: .metaTest) == ["g4"])
    }
  }

  @Test func `a table that cannot be read is not kept`() throws {
    try withTemporaryFolder { folder in
      let (path, latest) = ("\(folder)/t.csv", LatestTable())
      try write("g,x,y\na,1,2,3\n", to: path)
      for _ in 0..<2 {
        #expect(throws: TableError.raggedRow(row: 2, found: 4, expected: 3, isMore: true)) { try prepared(path, latest) }
      }
    }
  }
}
