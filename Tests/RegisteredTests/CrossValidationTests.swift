import Algorithms
import Evaluation
import Foundation
import Registry
import TableTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Cross-validation of registered algorithms on a small table of groups.
@Suite struct CrossValidationTests {
  /// Seven groups of nine rows, each with a line of its own.
  private static let text: String = {
    var lines = ["who,x,y"]
    for row in 0..<63 {
      let (group, place) = (row / 9, row % 9)
      let x = Double((place * 7 + group) % 11) / 2
      lines.append("w\(group),\(x),\(Double(group) / 3 + x * Double(group % 3) + Double(place % 2))")
    }
    return lines.joined(separator: "\n") + "\n"
  }()

  private static func request(_ algorithm: String, _ path: String, _ settings: [(String, String)] = []) -> ExperimentRequest {
    var request = ExperimentRequest(algorithm: algorithm, task: "table")
    request.source = path
    let shared = [
      ("task.group", "who"), ("task.target", "y"), ("task.shots", "3"), ("task.queries", "4"), ("model.hidden", "4"),
      ("training.metaBatch", "3"), ("training.shardSize", "2"), ("test.steps", "2"),
    ]
    request.settings = (shared + settings).map { (key: $0.0, value: $0.1) }
    request.iterations = 3
    return request
  }

