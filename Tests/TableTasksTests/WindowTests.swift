import TableTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Signals: windows of consecutive rows.
@Suite struct WindowTests {
  /// Six groups of 23 rows in reverse order of time; x is 100 · group + time, the label changes every four rows.
  private static let text = csv("g,t,x,y,label", rows: 6 * 23) { row in
    let (group, time) = (row / 23, 22 - row % 23)
    return "g\(group),\(time),\(100 * group + time),\(10 * group + time),\(["a", "b", "c"][time / 4 % 3])"
  }
  private static let settings = [
    "group": "g", "target": "y", "inputs": "x", "time": "t", "window": "5", "shots": "2", "queries": "2", "split": "first",
  ]

  /// The numbers of a standardised column.
  private func numbers(_ tensor: Tensor, _ role: String, _ table: GroupedTable) throws -> [Int] {
    let columns = try #require(try member(role, of: table) as? [[String: Any]])
    let (mean, deviation) = (try #require(columns[0]["mean"] as? Double), try #require(columns[0]["deviation"] as? Double))
    return tensor.floats.map { Int((mean + Double($0) * deviation).rounded()) }
  }

  @Test func `an input is a window in the order of time, and the target is at its end`() throws {
    let table = try load(Self.text, Self.settings)
    #expect(table.signature.inputShape == [5, 1] && table.signature.suggestedModel == "conv1d")
    #expect(table.signature.inputKind == .signal)
    var starts: Set<Int> = []
    for index in 0..<40 {
      let episode = try table.checkedEpisodes(index..<index + 1, in: .metaTrain, seed: 3)[task: 0]
      #expect(episode.support.inputs.shape == [2, 5, 1])
      let both = LabelledSet(
        inputs: .concatenated([episode.support.inputs, episode.query.inputs], along: 0),
        targets: .values(.concatenated([episode.support.targets.tensor, episode.query.targets.tensor], along: 0)))
      let (x, y) = (try numbers(both.inputs, "inputs", table), try numbers(both.targets.tensor, "targets", table))
      for window in 0..<4 {
        let own = Array(x[window * 5..<window * 5 + 5])
        let (group, start) = (own[0] / 100, own[0] % 100)
        #expect(start % 5 == 0 && start < 20)
        #expect(own == (0..<5).map { 100 * group + start + $0 })
        #expect(y[window] == 10 * group + start + 4)
        starts.insert(start)
      }
      // Support and query share no window.
      #expect(Set(stride(from: 0, to: 20, by: 5).map { x[$0] }).count == 4)
    }
    #expect(starts == [0, 5, 10, 15])
    #expect(table.notes.contains { $0.contains("(16 windows of 5 rows)") })
  }

  @Test func `the label of a window is the most frequent one`() throws {
    let table = try load(Self.text, Self.settings.merging(["target": "label"]) { $1 })
    // Times 0-4: aaaab, 5-9: bbbcc, 10-14: ccaaa, 15-19: abbbb.
    let expected = [0: 0, 5: 1, 10: 0, 15: 1]
    for index in 0..<20 {
      let support = try table.episode(index, in: .metaTest, seed: 1).support
      let x = try numbers(support.inputs, "inputs", table)
      #expect(support.targets.tensor.integers == [x[0], x[5]].map { expected[$0 % 100] })
    }
  }

  @Test func `without a time, windows have the order of the file`() throws {
    let table = try load(Self.text, Self.settings.merging(["time": ""]) { $1 })
    let x = try numbers(try table.episode(0, in: .metaTrain, seed: 1).query.inputs, "inputs", table)
    #expect(x[0] - x[4] == 4 && (22 - x[0] % 100) % 5 == 0)
  }

  @Test func `classes are signals too`() throws {
    let text = csv("kind,t,a,b", rows: 240) { "k\($0 / 20),\($0),\($0 % 7),\($0 % 5)" }
    let settings = ["target": "kind", "time": "t", "window": "4", "ways": "2", "shots": "1", "queries": "2"]
    let table = try load(text, settings.merging(["split": "random"]) { $1 })
    let episode = try table.checkedEpisodes(0..<1, in: .metaTest, seed: 1)[task: 0]
    #expect(episode.support.inputs.shape == [2, 4, 2] && episode.query.inputs.shape == [4, 4, 2])
  }

  @Test func `a window of one row is a signal of one step`() throws {
    let table = try load(Self.text, Self.settings.merging(["window": "1"]) { $1 })
    #expect(try table.checkedEpisodes(0..<2, in: .metaTrain, seed: 1).support.inputs.shape == [2, 2, 1, 1])
  }

  @Test func `groups without enough windows are left out or refused`() throws {
    #expect(throws: TableError.groupsTooShort(windows: 4, window: 6, largest: "g0", rows: 23)) {
      try load(Self.text, Self.settings.merging(["window": "6"]) { $1 })
    }
    #expect(throws: TableError.notANumber(row: 2, column: "label", value: "c")) {
      try load(Self.text, Self.settings.merging(["time": "label"]) { $1 })
    }
    #expect(throws: TableError.twoRoles(column: "x")) { try load(Self.text, Self.settings.merging(["time": "x"]) { $1 }) }
  }

  @Test func `the time is no input by default`() throws {
    let table = try load(Self.text, Self.settings.merging(["inputs": ""]) { $1 })
    let names = try #require(try member("inputs", of: table) as? [[String: Any]]).compactMap { $0["name"] as? String }
    #expect(names == ["x", "label"])
  }
}
