import Foundation
import Registry
import TableTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Episodes of groups, and of classes.
@Suite struct TableEpisodeTests {
  /// Thirty groups of 8 to 37 rows; x identifies the row, and the group is x / 100.
  private static let groups: String = {
    var text = "g,x,y,answer\n"
    for group in 0..<30 {
      for row in 0..<group + 8 {
        let answer = ["no", "yes", "maybe"][(row + group) % 3]
        text += "g\(group),\(100 * group + row),\(Double(group) + 0.25 * Double(row)),\(answer)\n"
      }
    }
    return text
  }()
  private static let settings = ["group": "g", "target": "y", "inputs": "x", "shots": "3", "queries": "2"]

  /// Twelve classes of six rows; x / 100 is the class.
  private static let classes = csv("x,kind", rows: 72) { "\(100 * ($0 / 6) + $0 % 6),k\($0 / 6)" }

  /// The numbers of the column x behind standardised inputs.
  private func rows(_ set: LabelledSet, _ table: GroupedTable) throws -> [Int] {
    let columns = try #require(try member("inputs", of: table) as? [[String: Any]])
    let (mean, deviation) = (try #require(columns[0]["mean"] as? Double), try #require(columns[0]["deviation"] as? Double))
    return set.inputs.floats.map { Int((mean + Double($0) * deviation).rounded()) }
  }

  @Test(arguments: Split.allCases)
  func `an episode has different rows of one group of its split`(split: Split) throws {
    let table = try load(Self.groups, Self.settings)
    var seen: Set<Int> = []
    for index in 0..<200 {
      let episode = try table.episode(index, in: split, seed: 4)
      let drawn = try rows(episode.support, table) + rows(episode.query, table)
      #expect(Set(drawn).count == 5 && Set(drawn.map { $0 / 100 }).count == 1)
      #expect(table.classes(in: split).contains("g\(drawn[0] / 100)"))
      seen.insert(drawn[0] / 100)
    }
    // Groups of all sizes occur.
    #expect(seen.count == table.classes(in: split).count)
  }

  @Test func `a small group gives the rows that it has`() throws {
    // Groups have 8 to 37 rows; with two queries, every group has at least six support rows.
    let table = try load(Self.groups, Self.settings.merging(["shots": "1...20"]) { $1 })
    let all = Split.allCases.flatMap { table.classes(in: $0) }
    #expect(all.count == 30)
    var (counts, sizes): (Set<Int>, Set<Int>) = ([], [])
    for shard in try table.checkedShards(0..<300, in: .metaTrain, seed: 4) {
      for task in 0..<shard.count {
        let episode = shard[task: task]
        let drawn = try rows(episode.support, table) + rows(episode.query, table)
        #expect(Set(drawn).count == drawn.count && Set(drawn.map { $0 / 100 }).count == 1)
        let (count, size) = (episode.support.inputs.shape[0], drawn[0] / 100 + 8)
        #expect(count <= size - 2)
        counts.insert(count)
        sizes.insert(size)
      }
    }
    #expect(counts == Set(1...20))
    #expect(sizes.count == table.classes(in: .metaTrain).count)
  }

  @Test func `an episode depends on seed, split and index alone`() throws {
    let (table, again) = (try load(Self.groups, Self.settings), try load(Self.groups, Self.settings))
    let episode = try table.episode(7, in: .metaTrain, seed: 1).query
    #expect(try again.episode(7, in: .metaTrain, seed: 1).query.inputs.floats == episode.inputs.floats)
    #expect(try table.episode(8, in: .metaTrain, seed: 1).query.inputs.floats != episode.inputs.floats)
    #expect(try table.episode(7, in: .metaTrain, seed: 2).query.inputs.floats != episode.inputs.floats)
    #expect(try table.episode(7, in: .metaTest, seed: 1).query.inputs.floats != episode.inputs.floats)
  }

  @Test(arguments: [
    settings, settings.merging(["target": "answer"]) { $1 }, ["target": "kind", "shots": "2", "queries": "1", "ways": "2"],
  ])
  func `stacked episodes equal single ones and match the signature`(settings: [String: String]) throws {
    let table = try load(settings["group"] == nil ? Self.classes : Self.groups, settings)
    for split in Split.allCases {
      let shard = try table.checkedEpisodes(3..<9, in: split, seed: 5)
      for place in 0..<6 {
        let episode = try table.episode(3 + place, in: split, seed: 5)
        for (own, other) in [(episode.support, shard[task: place].support), (episode.query, shard[task: place].query)] {
          #expect(own.inputs.floats == other.inputs.floats)
          switch (own.targets, other.targets) {
          case (.classes(let labels, let ways), .classes(let others, let otherWays)):
            #expect(labels.integers == others.integers && ways == otherWays && ways == table.signature.outputs)
          default: #expect(own.targets.tensor.floats == other.targets.tensor.floats)
          }
        }
      }
    }
  }

  @Test func `further supports have rows of their own`() throws {
    let table = try load(Self.groups, Self.settings)
    let (episode, more) = (try table.episode(2, in: .metaTrain, seed: 0), try table.episode(2, in: .metaTrain, seed: 0, supports: 2))
    #expect(more.support.inputs.floats == episode.support.inputs.floats && more.query.inputs.floats == episode.query.inputs.floats)
    let drawn = try rows(more.support, table) + rows(more.query, table) + rows(more.furtherSupports[0], table)
    #expect(Set(drawn).count == 8 && Set(drawn.map { $0 / 100 }).count == 1)
    #expect(throws: TableError.self) {
      for index in 0..<200 { _ = try table.episode(index, in: .metaTrain, seed: 0, supports: 4) }
    }
  }

