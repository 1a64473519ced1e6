import Algorithms
import Evaluation
import Tasks

extension Comparison.Row {
  /// A title line and the adaptation curve; equal results give equal texts.
  var text: String {
    let given = run.setting("initialisation").map { " · initialisation \($0.prefix(16))" } ?? ""
    let origin = trainedOn.map { " · trained on \($0.task)" } ?? ""
    return "\(run.algorithm) on \(run.task)\(origin) · model \(run.model) · \(iterations)\(given)\n\n\(table)"
  }

  /// The iterations done, and after how many of them the tested state was the best.
  private var iterations: String {
    let total = run.iterations
    guard let end else { return "\(total) iterations" }
    let done = end.isStoppedEarly ? "stopped after \(end.iterations) of \(total) iterations" : "\(total) iterations"
    return "\(done) · \(end.best.map { "best state, of iteration \($0.iteration)" } ?? "last state, because all validations diverged")"
  }
}

/// A run that an error ended, and what is saved of it.
struct StoppedRun: Error, CustomStringConvertible {
  let error: any Error
  /// What is saved, beginning with a semicolon, without a full stop.
  let kept: String

  var description: String {
    let text = "\(error)"
    return (text.hasSuffix(".") ? String(text.dropLast()) : text) + kept + "."
  }
}

/// The means of metrics over the steps of a run.
private struct MetricMeans {
  private var sums: [(name: String, sum: Double)] = []
  private var count = 0

  mutating func add(_ metrics: [StepReport.Metric]) {
    count += 1
    for metric in metrics {
      if let place = sums.firstIndex(where: { $0.name == metric.name }) {
        sums[place].sum += metric.mean
      } else {
        sums.append((metric.name, metric.mean))
      }
    }
  }

  var all: [StepReport.Metric] { sums.map { StepReport.Metric(name: $0.name, mean: $0.sum / Double(max(count, 1))) } }
}

/// A run that shows progress on standard error, and that signals stop.
struct Session {
  var run: ExperimentRun
  /// The label of the progress, such as "maml on sinusoid".
  let label: String
  /// What else is saved of the command, beginning with a semicolon.
  var alsoKept = ""
  /// Advice after an interruption, beginning with a semicolon.
  var resumeAdvice = ""
  let quiet: Bool
  /// What the test counts, in the plural, and how many there are; nil for the episodes of the experiment's meta-test.
  var counted: (unit: String, total: Int)?

  /// Trains and tests.
  ///
  /// - Throws: ``Interrupted`` after a signal, and errors of training and test; ``keptText(at:)`` says what is saved then.
  func callAsFunction() throws -> Comparison.Row {
    try watching { run, handle in try run(handle) }
  }

  /// Does the work of a run, which training may be only a part of.
  ///
  /// - Parameter work: Receives the run, and what handles its events.
  /// - Returns: The result of the work.
  /// - Throws: As ``callAsFunction()``.
  func watching<Result>(
    _ work: (ExperimentRun, (ExperimentRun.Event) throws -> Void) throws -> Result
  ) throws -> Result {
    let total = run.experiment.training.iterations
    var training = Progress(label, unit: "iterations", total: total, done: run.start?.iteration ?? 0, quiet: quiet)
    var testing: Progress?
    var means = MetricMeans()
    defer {
      training.finish()
      testing?.finish()
      if let advice = run.experiment.algorithm.advice(means.all) { Console.note("tools: note: \(label): \(advice)") }
    }
    var run = run
    let live = LiveTraining()
    run.live = live
    let first = run.start?.iteration ?? 0
    return try Interrupt.rescuing({ rescue(live, of: total) }) {
      var reached = first
      do {
        return try work(run) { event in
          switch event {
          case .step(let report):
            reached = report.iteration
            means.add(report.metrics)
            training.update(report.iteration, detail(report))
            try Interrupt.check("after iteration \(report.iteration) of \(total)")
          case .validating:
            try Interrupt.check("in the validation after iteration \(reached) of \(total)")
          case .validated(let report, let isBest):
            reached = report.iteration
            training.note(validationText(report, isBest))
          case .stoppedEarly(let end):
            training.finish()
            if !quiet { Console.note("tools: \(label): \(stopText(end))") }
          case .tested(let done):
            if testing == nil {
              training.finish()
              testing = testProgress
            }
            testing?.update(done, "")
            try Interrupt.check("in the meta-test")
          case .notKept(let error):
            Console.note("tools: error: \(error)")
          }
        }
      } catch var interruption as Interrupted {
        // Training has saved its state by now.
        interruption.place += keptText(at: reached)
        throw interruption
      }
    }
  }

