import Algorithms
import Evaluation
import Models
import Tasks
import TensorCore
import Testing

// Measures that the framework does not know. Evaluation must not depend on the built-in two.
private let rewards = Measure(id: "return", isMoreBetter: true)
private let topThree = Measure(id: "top-3", unit: "%", isMoreBetter: true, factor: 100)
private let milliseconds = Measure(id: "delay", unit: "ms", isMoreBetter: false, factor: 1000)

@Suite struct MeasureTests {
  /// A row whose score is 0 before adaptation and `scores` after one step; its losses would sort in the opposite order.
  private func row(_ algorithm: any Algorithm, _ measure: Measure, _ scores: [Double]) throws -> Comparison.Row {
    let losses = scores.map { $0.isFinite ? (measure.isMoreBetter ? $0 + 100 : 100 - $0) : .nan }
    let mode = ModeResult(
      name: "none", losses: [losses.map { _ in 4 }, losses], measure: measure, scores: [scores.map { _ in 0 }, scores])
    return .init(
      experiment: try Small.experiment(algorithm), result: TestResult(modes: [mode], episodes: Small.result(losses).episodes))
  }

  private func order(_ comparison: Comparison) -> [String] { comparison.groups[0].rows.map(\.run.algorithm) }

  @Test func `the measure says which row is the best`() throws {
    let more = Comparison([try row(Chance(), rewards, [-3, -1]), try row(MAML(), rewards, [5, 7])])
    #expect(order(more) == ["maml", "chance"])
    #expect(more.groups[0].difference(1)?.mean == -8)
    let less = Comparison([try row(Chance(), milliseconds, [0.3, 0.1]), try row(MAML(), milliseconds, [0.5, 0.7])])
    #expect(order(less) == ["chance", "maml"])
  }

  @Test func `diverged episodes come last, and are the worst in the median`() throws {
    let comparison = Comparison([
      try row(MAML(), rewards, [9, .nan, 8]), try row(Chance(), rewards, [-5, -4, -3]), try row(Joint(), rewards, [.nan, .nan, .nan]),
    ])
    #expect(order(comparison) == ["chance", "maml", "joint"])
    let best = comparison.groups[0].rows[1].result.headline
    #expect(best.diverged == 1 && best.estimate?.mean == nil && best.estimate?.finiteMean == 8.5 && best.median == 8)
    #expect(comparison.table.contains("median 8.0000, 1 diverged"))
    #expect(comparison.json.contains("\"finalScores\": [9.0,null,8.0]"))
    #expect(comparison.csv.contains("fake,2,maml,mlp,none,return,1,,,8.0,8.5,3,1,"))
    #expect(CurvePoint(step: 0, scores: [1, 2, .nan], measure: milliseconds).median == 2)
  }

  @Test func `the table prints factor and unit`() throws {
    let plain = Comparison([try row(MAML(), rewards, [5, 7]), try row(Chance(), rewards, [1, 1])]).table
    #expect(plain.contains("fake · return after 1 step · "))
    #expect(plain.contains("sorted by return, those with"))
    #expect(plain.contains("6.0000 ± 1.9600"))
    #expect(plain.split(separator: "\n")[1].split(separator: " ").prefix(3) == ["algorithm", "return", "before"])
    let percent = Comparison([try row(MAML(), topThree, [0.5, 0.7]), try row(Chance(), topThree, [0.1, 0.1])]).table
    #expect(percent.contains("fake · top-3 in % after 1 step · "))
    #expect(percent.contains("  top-3 %  "))
    #expect(percent.contains("60.00 ± 19.60"))
    #expect(percent.contains("-50.00 ± 19.60"))
    let scaled = Comparison([try row(MAML(), milliseconds, [0.0015, 0.0025])]).table
    #expect(scaled.contains("delay in ms after 1 step"))
    #expect(scaled.contains("2.0 ± 1.0"))
  }

  @Test func `a run's own table has a curve for the measure, then one for the loss`() throws {
    let table = try row(MAML(), topThree, [0.5, 0.7]).table
    let titles = table.split(separator: "\n").filter { ["top-3 %", "loss"].contains($0) }
    #expect(titles == ["top-3 %", "loss"])
    #expect(table.contains("60.00 ± 19.60"))
    #expect(table.contains("100.6000 ± 0.1960"))
  }

  @Test func `the files name the measure`() throws {
    let comparison = Comparison([try row(MAML(), topThree, [0.5, 0.75])])
    #expect(comparison.json.contains("\"metric\": \"top-3\""))
    #expect(comparison.json.contains("\"top-3\": [\n"))
    #expect(comparison.json.contains("\"finalScores\": [0.5,0.75]"))
    // Files contain fractions; only printed numbers are scaled.
    #expect(comparison.csv.contains("fake,1,maml,mlp,none,top-3,1,0.625,"))
    #expect(comparison.csv.contains("fake,1,maml,mlp,none,loss,1,100.625,"))
    #expect(comparison.markdown.contains("| top-3 % |"))
    for text in [comparison.json, comparison.csv, comparison.markdown] { #expect(!text.lowercased().contains("accurac")) }
  }

  @Test func `without a measure the members of an accuracy are null`() throws {
    let json = Comparison([.init(experiment: try Small.experiment(), result: Small.result([1, 2]))]).json
    #expect(json.contains("\"metric\": \"loss\""))
    #expect(json.contains("\"accuracy\": null"))
    #expect(json.contains("\"finalAccuracies\": null"))
  }

  @Test func `results of other measures are not paired`() throws {
    #expect(try Comparison([row(MAML(), rewards, [1, 2]), row(Chance(), topThree, [1, 2])]).groups[0].difference(1) == nil)
  }

  @Test func `scores without a measure, or a measure without scores, are a caller's mistake`() async {
    await #expect(processExitsWith: .failure) { _ = ModeResult(name: "none", losses: [[1]], scores: [[1]]) }
    await #expect(processExitsWith: .failure) { _ = ModeResult(name: "none", losses: [[1]], measure: .accuracy) }
  }

  @Test func `a progress line is brief`() {
    #expect(ScoreText(.accuracy).brief(0.935) == "accuracy 93.5%")
    #expect(ScoreText(rewards).brief(12.25) == "return 12.250")
  }

  @Test func `a measure of the task reaches the report`() throws {
    var training = TrainingConfiguration()
    training.iterations = 1
    training.metaBatchSize = 2
    var test = TestConfiguration()
    (test.episodes, test.steps) = (4, 1)
    let tasks = LinearClassification()
    let taskLoss = TaskLoss(id: "binary-cross-entropy", targets: .binary, measure: topThree)
    let experiment = try Experiment(
      algorithm: MAML(), learner: Learner(model: MLP(widths: [tasks.signature.inputShape[0], 4, 1]), taskLoss: taskLoss), tasks: tasks,
      training: training, test: test, machineBytes: 1 << 30)
    let result = try experiment.metaTest(experiment.trainer().state)
    #expect(result.measure == topThree)
    #expect(result.modes[0].scores?.map(\.count) == [4, 4])
    #expect(Comparison.Row(experiment: experiment, result: result).json.line.contains("\"metric\":\"top-3\""))
  }
}
