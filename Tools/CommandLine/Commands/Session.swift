import Algorithms
import Evaluation
import Tasks

extension Comparison.Row {
  /// A title line and the adaptation curve; equal results give equal texts.
  var text: String {
    let (algorithm, task, model) = experiment.ids
    return "\(algorithm) on \(task) · model \(model) · \(experiment.training.iterations) iterations\n\n\(table)"
  }
}

/// A run that shows progress on standard error, and that signals stop.
struct Session {
  var run: ExperimentRun
  /// The label of the progress, such as "maml on sinusoid".
  let label: String
  /// Advice after an interruption, beginning with a semicolon.
  var resumeAdvice = ""
  let quiet: Bool

  /// Trains and tests.
  ///
  /// - Throws: ``Interrupted`` after a signal, and errors of training and test. The folder then has the last good state.
  func callAsFunction() throws -> Comparison.Row {
    let total = run.experiment.training.iterations
    var training = Progress(label, unit: "iterations", total: total, done: run.start?.snapshot.iteration ?? 0, quiet: quiet)
    var testing: Progress?
    defer {
      training.finish()
      testing?.finish()
    }
    var run = run
    let live = LiveTraining()
    run.live = live
    return try Interrupt.rescuing({ [keptText] in Self.rescue(live, of: total, keptText) }) {
      try run { event in
        switch event {
        case .step(let report):
          training.update(report.iteration, detail(report))
          try Interrupt.check("after iteration \(report.iteration) of \(total)\(keptText)")
        case .tested(let done):
          if testing == nil {
            training.finish()
            testing = testProgress
          }
          testing?.update(done, "")
          try Interrupt.check("in the meta-test\(keptText)")
        case .notKept(let error):
          Console.note("tools: error: \(error)")
        }
      }
    }
  }

  /// Saves the last finished iteration while the next one still computes.
  private static func rescue(_ live: LiveTraining, of total: Int, _ keptText: String) -> String {
    do {
      switch try live.stop() {
      case .preparing: return "before the first iteration; nothing is saved"
      case .training(let iteration): return "after iteration \(iteration) of \(total)\(keptText)"
      case .trained: return "in the meta-test\(keptText)"
      }
    } catch {
      Console.note("tools: error: \(error)")
      return "in training; the last iterations could not be saved"
    }
  }

  /// Tests a state on the held-out episodes.
  func test(_ state: MetaState) throws -> TestResult {
    var progress = testProgress
    defer { progress.finish() }
    return try Interrupt.rescuing({ [keptText] in "in the meta-test\(keptText)" }) {
      try run.experiment.metaTest(state, threads: run.experiment.training.threads) { done, _ in
        progress.update(done, "")
        try Interrupt.check("in the meta-test\(keptText)")
      }
    }
  }

  private var testProgress: Progress {
    Progress("\(label), meta-test", unit: "episodes", total: run.experiment.test.episodes, quiet: quiet, showsShortWork: false)
  }

  private var keptText: String { run.folder.map { "; the checkpoint is in \($0.path)\(resumeAdvice)" } ?? "; nothing is saved" }

  private func detail(_ report: StepReport) -> String {
    let loss = "loss \(report.loss.significant(4))"
    guard let score = report.score, let measure = report.measure else { return loss }
    return "\(loss)  \(ScoreText(measure).brief(score))"
  }
}
