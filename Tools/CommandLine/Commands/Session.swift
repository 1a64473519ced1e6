import Algorithms
import Evaluation
import TensorCore

extension Comparison.Row {
  /// What was run, on one line, and the adaptation curve: equal for equal results.
  var text: String {
    let (algorithm, task, model) = experiment.ids
    return "\(algorithm) on \(task) · model \(model) · \(experiment.training.iterations) iterations\n\n\(table)"
  }
}

/// One meta-training and its meta-test, with progress on standard error and, where a folder is given, everything kept in it.
struct Session {
  let experiment: Experiment
  /// Where the run is kept; nil to keep nothing.
  var folder: RunFolder?
  /// What a resumed run goes on from.
  var start: Checkpoint?
  /// Iterations between checkpoints; nil for one a minute.
  var checkpointEvery: Int?
  /// "maml on sinusoid" for example.
  let label: String
  /// What an interrupted user can do, behind a semicolon.
  var resumeAdvice = ""
  let quiet: Bool

  /// Trains and tests.
  ///
  /// - Throws: ``Interrupted`` once a signal arrives, and whatever training and test throw; the folder then holds the last good state.
  func run() throws -> Comparison.Row {
    TensorMemory.resetPeak()
    let start = ContinuousClock.now
    var trainer = try trainer()
    let first = trainer.iteration
    try train(&trainer)
    trainer.releaseWorkingMemory()
    let trained = ContinuousClock.now
    let result = try test(trainer.state)
    let tested = ContinuousClock.now
    let row = Comparison.Row(experiment: experiment, result: result, seconds: (tested - start) / .seconds(1))
    if let folder {
      try folder.write(row)
      try folder.write(
        Timing(
          trainingSeconds: (trained - start) / .seconds(1), testSeconds: (tested - trained) / .seconds(1),
          iterations: trainer.iteration - first, peakBytes: TensorMemory.peakBytes, threads: experiment.training.threads,
          products: Kernels.productLibrary))
    }
    return row
  }

  private func trainer() throws -> MetaTrainer {
    try start?.trainer(for: experiment) ?? experiment.trainer()
  }

  /// About a thousand iterations of a run have a line in metrics.jsonl, the last one among them.
  private func isLogged(_ iteration: Int) -> Bool {
    let total = experiment.training.iterations
    return iteration % max(1, total / 1000) == 0 || iteration == total
  }

  private func train(_ trainer: inout MetaTrainer) throws {
    let total = experiment.training.iterations
    var progress = Progress(label, unit: "iterations", total: total, done: trainer.iteration, quiet: quiet)
    defer { progress.finish() }
    var saved = ContinuousClock.now
    while trainer.iteration < total {
      let report: StepReport
      do {
        report = try trainer.step()
      } catch {
        // The trainer still has the last good state. Why training stopped matters more than that it could not be kept.
        do { try keep(trainer) } catch let failure { Console.note("tools: error: \(failure)") }
        throw error
      }
      if isLogged(report.iteration) { try folder?.append(report) }
      progress.update(trainer.iteration, detail(report))
      if Interrupt.isRequested {
        try keep(trainer)
        throw Interrupted(place: "after iteration \(trainer.iteration) of \(total)\(keptText)")
      }
      let isDue = checkpointEvery.map { trainer.iteration % $0 == 0 } ?? (ContinuousClock.now - saved > .seconds(60))
      if isDue, trainer.iteration < total {
        try keep(trainer)
        saved = .now
      }
    }
    try keep(trainer)
  }

  /// Tests a state on the held-out episodes.
  func test(_ state: MetaState) throws -> TestResult {
    var progress = Progress("\(label), meta-test", unit: "episodes", total: experiment.test.episodes, quiet: quiet, showsShortWork: false)
    defer { progress.finish() }
    return try experiment.metaTest(state, threads: experiment.training.threads) { done, _ in
      progress.update(done, "")
      if Interrupt.isRequested { throw Interrupted(place: "in the meta-test\(keptText)") }
    }
  }

  private var keptText: String { folder.map { "; the checkpoint is in \($0.path)\(resumeAdvice)" } ?? "; nothing is kept" }

  private func keep(_ trainer: MetaTrainer) throws {
    try folder?.write(Checkpoint(experiment: experiment, snapshot: trainer.snapshot))
  }

  private func detail(_ report: StepReport) -> String {
    let loss = "loss \(report.loss.significant(4))"
    return report.accuracy.map { "\(loss)  accuracy \(($0 * 100).fixed(1))%" } ?? loss
  }
}