  @Test func `all groups have the same classes`() throws {
    let table = try load(Self.groups, Self.settings.merging(["target": "answer", "shots": "5"]) { $1 })
    #expect(table.signature.taskLoss == .crossEntropy && table.signature.outputs == 3)
    #expect(table.signature.supportCount == 5 && table.signature.queryCount == 2)
    let episode = try table.episode(0, in: .metaTest, seed: 0)
    // maybe 0, no 1, yes 2
    let expected = try rows(episode.support, table).map { [1, 2, 0][($0 % 100 + $0 / 100) % 3] }
    #expect(episode.support.targets.tensor.integers == expected)
  }

  @Test func `few whole numbers are classes unless the setting says otherwise`() throws {
    let text = csv("g,x,y", rows: 50) { "g\($0 / 5),\($0),\($0 * 7 % 4)" }
    let guessed = try load(text, Ten.settings)
    #expect(guessed.signature.outputs == 4 && guessed.signature.taskLoss == .crossEntropy)
    #expect(
      guessed.notes.first
        == "target y has 4 different whole numbers and is taken as classes; set task.kind=regression to predict it as a number.")
    let number = try load(text, Ten.settings.merging(["kind": "regression"]) { $1 })
    #expect(number.signature.outputs == 1 && number.signature.taskLoss == .meanSquaredError)
    #expect(!number.notes.contains { $0.contains("taken as classes") })
  }

  @Test func `without a group, tasks are a few classes of the target`() throws {
    let table = try load(Self.classes, ["target": "kind", "shots": "2", "queries": "3", "ways": "2"])
    #expect(table.signature.outputs == 2 && table.signature.supportCount == 4 && table.signature.queryCount == 6)
    #expect(table.notes.contains("classes: meta-train 8 (48 rows), meta-validation 2 (12 rows), meta-test 2 (12 rows)."))
    for split in Split.allCases {
      let episode = try table.episode(1, in: split, seed: 0)
      let (support, query) = (try rows(episode.support, table), try rows(episode.query, table))
      #expect(Set(support + query).count == 10)
      #expect(support[0] / 100 == query[0] / 100 && support[0] / 100 != support[2] / 100)
      #expect((support + query).allSatisfy { table.classes(in: split).contains("k\($0 / 100)") })
      #expect(episode.query.targets.tensor.integers == [0, 0, 0, 1, 1, 1])
    }
    #expect(throws: TaskError.tooFewClasses(required: 3, available: 2, split: .metaValidation)) {
      try load(Self.classes, ["target": "kind", "shots": "2", "queries": "3", "ways": "3"])
    }
  }

  @Test func `a class that the run does not know is refused`() throws {
    let settings = Self.settings.merging(["target": "answer"]) { $1 }
    let run = try load(Self.groups, settings)
    #expect(throws: TableError.unknownClass(column: "answer", value: "perhaps")) {
      try load(Self.groups.replacing("maybe", with: "perhaps"), settings, statistics: run.statistics)
    }
  }

  @Test func `nothing is drawn before the data are loaded`() {
    #expect(throws: TaskError.notPrepared(task: "table")) { try GroupedTable().episode(0, in: .metaTrain, seed: 0) }
  }

  @Test(.enabled(if: sharedFolder != nil))
  func `real tables`() throws {
    let folder = "\(sharedFolder ?? "")/data"
    var leaves = try configured(["target": "species"])
    try leaves.prepare(source: "\(folder)/grouped/leaf_id_flavia.csv")
    #expect(Split.allCases.map { leaves.classes(in: $0).count } == [20, 6, 6])
    var patients = try configured(["group": "subject#", "target": "motor_UPDRS", "inputs": "age,sex,Jitter(%),PPE"])
    try patients.prepare(source: "\(folder)/parkinsons/parkinsons_updrs.data")
    #expect(Split.allCases.map { patients.classes(in: $0).count } == [26, 8, 8])
    #expect(patients.signature.inputShape == [4] && patients.signature.outputs == 1)
  }
}