  /// Saves the last finished iteration while the next one still computes.
  private func rescue(_ live: LiveTraining, of total: Int) -> String {
    do {
      switch try live.stop() {
      case .preparing: return "before the first iteration\(alsoKept.isEmpty ? "; nothing is saved" : alsoKept + resumeAdvice)"
      case .training(let iteration): return "after iteration \(iteration) of \(total)\(keptText(at: iteration))"
      case .trained: return "in the meta-test\(keptText(at: total))"
      }
    } catch {
      Console.note("tools: error: \(error)")
      return "in training; the last iterations could not be saved\(keptText())"
    }
  }

  /// Tests a state on the held-out episodes.
  func test(_ state: MetaState) throws -> TestResult {
    var progress = testProgress
    defer { progress.finish() }
    return try Interrupt.rescuing({ "in the meta-test\(keptText())" }) {
      try run.experiment.metaTest(state, threads: run.experiment.training.threads) { done, _ in
        progress.update(done, "")
        try Interrupt.check("in the meta-test\(keptText())")
      }
    }
  }

  private var testProgress: Progress {
    let (unit, total) = counted ?? (unit: "episodes", total: run.experiment.test.episodes)
    return Progress("\(label), meta-test", unit: unit, total: total, quiet: quiet, showsShortWork: false)
  }

  /// What is saved of the run, as the folder shows it: the last write may have failed.
  ///
  /// - Parameters:
  ///   - iteration: The iteration that training has reached; nil to name the checkpoint's iteration in any case.
  ///   - advises: Whether to add the advice to resume.
  /// - Returns: Text for the end of a message, beginning with a semicolon.
  func keptText(at iteration: Int? = nil, advises: Bool = true) -> String {
    guard let folder = run.folder else { return "; nothing is saved" }
    guard let saved = (try? Checkpoint(contentsOf: folder.path))?.iteration else {
      return "; no checkpoint is in \(folder.path)\(alsoKept.isEmpty ? "" : alsoKept + resumeAdvice)"
    }
    let which = saved == iteration ? "the checkpoint is in \(folder.path)" : "the checkpoint in \(folder.path) is of iteration \(saved)"
    return "; \(which)\(alsoKept)\(advises ? resumeAdvice : "")"
  }

  private func validationText(_ report: ValidationReport, _ isBest: Bool) -> String {
    let measure = run.experiment.learner.taskLoss.measure ?? .loss
    let score = report.score.map { ScoreText(measure).brief($0) } ?? "diverged"
    return "\(label): validation after iteration \(report.iteration): \(score)\(isBest ? ", the best so far" : "")"
  }

  private func stopText(_ end: TrainingEnd) -> String {
    let best = end.best.map { "since iteration \($0.iteration), whose state is tested" } ?? "at all, so the last state is tested"
    let patience = run.experiment.validation.patience
    return "stopped after iteration \(end.iterations) of \(run.experiment.training.iterations): \(patience) "
      + "validation\(patience == 1 ? "" : "s") without improvement \(best)."
  }

  private func detail(_ report: StepReport) -> String {
    let loss = "loss \(report.loss.significant(4))"
    guard let score = report.score, let measure = report.measure else { return loss }
    return "\(loss)  \(ScoreText(measure).brief(score))"
  }
}
