import Foundation
import TableTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

/// A user's own tables, read with the statistics of a run.
@Suite struct TableExampleTests {
  private let first = Ten.settings.merging(["split": "first"]) { $1 }

  /// Reads examples by a task without data.
  private func examples(_ support: String, query: String? = nil, of trained: GroupedTable, _ settings: [String: String]) throws -> Examples
  {
    try withTemporaryFolder { folder in
      try Data(support.utf8).write(to: URL(fileURLWithPath: "\(folder)/s"))
      if let query { try Data(query.utf8).write(to: URL(fileURLWithPath: "\(folder)/q")) }
      return try configured(settings).examples(
        support: "\(folder)/s", query: query.map { _ in "\(folder)/q" }, statistics: trained.statistics)
    }
  }

  @Test func `examples are encoded as the rows of an episode`() throws {
    let trained = try load(Ten.text, first)
    let episode = try trained.episode(0, in: .metaTest, seed: 3)
    // The rows of the episode, found by their standardised x.
    let (mean, deviation) = (14.5, (899.0 / 12).squareRoot())
    func rows(_ set: LabelledSet) -> String {
      let inputs = set.inputs.floats
      let lines = (0..<set.inputs.shape[0]).map { Ten.rows[Int((mean + Double(inputs[3 * $0]) * deviation).rounded())] }
      return ([Ten.header] + lines).joined(separator: "\n")
    }
    let read = try examples(rows(episode.support), query: rows(episode.query), of: trained, first)
    #expect(read.support.inputs.floats == episode.support.inputs.floats)
    #expect(read.support.targets.tensor.floats == episode.support.targets.tensor.floats)
    let query = try #require(read.query)
    #expect(query.inputs.floats == episode.query.inputs.floats && query.inputs.shape == [3, 3])
    #expect(query.header == ["g", "x", "y", "colour"] && query.samples == [0, 1, 2])
    #expect(try configured(first).outline(statistics: trained.statistics) == trained.signature.outline)

    // The standardised targets, as predictions, are the targets of the file.
    let table = read.table(of: episode.query.targets.tensor)
    #expect(table[0] == ["g", "x", "y", "colour", "predicted_y"])
    for row in table.dropFirst() { expectClose(Double(row[4]) ?? .nan, Double(row[2]) ?? .nan, tolerance: 1e-3) }
  }

  @Test func `without groups, the classes are those of the support`() throws {
    let settings = ["target": "colour", "ways": "2", "shots": "2", "queries": "2", "split": "first", "inputs": "x,y"]
    let text = csv("x,y,colour", rows: 60) { "\($0),\($0 % 7),colour\($0 % 12)" }
    let trained = try load(text, settings)
    let read = try examples("colour,x,y\npink,1,2\ncyan,3,4\npink,5,6\n", of: trained, settings)
    #expect(read.answer == .classes(["cyan", "pink"], column: "predicted_colour"))
    guard case .classes(let labels, let ways) = read.support.targets else {
      Issue.record("no classes")
      return
    }
    #expect(labels.integers == [1, 0, 1] && ways == 2)
    #expect(try configured(settings).outline(statistics: trained.statistics) == trained.signature.outline)
  }

  @Test func `classes of the run keep their labels, and others are refused`() throws {
    let settings = ["group": "g", "target": "colour", "shots": "2", "queries": "2", "split": "first", "inputs": "x"]
    let trained = try load(Ten.text, settings)
    let read = try examples("colour,x\nred,1\nred,3\n", query: "x\n4\n", of: trained, settings)
    #expect(read.answer == .classes(["blue", "red"], column: "predicted_colour"))
    #expect(read.support.targets.tensor.integers == [1, 1])
    #expect(
      read.table(of: try Tensor([0.25, 0.75] as [Float], shape: [1, 2])) == [
        ["x", "predicted_colour", "probability_blue", "probability_red"], ["4", "red", "0.25", "0.75"],
      ])
    let unknown = TableError.unknownClass(column: "colour", value: "pink")
    #expect {
      try examples("colour,x\nred,1\npink,3\n", of: trained, settings)
    } throws: { error in
      guard case .inFile(let path, unknown) = error as? TableError else { return false }
      return path.hasSuffix("/s")
    }
  }

  @Test func `levels that the run does not know become zeros with a note`() throws {
    let trained = try load(Ten.text, first)
    let read = try examples("x,y,colour\n1,2,pink\n", of: trained, first)
    #expect(Array(read.support.inputs.floats.dropFirst()) == [0, 0])
    #expect(read.notes == ["column colour: 1 level that meta-training does not have become zeros, in 1 row: pink."])
  }

  @Test func `statistics that cannot be read are refused`() throws {
    for text in [nil, "", "{}"] {
      #expect(throws: TableError.damagedStatistics) { try configured(first).examples(support: "s", query: nil, statistics: text) }
      #expect(throws: TableError.damagedStatistics) { try configured(first).outline(statistics: text) }
    }
  }
}
