import Evaluation
import Testing

@Suite struct MetricsLogTests {
  private func line(_ iteration: Int) -> String {
    "{\"iteration\":\(iteration),\"loss\":1.5,\"accuracy\":null,\"gradientNorm\":0.5,\"learningRate\":0.001}"
  }

  /// What is kept of lines, each of which gets a line feed.
  private func kept(_ lines: [String], through iteration: Int, of total: Int) throws(RunFolderError) -> [String] {
    let bytes = try MetricsLog.kept(Array(lines.map { $0 + "\n" }.joined().utf8), through: iteration, of: total, path: "m")
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test(arguments: [(1, 1), (12, 12), (1999, 1999), (2000, 1000), (2001, 1001), (3000, 1500), (30_000, 1875), (100_001, 1563)])
  func `one to two thousand iterations have a line, the last one too`(total: Int, count: Int) throws {
    let logged = (1...total).filter { MetricsLog.isLogged($0, of: total) }
    #expect(logged.count == count)
    #expect(logged.last == total)
    let lines = logged.map(line)
    for iteration in [0, 1, total / 2, total - 1, total] {
      #expect(try kept(lines, through: iteration, of: total) == logged.filter { $0 <= iteration }.map(line))
    }
  }

  @Test func `a line is missing where the checkpoint needs one`() throws {
    let lines = [2, 4, 6].map(line)
    #expect(try kept(lines, through: 7, of: 2000) == lines)
    #expect(throws: RunFolderError.metricsEnd(path: "m", line: 3, expected: 8)) { try kept(lines, through: 8, of: 2000) }
    #expect(throws: RunFolderError.metrics(path: "m", line: 2, expected: 4, found: 6)) { try kept([2, 6].map(line), through: 6, of: 2000) }
    #expect(throws: RunFolderError.metricsEnd(path: "m", line: 0, expected: 2)) { try kept([], through: 2, of: 2000) }
  }

  @Test(arguments: [(1, 2), (12, 40), (1999, 2000), (2001, 3001), (2001, 30_000), (3000, 4000), (3001, 100_001)])
  func `a run that goes on keeps the lines that a longer run has`(total: Int, further: Int) throws {
    let lines = (1...total).filter { MetricsLog.isLogged($0, of: total) }
    for iteration in [0, total / 2, total] {
      let expected = (1...further).filter { $0 <= iteration && MetricsLog.isLogged($0, of: further) }
      let kept = try kept(lines.map(line), through: iteration, of: further)
      #expect(kept == expected.map(line))
      // Once more, as after a process that was killed before its first checkpoint.
      #expect(try self.kept(kept, through: iteration, of: further) == kept)
    }
  }

  @Test(arguments: [
    "", "x", "{\"iteration\":2}", "{\"iteration\":2,\"loss\":#,\"gradientNorm\":0.5,\"learningRate\":0.001}",
    "{\"iteration\":99999999999999999999,\"loss\":1,\"gradientNorm\":0.5,\"learningRate\":0.001}",
    "{\"iteration\":2,\"loss\":1,\"gradientNorm\":0.5,\"learning}",
  ])
  func `garbage is refused before the checkpoint and dropped after it`(garbage: String) throws {
    #expect(throws: RunFolderError.metrics(path: "m", line: 2, expected: 2, found: nil)) {
      try kept([line(1), garbage, line(2)], through: 2, of: 10)
    }
    #expect(try kept([line(1), line(2), garbage], through: 2, of: 10) == [1, 2].map(line))
  }

  @Test func `a last line without its line feed is repaired, a cut one is refused`() throws {
    let text = "\(line(1))\n\(line(2))"
    #expect(try MetricsLog.kept(Array(text.utf8), through: 2, of: 10, path: "m") == Array("\(text)\n".utf8))
    #expect(try MetricsLog.kept(Array(text.utf8), through: 1, of: 10, path: "m") == Array("\(line(1))\n".utf8))
    for count in 1..<line(2).utf8.count {
      #expect(throws: RunFolderError.metricsCut(path: "m", line: 2, expected: 2)) {
        try MetricsLog.kept(Array(text.utf8.dropLast(count)), through: 2, of: 10, path: "m")
      }
    }
  }

  @Test func `numbers at the end of the range do not overflow`() throws {
    #expect(throws: RunFolderError.self) { try kept([line(1)], through: .max, of: .max) }
    #expect(try kept([line(1)], through: 1, of: 1) == [line(1)])
    #expect(try kept([line(1)], through: .max, of: 1) == [line(1)])
  }
}
