import Algorithms
import Evaluation
import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct RecordedRunTests {
  /// Writes a run into a folder, and returns its row.
  private func write(_ request: ExperimentRequest, to path: String) throws -> Comparison.Row {
    let experiment = try Experiment(request)
    let state = try experiment.trainer().state
    let row = Comparison.Row(experiment: experiment, result: try experiment.metaTest(state), state: state)
    try RunFolder(path).write(row)
    return row
  }

  private func glyphs() -> ExperimentRequest {
    var request = ExperimentRequest(algorithm: "maml", task: "glyphs")
    request.settings = [("test.episodes", "3"), ("test.steps", "1"), ("task.queries", "2"), ("model.hidden", "4")]
    return request
  }

  /// The error of reading a folder; nil if there is none.
  private func error(_ path: String) -> RunRecordError? {
    do { _ = try Comparison.Outcome(recordedIn: path) } catch { return error }
    return nil
  }

  @Test func `a run is restored without its data, to the same bytes`() throws {
    try withTemporaryFolder { folder in
      for (name, request) in [("a", Small.request("meta-sgd")), ("b", glyphs())] {
        let row = try write(request, to: "\(folder)/\(name)")
        guard case .tested(let restored) = try Comparison.Outcome(recordedIn: "\(folder)/\(name)") else {
          Issue.record("the run is not restored")
          return
        }
        #expect(restored.run == row.run && restored.result == row.result && restored.learned == row.learned)
        #expect(restored.json.text == row.json.text && restored.scores == row.scores)
        #expect(Comparison([restored]).markdown == Comparison([row]).markdown)
      }
    }
  }

  @Test func `a failed run is restored with its reason`() throws {
    try withTemporaryFolder { folder in
      let failure = Comparison.Failure(experiment: try Small.experiment(), reason: "it diverged.")
      try RunFolder("\(folder)/a").write(failure)
      guard case .failed(let restored) = try Comparison.Outcome(recordedIn: "\(folder)/a") else {
        Issue.record("the failure is not restored")
        return
      }
      #expect(restored.reason == "it diverged." && restored.json.text == failure.json.text)
    }
  }

  @Test func `a folder without results, scores or a run says so`() throws {
    try withTemporaryFolder { folder in
      #expect(error(folder) == .nothing(path: folder))
      try AtomicFile.write([1], to: "\(folder)/checkpoint.safetensors")
      #expect(error(folder) == .unfinished(path: folder))
      let run = "\(folder)/run"
      _ = try write(Small.request(), to: run)
      try AtomicFile.write(Array("{\"algorithm\": \"maml\"".utf8), to: "\(run)/results.json")
      #expect(error(run) == .notJSON(path: "\(run)/results.json", JSONError(fault: .unexpectedEnd, offset: 20)))
      try AtomicFile.write(Array("{\"algorithm\": 3}".utf8), to: "\(run)/results.json")
      #expect(error(run) == .member(path: "\(run)/results.json", member: "episodes"))
    }
  }

  /// The file has the lines of 5 episodes and the steps 0, 1 and 2.
  @Test(arguments: [
    (1, "algorithm,task,seed,episode,step,mode,accuracy,loss"), (3, "maml,sinusoid,0,0,2,none,1.0,"), (4, "maml,sinusoid,0,0,2,none,x,"),
    (5, "maml,sinusoid,0,2,0,none,1.0,"), (6, "maml,sinusoid,0,1"), (7, "maml,sinusoid,0,1,two,none,1.0,"),
  ])
  func `a damaged line of scores is named`(line: Int, text: String) throws {
    try withTemporaryFolder { folder in
      let run = "\(folder)/run"
      let row = try write(Small.request(), to: run)
      var lines = row.scores.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      lines[line - 1] = text
      try AtomicFile.write(Array(lines.joined(separator: "\n").utf8), to: "\(run)/scores.csv")
      guard case .scores(let path, let named, let found, _) = error(run) else {
        Issue.record("the damage is not found: \(String(describing: error(run)))")
        return
      }
      #expect(path == "\(run)/scores.csv" && named == line && found == text)
    }
  }

  @Test func `scores of fewer episodes, or a cut file, are refused`() throws {
    try withTemporaryFolder { folder in
      let run = "\(folder)/run"
      let row = try write(Small.request(), to: run)
      let lines = row.scores.split(separator: "\n").map(String.init)
      func put(_ count: Int, end: String = "\n") throws {
        try AtomicFile.write(Array((lines.prefix(count).joined(separator: "\n") + end).utf8), to: "\(run)/scores.csv")
      }
      #expect(lines.count == 16)
      try put(13)
      #expect(error(run) == .otherScores(path: "\(run)/scores.csv", found: "4 episodes", expected: "5 episodes"))
      try put(15)
      guard case .scores(_, 16, "the end of the file", _) = error(run) else {
        Issue.record("the missing step is not found")
        return
      }
      try put(16, end: "")
      guard case .scores(_, 16, _, "a whole line") = error(run) else {
        Issue.record("the cut line is not found")
        return
      }
      #expect(unlink("\(run)/scores.csv") == 0)
      #expect(error(run) == .noScores(path: run))
    }
  }

  @Test func `the runs of a comparison keep its order of tasks`() throws {
    try withTemporaryFolder { folder in
      var rows: [Comparison.Row] = []
      for (task, request) in [("sinusoid", Small.request()), ("glyphs", glyphs())] {
        rows.append(try write(request, to: "\(folder)/\(task)/maml"))
      }
      _ = try RunFolder("\(folder)/sinusoid/reptile")
      try AtomicFile.write([1], to: "\(folder)/sinusoid/reptile/checkpoint.safetensors")
      try RunFolder(folder).write(Comparison(rows))
      let runs = try RecordedRuns([folder])
      #expect(runs.outcomes.map(\.run.task) == ["sinusoid", "glyphs"])
      #expect(runs.unfinished == ["\(folder)/sinusoid/reptile"])
      #expect(Comparison(outcomes: runs.outcomes).json == Comparison(rows).json)
      #expect(try RecordedRuns(["\(folder)/glyphs/maml/"]).outcomes.count == 1)
    }
  }
}
