public import Algorithms
import TensorCore

/// One meta-training and its meta-test; a run with a folder saves its results there.
///
/// Progress is reported as events. A handler that throws stops the run, which saves its state and rethrows the error. The command line
/// and programs that embed the framework thus share cancellation, checkpoints and resuming.
public struct ExperimentRun: Sendable {
  /// An event of a run.
  public enum Event: Sendable {
    /// A meta-update is done.
    case step(StepReport)
    /// The given number of test episodes are scored.
    case tested(Int)
    /// The state could not be saved after training had stopped with another error.
    case notKept(any Error)
  }

  /// The experiment to run.
  public let experiment: Experiment
  /// The folder to save the run in; nil to save nothing.
  public var folder: RunFolder?
  /// The checkpoint to resume from; nil to start anew.
  public var start: Checkpoint?
  /// Iterations between checkpoints; nil for one checkpoint a minute.
  public var checkpointEvery: Int?
  /// Lets another thread save and stop the run's training; nil if none does.
  public var live: LiveTraining?

  /// Creates a run that starts anew and saves nothing.
  public init(_ experiment: Experiment) { self.experiment = experiment }

  /// Trains and tests.
  ///
  /// - Parameter handle: Receives every step and every batch of test episodes. If it throws, the run stops.
  /// - Returns: The results, which are also in the folder.
  /// - Throws: Errors of the handler, of training and of the test. The last good state is then saved in the folder. If a line of
  ///   metrics.jsonl cannot be written, the folder keeps its last checkpoint instead, because a run resumes only with all lines.
  public func callAsFunction(_ handle: (Event) throws -> Void) throws -> Comparison.Row {
    TensorMemory.resetPeak()
    let begin = ContinuousClock.now
    let trainer = try trained(handle)
    let trained = ContinuousClock.now
    let result = try experiment.metaTest(trainer.state, threads: experiment.training.threads) { done, _ in try handle(.tested(done)) }
    let tested = ContinuousClock.now
    let row = Comparison.Row(experiment: experiment, result: result, state: trainer.state, seconds: (tested - begin) / .seconds(1))
    if let folder {
      try folder.write(row)
      try folder.write(
        Timing(
          trainingSeconds: (trained - begin) / .seconds(1), testSeconds: (tested - trained) / .seconds(1),
          iterations: trainer.iteration - (start?.iteration ?? 0), peakBytes: TensorMemory.peakBytes, threads: trainer.threads,
          activeThreads: trainer.meanActiveThreads,
          products: Kernels.productLibrary))
    }
    return row
  }

  /// Trains without a test; the folder, if there is one, gets the checkpoint and the metrics.
  ///
  /// - Parameter handle: As in ``callAsFunction(_:)``.
  /// - Returns: The trainer with the meta-learned state.
  /// - Throws: As ``callAsFunction(_:)``.
  public func trained(_ handle: (Event) throws -> Void) throws -> MetaTrainer {
    let live = live ?? LiveTraining()
    // Nothing else may reference the trainer's parameters, or every update would copy them.
    live.begin(try start?.trainer(for: experiment) ?? experiment.trainer()) { [experiment, folder] trainer in
      try folder?.write(Checkpoint(experiment: experiment, snapshot: trainer.snapshot))
    }
    try train(live, handle)
    var trainer = live.end()
    trainer.releaseWorkingMemory()
    return trainer
  }

  private func train(_ live: LiveTraining, _ handle: (Event) throws -> Void) throws {
    let total = experiment.training.iterations
    var saved = ContinuousClock.now
    while live.iteration < total {
      do {
        let report = try live.step { report, trainer in
          if let folder, MetricsLog.isLogged(report.iteration, of: total) {
            try folder.append(report, learned: experiment.algorithm.learnedValues(trainer.state))
          }
        }
        try handle(.step(report))
      } catch {
        // The trainer has the last good state. The first error matters more than a failure to save.
        do { try live.save() } catch let failure { try handle(.notKept(failure)) }
        throw error
      }
      let isDue = checkpointEvery.map { live.iteration % $0 == 0 } ?? (ContinuousClock.now - saved > .seconds(60))
      if isDue, live.iteration < total {
        try live.save()
        saved = .now
      }
    }
    try live.save()
  }
}
