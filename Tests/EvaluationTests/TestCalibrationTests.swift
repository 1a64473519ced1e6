import Algorithms
import Evaluation
import Foundation
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct TestCalibrationTests {
  private func glyphs(_ settings: [(String, String)] = []) throws -> Experiment {
    var request = ExperimentRequest(algorithm: "maml", task: "glyphs")
    request.settings =
      ([
        ("task.ways", "3"), ("task.queries", "4"), ("model.hidden", "4"), ("model.blocks", "2"), ("inner.steps", "2"),
        ("test.episodes", "7"), ("test.steps", "3"), ("test.shardSize", "2"),
      ] + settings).map { (key: $0.0, value: $0.1) }
    return try Experiment(request)
  }

  private func row(_ experiment: Experiment) throws -> Comparison.Row {
    let state = try experiment.trainer().state
    return .init(experiment: experiment, result: try experiment.metaTest(state), state: state)
  }

  @Test func `it is that of all query predictions after the steps of training`() throws {
    let experiment = try glyphs([("test.modes", "transductive")])
    let state = try experiment.trainer().state
    let result = try experiment.metaTest(state)
    let measured = try #require(result.modes[0].calibration)
    var (probabilities, labels): ([Double], [Int]) = ([], [])
    for index in 0..<7 {
      let shard = Episodes([try experiment.tasks.episode(index, in: .metaTest, seed: result.episodes.seed)])
      let context = AdaptationContext(stream: RandomStream(seed: 0), firstTask: index)
      let path = experiment.algorithm.adapt(state, experiment.learner, support: shard.support, steps: 3, context)
      let logits = experiment.algorithm.predict(
        path[2], experiment.learner, query: shard.query.inputs, mode: .transductive, context
      ).doubles
      for start in stride(from: 0, to: logits.count, by: 3) {
        let weights = logits[start..<start + 3].map { exp($0) }
        probabilities += weights.map { $0 / weights.reduce(0, +) }
      }
      labels += shard.query.targets.tensor.integers
    }
    let expected = try Calibration(probabilities, labels: labels, classes: 3)
    let calibration = try #require(measured.calibration)
    #expect(measured.step == 2 && measured.leftOut == 0 && calibration.count == 7 * 12)
    #expect(calibration.bins.map(\.count) == expected.bins.map(\.count))
    expectClose(calibration.expectedError, expected.expectedError, tolerance: 1e-5)
    expectClose(calibration.negativeLogLikelihood, expected.negativeLogLikelihood, tolerance: 1e-5)
    expectClose(calibration.brierScore, expected.brierScore, tolerance: 1e-5)
    // The loss is the negative log-likelihood.
    let losses = result.modes[0].losses[2]
    expectClose(calibration.negativeLogLikelihood, losses.reduce(0, +) / 7, tolerance: 1e-5)
  }

  @Test func `any number of threads gives the same bits`() throws {
    let experiment = try glyphs([("test.episodes", "23"), ("test.shardSize", "3")])
    let state = try experiment.trainer().state
    let (one, two) = (try experiment.metaTest(state, threads: 1), try experiment.metaTest(state, threads: 2))
    #expect(one.modes.compactMap(\.calibration).count == 2)
    #expect(one.modes.map(\.calibration) == two.modes.map(\.calibration))
  }

  @Test func `predictions of diverged episodes are left out and counted`() throws {
    var request = ExperimentRequest(algorithm: "maml", task: "linear-classification")
    request.model = "mlp"
    request.settings = [
      ("inner.learningRate", "1000"), ("inner.steps", "10"), ("model.hidden", "8,8"), ("test.episodes", "20"), ("test.steps", "10"),
    ].map { (key: $0.0, value: $0.1) }
    let experiment = try Experiment(request)
    let result = try experiment.metaTest(experiment.trainer().state)
    let calibration = try #require(result.modes[0].calibration)
    #expect(calibration.leftOut > 0)
    #expect(calibration.leftOut + (calibration.calibration?.count ?? 0) == 20 * experiment.tasks.signature.queryCount)
  }

  @Test func `a regression has none, in no file`() throws {
    let row = try row(Experiment(Small.request()))
    #expect(row.result.modes[0].calibration == nil && !row.json.text.contains("calibration"))
    #expect(!Comparison([row]).markdown.contains("Calibration"))
  }

  @Test func `the record restores it, and one without it reads`() throws {
    try withTemporaryFolder { folder in
      let row = try row(glyphs())
      try RunFolder("\(folder)/a").write(row)
      let restored = try #require(try Comparison.Outcome(recordedIn: "\(folder)/a").row)
      #expect(restored.result == row.result && restored.json.text == row.json.text)
      let text = row.json.text
      // The record of an older version has no such member.
      let pieces = text.components(separatedBy: ",\n      \"calibration\": {")
      #expect(pieces.count == 3)
      let end = "\n      }\n    }"
      let rest = pieces.dropFirst().map { "\n    }" + $0.components(separatedBy: end).dropFirst().joined(separator: end) }
      let old = pieces[0] + rest.joined()
      try AtomicFile.write(Array(old.utf8), to: "\(folder)/a/results.json")
      let older = try #require(try Comparison.Outcome(recordedIn: "\(folder)/a").row)
      #expect(older.result.modes.allSatisfy { $0.calibration == nil })
      #expect(older.json.text == old && older.result.modes.map(\.losses) == row.result.modes.map(\.losses))
    }
  }

  @Test(arguments: [("\"predictions\": 84", "\"predictions\": 85", "predictions"), ("\"leftOut\": 0", "\"leftOut\": -1", "leftOut")])
  func `a damaged record is named`(found: String, replacement: String, member: String) throws {
    try withTemporaryFolder { folder in
      let row = try row(glyphs([("test.modes", "transductive")]))
      try RunFolder("\(folder)/a").write(row)
      #expect(row.json.text.contains(found))
      try AtomicFile.write(Array(row.json.text.replacing(found, with: replacement).utf8), to: "\(folder)/a/results.json")
      let path = "\(folder)/a/results.json"
      #expect(throws: RunRecordError.member(path: path, member: "modes[0].calibration.\(member)")) {
        try Comparison.Outcome(recordedIn: "\(folder)/a")
      }
    }
  }

  @Test func `the reports have a row for each mode, and a reliability diagram`() throws {
    let row = try row(glyphs())
    let comparison = Comparison([row])
    for (mode, name) in zip(row.result.modes, ["transductive", "support-plus-one"]) {
      let calibration = try #require(mode.calibration?.calibration)
      let line =
        "| maml | \(name) | 2 | \(fixed(100 * calibration.expectedError, 2)) | \(fixed(calibration.negativeLogLikelihood, 4)) "
        + "| \(fixed(calibration.brierScore, 4)) | 84 | 0 |"
      #expect(comparison.markdown.contains(line), "\(line)")
      #expect(comparison.html(gnuplot: nil).contains(fixed(calibration.brierScore, 4)))
    }
    let page = comparison.html(gnuplot: nil)
    #expect(page.contains("Reliability of the predictions, tested transductive") && Markup(page: page).isWellFormed)
  }

  @Test(.enabled(if: gnuplot != nil, "gnuplot is not installed")) func `the diagram's error is that of the table`() throws {
    let row = try row(glyphs())
    let calibration = try #require(row.result.modes[0].calibration?.calibration)
    let series = CalibrationChart.Series(
      name: "maml",
      bins: calibration.bins.compactMap { bin in
        bin.confidence.flatMap { confidence in bin.accuracy.map { .init(confidence: confidence, accuracy: $0, count: bin.count) } }
      })
    expectClose(try #require(series.expectedError), calibration.expectedError, tolerance: 1e-12)
    let text = try #require(gnuplot).element(CalibrationChart(title: "t", series: [series]), .wide, id: "c")
    #expect(isWellFormed(text) && text.contains("perfect calibration"))
  }
}
