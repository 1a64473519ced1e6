import Algorithms
import Evaluation
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct ValidationTests {
  private struct Stop: Error {}

  private func report(_ iteration: Int, _ score: Double?, _ measure: Measure = .loss) -> ValidationReport {
    ValidationReport(iteration: iteration, measure: measure, score: score, halfWidth: 0.5, loss: score, episodes: 4)
  }

  private func experiment(
    iterations: Int = 8, every: Int = 2, patience: Int = 0, seed: UInt64 = 0, _ more: [(String, String)] = []
  ) throws -> Experiment {
    var request = Small.request(
      "maml", [("validation.every", "\(every)"), ("validation.episodes", "4"), ("validation.patience", "\(patience)")] + more)
    request.iterations = iterations
    request.seed = seed
    return try Experiment(request)
  }

  /// A run in a folder; the handler may stop it.
  private func run(
    _ experiment: Experiment, in path: String, resumes: Bool = false, _ handle: (ExperimentRun.Event) throws -> Void = { _ in }
  ) throws -> Comparison.Row {
    var run = ExperimentRun(experiment)
    if resumes {
      let folder = try RunFolder(resuming: path)
      run.start = try Checkpoint.latest(in: path)
      try folder.resume(from: run.start, iterations: experiment.training.iterations)
      run.folder = folder
    } else {
      run.folder = try RunFolder(path)
    }
    return try run(handle)
  }

  // MARK: History

  @Test func `of equal scores the earlier one is the best`() {
    let history = ValidationHistory([report(1, 2), report(2, 1), report(3, 1), report(4, 3)])
    #expect(history.best == report(2, 1))
    #expect(history.withoutImprovement == 2)
    let accuracies = ValidationHistory([0.5, 0.75, 0.75, nil].enumerated().map { report($0 + 1, $1, .accuracy) })
    #expect(accuracies.best == report(2, 0.75, .accuracy))
  }

  @Test func `a diverged validation is never the best one`() {
    #expect(ValidationHistory([report(1, nil), report(2, .nan)]).best == nil)
    #expect(ValidationHistory([report(1, nil), report(2, 1e30)]).best?.iteration == 2)
    #expect(ValidationHistory([report(1, nil), report(2, nil)]).withoutImprovement == 2)
  }

  @Test(arguments: [(0, 9, false), (1, 1, true), (2, 1, false), (2, 2, true)])
  func `patience counts the validations since the best one`(patience: Int, worse: Int, isStopped: Bool) {
    var validation = ValidationConfiguration()
    (validation.every, validation.patience) = (1, patience)
    let history = ValidationHistory([report(1, 1)] + (0..<worse).map { report($0 + 2, 1) })
    #expect(history.isStopped(by: validation) == isStopped)
  }

  // MARK: Log

  @Test func `the log keeps the lines up to the checkpoint`() throws {
    let lines = [2, 4, 6].map { ValidationLog.line(report($0, 1 / Double($0)), isBest: true) + "\n" }
    let bytes = Array(lines.joined().utf8)
    for (iteration, count) in [(0, 0), (1, 0), (2, 1), (5, 2), (6, 3), (7, 3)] {
      let kept = try ValidationLog.kept(bytes, through: iteration, every: 2, measure: .loss, path: "v")
      #expect(kept.bytes == Array(lines[..<count].joined().utf8))
      #expect(kept.reports == [2, 4, 6][..<count].map { report($0, 1 / Double($0)) })
    }
    // The checkpoint may be written before its own line, which may be cut.
    for cut in [bytes.dropLast(2), bytes[..<lines[..<2].joined().utf8.count]] {
      #expect(try ValidationLog.kept(Array(cut), through: 6, every: 2, measure: .loss, path: "v").reports.count == 2)
      #expect(throws: RunFolderError.validation(path: "v", line: 3, expected: 6, found: nil)) {
        try ValidationLog.kept(Array(cut), through: 7, every: 2, measure: .loss, path: "v")
      }
    }
    #expect(throws: RunFolderError.validation(path: "v", line: 1, expected: 1, found: 2)) {
      try ValidationLog.kept(bytes, through: 2, every: 1, measure: .loss, path: "v")
    }
    #expect(throws: RunFolderError.validation(path: "v", line: 1, expected: 2, found: nil)) {
      try ValidationLog.kept(bytes, through: 4, every: 2, measure: .accuracy, path: "v")
    }
  }

  // MARK: Runs

  @Test func `validations do not change the bits of training`() throws {
    let validated = try ExperimentRun(experiment()).trained { _ in }
    let plain = try ExperimentRun(experiment(every: 0)).trained { _ in }
    let (own, other) = (validated.trainer.snapshot, plain.trainer.snapshot)
    #expect(own.tensors.keys.sorted() == other.tensors.keys.sorted())
    for (name, tensor) in own.tensors { #expect(tensor.doubles == other.tensors[name]?.doubles, "\(name)") }
    #expect(plain.end == nil)
    #expect(validated.end?.iterations == 8)
  }

  @Test func `the best state is tested, and each validation is a line`() throws {
    try withTemporaryFolder { root in
      var reports: [ValidationReport] = []
      var best: [Int] = []
      let experiment = try experiment([("outer.learningRate", "0.05")])
      let row = try run(experiment, in: "\(root)/run") {
        if case .validated(let report, let isBest) = $0 {
          reports.append(report)
          if isBest { best.append(report.iteration) }
        }
      }
      #expect(reports.map(\.iteration) == [2, 4, 6, 8])
      #expect(reports.allSatisfy { $0.episodes == 4 && $0.measure == "loss" && $0.score == $0.loss })
      let expected = try #require(ValidationHistory(reports).best)
      #expect(best.last == expected.iteration)
      #expect(row.end == TrainingEnd(iterations: 8, isStoppedEarly: false, best: expected))
      let kept = try Checkpoint(contentsOf: "\(root)/run/best.safetensors")
      #expect(kept.iteration == expected.iteration)
      // The score is that of the state in the file, on the same episodes.
      let tested = try experiment.metaTest(kept.state(for: experiment))
      #expect(tested == row.result)
      let lines = try AtomicFile.read("\(root)/run/validation.jsonl")
      #expect(lines == reports.flatMap { Array((ValidationLog.line($0, isBest: best.contains($0.iteration)) + "\n").utf8) })
    }
  }

  @Test func `patience ends the training, and the results say so`() throws {
    try withTemporaryFolder { root in
      // Nothing is learned with a rate of zero, so no validation is better than the first.
      let experiment = try experiment(iterations: 100, every: 3, patience: 2, [("outer.learningRate", "0")])
      var ends: [TrainingEnd] = []
      let row = try run(experiment, in: "\(root)/run") { if case .stoppedEarly(let end) = $0 { ends.append(end) } }
      let end = try #require(ends.first)
      #expect(ends == [end] && row.end == end)
      #expect(end.iterations == 9 && end.isStoppedEarly && end.testedIteration == 3)
      #expect(try Checkpoint(contentsOf: "\(root)/run").iteration == 9)
      let results = try AtomicFile.read("\(root)/run/results.json")
      #expect(String(decoding: results, as: UTF8.self).contains("\"stoppedEarly\": true"))
      // Resumed, it is still at its end.
      var steps = 0
      let again = try run(experiment, in: "\(root)/run", resumes: true) { if case .step = $0 { steps += 1 } }
      #expect(steps == 0 && again.end == end)
      #expect(try AtomicFile.read("\(root)/run/results.json") == results)
      // Its results are restored without a test.
      let checkpoint = try Checkpoint(contentsOf: "\(root)/run")
      let trained = try #require(try checkpoint.end(of: experiment, in: "\(root)/run"))
      #expect(trained.end == end)
      #expect(Comparison.Row(experiment: experiment, state: trained.state, end: end, recordedIn: "\(root)/run") != nil)
      #expect(Comparison.Row(experiment: experiment, state: trained.state, recordedIn: "\(root)/run") == nil)
    }
  }

  @Test(arguments: 1...8) func `a run that stops anywhere and resumes has the same files`(iteration: Int) throws {
    try withTemporaryFolder { root in
      let experiment = try experiment(patience: 3, [("outer.learningRate", "0.05")])
      let whole = try run(experiment, in: "\(root)/whole")
      // Before the validation of an iteration that has one, and after it.
      for (name, isAfter) in [("before", false), ("after", true)] {
        let path = "\(root)/\(name)"
        let stopped = Result {
          try run(experiment, in: path) { event in
            switch event {
            case .step(let report) where !isAfter && report.iteration == iteration: throw Stop()
            case .validated(let report, _) where isAfter && report.iteration >= iteration: throw Stop()
            default: break
            }
          }
        }
        #expect(throws: Stop.self) { try stopped.get() }
        let resumed = try run(experiment, in: path, resumes: true)
        #expect(resumed.end == whole.end)
        for file in ["checkpoint.safetensors", "best.safetensors", "validation.jsonl", "metrics.jsonl", "results.json", "config.json"] {
          #expect(try AtomicFile.read("\(path)/\(file)") == AtomicFile.read("\(root)/whole/\(file)"), "\(name) \(file)")
        }
      }
    }
  }

  @Test func `a best checkpoint that is missing or too early is refused`() throws {
    try withTemporaryFolder { root in
      let experiment = try experiment()
      _ = try run(experiment, in: "\(root)/run")
      let path = "\(root)/run/best.safetensors"
      let best = try Checkpoint(contentsOf: path).iteration
      try AtomicFile.write(Checkpoint.fileBytes(try experiment.trainer().snapshot, experiment), to: path)
      #expect(throws: RunFolderError.best(path: path, expected: best, found: 0)) {
        try run(experiment, in: "\(root)/run", resumes: true)
      }
      try AtomicFile.write([1], to: path)
      #expect(throws: CheckpointError.self) { try run(experiment, in: "\(root)/run", resumes: true) }
    }
  }

  // MARK: Settings

  @Test func `a validation that cannot be is refused`() throws {
    #expect(throws: ExperimentError.validationTooRare(every: 9, iterations: 8)) { try self.experiment(every: 9) }
    #expect(throws: ExperimentError.patienceWithoutValidation(patience: 3)) { try self.experiment(every: 0, patience: 3) }
    var tasks = FakeTasks()
    tasks.names = [.metaTrain: ["a"], .metaTest: ["b"]]
    var validation = ValidationConfiguration()
    validation.every = 1
    let parts = try Small.experiment()
    func experiment() throws -> Experiment {
      try Experiment(
        algorithm: parts.algorithm, learner: parts.learner, tasks: tasks, training: parts.training, validation: validation)
    }
    #expect(throws: ExperimentError.noValidation(task: "fake")) { try experiment() }
    tasks.names[.metaValidation] = ["c"]
    #expect(throws: Never.self) { try experiment() }
  }

  @Test func `the settings are on record only if there is a validation`() throws {
    let keys = ["validation.every", "validation.episodes", "validation.patience"]
    #expect(try experiment().settings.map(\.key).suffix(3) == keys[...])
    #expect(try experiment(every: 0).settings.allSatisfy { !keys.contains($0.key) })
  }
}

extension Checkpoint {
  /// The bytes of the file of a checkpoint.
  fileprivate static func fileBytes(_ snapshot: TrainingSnapshot, _ experiment: Experiment) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      try Checkpoint(experiment: experiment, snapshot: snapshot).write(to: "\(folder)/c.safetensors")
      return try AtomicFile.read("\(folder)/c.safetensors")
    }
  }
}
