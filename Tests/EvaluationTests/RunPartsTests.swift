import Evaluation
import Tasks
import Testing

@Suite struct RunPartsTests {
  @Test func `the most costly run comes first, and a part keeps the order of the runs`() {
    // 8 → part 0, 7 → part 1, 6 → part 2, 5 → part 2, 4 → part 1, 3 → part 0, 1 → the part with 11 that comes first.
    let parts = RunParts(costs: [3, 8, 1, 7, 5, 6, 4], parts: 3)
    #expect(parts.members == [[0, 1, 2], [3, 6], [4, 5]])
  }

  @Test func `runs without cost are divided by number`() {
    #expect(RunParts(costs: [0, 0, 0, 0], parts: 2).members == [[0, 2], [1, 3]])
  }

  @Test(arguments: 1...9)
  func `every run is in one part`(parts: Int) {
    let costs: [Double] = [5, 5, 3, 1, 9, 2, 2]
    let members = RunParts(costs: costs, parts: parts).members
    #expect(members.count == parts)
    #expect(members.flatMap { $0 }.sorted() == Array(costs.indices))
    let largest = members.map { $0.reduce(0) { $0 + costs[$1] } }.max() ?? 0
    #expect(largest <= 4 / 3 * max(27 / Double(parts), 9))
  }

  @Test func `more iterations, tasks, steps and episodes cost more`() throws {
    func cost(_ change: (inout ExperimentRequest) -> Void) throws -> Double {
      var request = ExperimentRequest(algorithm: "maml", task: "sinusoid")
      request.iterations = 100
      change(&request)
      return try Experiment(request).cost
    }
    let base = try cost { _ in }
    #expect(try cost { $0.iterations = 200 } > base)
    for setting in [
      ("training.metaBatch", "50"), ("inner.steps", "2"), ("test.episodes", "1000"), ("test.steps", "20"), ("model.hidden", "80,80"),
    ] {
      #expect(try cost { $0.settings = [(key: setting.0, value: setting.1)] } > base, "\(setting.0)")
    }
    #expect(try cost { $0.algorithm = "fomaml" } < base)
    #expect(try cost { $0.threads = 2 } == base)
  }
}