  private func withTable<Result>(_ body: (String) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      let path = "\(folder)/t.csv"
      try Data(Self.text.utf8).write(to: URL(fileURLWithPath: path))
      return try body(path)
    }
  }

  /// Runs all requests of a plan.
  private func scores(_ plan: CrossValidation) throws -> [[GroupScores]] {
    var scores = [[GroupScores]](repeating: [], count: plan.requests.count)
    for fold in plan.folds.parts.indices {
      let tasks = try plan.tasks(testing: fold)
      for number in plan.requests.indices {
        let experiment = try plan.experiment(number, on: tasks)
        let trainer = try ExperimentRun(experiment).trained { _ in }
        scores[number] += try plan.test(trainer.state, of: experiment, fold: fold)
      }
    }
    return scores
  }

  @Test func `every group is scored once, on the same episodes for all algorithms`() throws {
    try withTable { path in
      // With all neighbours, knn predicts the mean of the support targets, as chance does.
      let requests = [Self.request("chance", path), Self.request("maml", path), Self.request("knn", path, [("neighbours", "1000")])]
      let plan = try CrossValidation(requests, .folds(3), episodesPerGroup: 5)
      let scores = try scores(plan)
      for own in scores { #expect(own.map(\.group) == plan.folds.parts.flatMap(\.self)) }
      for (chance, knn) in zip(scores[0], scores[2]) {
        expectClose(try #require(knn.scores[1]), try #require(chance.scores[1]), tolerance: 1e-5)
        expectClose(knn.score, chance.score, tolerance: 1e-5)
      }
      #expect(zip(scores[0], scores[1]).allSatisfy { abs($0.score - $1.score) > 1e-4 })
    }
  }

  @Test func `a group's score is the mean over its episodes, for each number of examples`() throws {
    try withTable { path in
      let plan = try CrossValidation([Self.request("chance", path)], .folds(2), episodesPerGroup: 4)
      #expect(plan.ownExamples == [0, 1, 2, 3])
      let scores = try scores(plan)[0]
      var stream = RandomStream(seed: 0).child("cross-validation test")
      let seed = stream.next()
      for (fold, names) in plan.folds.parts.enumerated() {
        let tasks = try plan.tasks(testing: fold)
        for name in names {
          let shard = try tasks.episodes(0..<4, of: name, seed: seed)
          let own = try #require(scores.first { $0.group == name })
          #expect(own.scores[0] == nil)
          for count in 1...3 {
            let losses = (0..<4).map { task -> Double in
              let support = shard.support.targets.tensor[task].doubles.prefix(count)
              let mean = support.reduce(0, +) / Double(count)
              let query = shard.query.targets.tensor[task].doubles
              return query.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(query.count)
            }
            expectClose(try #require(own.scores[count]), losses.reduce(0, +) / 4, tolerance: 1e-5)
          }
        }
      }
    }
  }

  @Test func `without examples, the meta-learned model predicts as it is`() throws {
    try withTable { path in
      let requests = ["maml", "ridge-pooled", "mixed-model", "ridge-task", "knn", "reptile", "scratch"].map { Self.request($0, path) }
      let plan = try CrossValidation(requests, .folds(2), episodesPerGroup: 3, ownExamples: [2, 0])
      #expect(plan.ownExamples == [0, 2, 3])
      let tasks = try plan.tasks(testing: 0)
      let name = plan.folds.parts[0][0]
      var stream = RandomStream(seed: 0).child("cross-validation test")
      let shard = try tasks.episodes(0..<3, of: name, seed: stream.next())
      for (number, isDefined) in [true, true, true, false, false, true, true].enumerated() {
        let experiment = try plan.experiment(number, on: tasks)
        let state = try ExperimentRun(experiment).trained { _ in }.state
        let own = try plan.test(state, of: experiment, fold: 0)[0]
        #expect(own.group == name)
        #expect((own.scores[0] != nil) == isDefined, "\(experiment.ids.algorithm)")
        guard isDefined, experiment.ids.algorithm != "mixed-model" else { continue }
        let context = AdaptationContext(stream: RandomStream(seed: 0), firstTask: 0)
        let losses = experiment.algorithm.score(state, experiment.learner, shard, steps: 0, mode: .transductive, context).losses[0]
        expectClose(try #require(own.scores[0]), losses.reduce(0, +) / 3, tolerance: 1e-5)
      }
      // The fixed effects of the mixed model are not those of the pooled regression, but near.
      let mixed = try plan.experiment(2, on: tasks)
      let state = try ExperimentRun(mixed).trained { _ in }.state
      #expect(try #require(try plan.test(state, of: mixed, fold: 0)[0].scores[0]).isFinite)
    }
  }

  @Test func `classes of groups: without examples, equal logits are an answer, no neighbours are none`() throws {
    try withTable { path in
      let kind = [("task.target", "big"), ("task.kind", "classification")]
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      let marked = lines.enumerated().map { $0 == 0 ? "\($1),big" : "\($1),\($0 % 3 == 0 ? "no" : "yes")" }
      try Data(marked.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
      let plan = try CrossValidation(["chance", "knn", "maml"].map { Self.request($0, path, kind) }, .folds(2), episodesPerGroup: 3)
      let scores = try scores(plan)
      #expect(scores[0].allSatisfy { Set($0.scores).count == 1 && $0.scores[0] != nil })
      #expect(scores[1].allSatisfy { $0.scores[0] == nil && $0.scores[1] != nil })
      #expect(scores[2].allSatisfy { ($0.scores[0] ?? -1) >= 0 && $0.score <= 1 })
    }
  }

  @Test(arguments: ["maml", "mixed-model"]) func `one and two threads give the same bits`(algorithm: String) throws {
    try withTable { path in
      let results = try [1, 2].map { threads -> [[GroupScores]] in
        var request = Self.request(algorithm, path)
        request.threads = threads
        return try scores(CrossValidation([request], .leaveOneOut, episodesPerGroup: 3))
      }
      #expect(results[0] == results[1] && results[0][0].count == 7)
    }
  }

  @Test func `intervals and differences are over groups`() throws {
    try withTable { path in
      let requests = [Self.request("maml", path), Self.request("chance", path), Self.request("reptile", path)]
      let plan = try CrossValidation(requests, .folds(3), episodesPerGroup: 50, ownExamples: [1])
      let names = plan.folds.parts.flatMap(\.self)
      // Made-up scores of seven groups; 50 episodes each must not count.
      func made(_ values: [Double]) -> [GroupScores] { zip(names, values).map { GroupScores(group: $0, scores: [9, $1]) } }
      let own: [[Double]] = [[1, 2, 3, 4, 5, 6, 7], [2, 2, 4, 4, 6, 6, 8], [1, 1, 1, 1, 1, 1, .infinity]]
      let experiments = try requests.indices.map { try plan.experiment($0, on: plan.tasks(testing: 0)) }
      let result = CrossValidationResult(plan, zip(experiments, own).map { (experiment: $0, outcome: .success(made($1))) })
      #expect(result.rows.map(\.experiment.ids.algorithm) == ["maml", "chance", "reptile"])
      #expect(result.groups.map(\.name) == names.sorted())
      // 1 to 7: mean 4, s² = 28 / 6, and t with six degrees of freedom is 2.446911851.
      let estimate = try #require(result.rows[0].estimate)
      #expect(estimate.mean == 4 && estimate.count == 7)
      expectClose(estimate.halfWidth ?? .nan, 2.446911851 * (28.0 / 6 / 7).squareRoot(), tolerance: 1e-8)
      // The differences to chance, the only baseline, are -1, 0, -1, 0, -1, 0, -1: mean -4/7, s² = 12/7 / 6.
      #expect(result.reference == 1 && result.difference(1) == nil)
      let difference = try #require(result.difference(0))
      expectClose(difference.mean ?? .nan, -4.0 / 7, tolerance: 1e-15)
      expectClose(difference.halfWidth ?? .nan, 2.446911851 * (12.0 / 7 / 6 / 7).squareRoot(), tolerance: 1e-8)
      #expect(result.rows[2].estimate?.diverged == 1)
      #expect(result.csv.split(separator: "\n").count == 1 + 3 * 7)
    }
  }

  @Test func `what cannot be cross-validated is refused`() throws {
    try withTable { path in
      func plan(_ settings: [(String, String)] = [], folds: Int = 2, examples: [Int]? = nil) throws {
        _ = try CrossValidation(
          [Self.request("chance", path, settings)], .folds(folds), episodesPerGroup: 2, ownExamples: examples)
      }
      #expect(throws: CrossValidationError.tooFewGroups(found: 7, required: 8)) { try plan(folds: 8) }
      #expect(throws: CrossValidationError.folds(found: 1)) { try plan(folds: 1) }
      #expect(throws: CrossValidationError.tooManyExamples(found: 4, available: 3)) { try plan(examples: [0, 4]) }
      #expect(throws: CrossValidationError.testSetting(key: "test.episodes")) { try plan([("test.episodes", "4")]) }
      #expect(throws: TableError.splitBesideFolds(key: "task.split")) { try plan([("task.split", "first")]) }
      #expect(throws: CrossValidationError.noGroups(task: "sinusoid", known: ["table"])) {
        _ = try CrossValidation([ExperimentRequest(algorithm: "maml", task: "sinusoid")], .folds(2), episodesPerGroup: 2)
      }
      #expect(throws: LookupError.self) { _ = try CrossValidation([Self.request("mam", path)], .folds(2), episodesPerGroup: 2) }
    }
  }
}
