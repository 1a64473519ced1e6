public import Algorithms
import TensorCore

/// One meta-training and its meta-test, everything kept in a folder where one is given.
///
/// Progress goes out as events; a handler that throws stops the run, which keeps what it has before it passes the error on. So the
/// command line and a program that embeds the framework share cancellation, checkpoints and resume.
public struct ExperimentRun: Sendable {
  /// What happens in a run.
  public enum Event: Sendable {
    /// A meta-update was made.
    case step(StepReport)
    /// So many test episodes are scored.
    case tested(Int)
    /// The state could not be kept after training stopped for another reason.
    case notKept(any Error)
  }

  /// What is run.
  public let experiment: Experiment
  /// Where the run is kept; nil to keep nothing.
  public var folder: RunFolder?
  /// What a resumed run goes on from.
  public var start: Checkpoint?
  /// Iterations between checkpoints; nil for one a minute.
  public var checkpointEvery: Int?

  /// A run from the start that keeps nothing, until told otherwise.
  public init(_ experiment: Experiment) { self.experiment = experiment }

  /// Trains and tests.
  ///
  /// - Parameter handle: Told of every step and of every batch of test episodes; throws to stop the run.
  /// - Returns: The results, which the folder then holds too.
  /// - Throws: What the handler, training and test throw; the folder then holds the last good state.
  public func callAsFunction(_ handle: (Event) throws -> Void) throws -> Comparison.Row {
    TensorMemory.resetPeak()
    let begin = ContinuousClock.now
    var trainer = try start?.trainer(for: experiment) ?? experiment.trainer()
    let first = trainer.iteration
    try train(&trainer, handle)
    trainer.releaseWorkingMemory()
    let trained = ContinuousClock.now
    let result = try experiment.metaTest(trainer.state, threads: experiment.training.threads) { done, _ in try handle(.tested(done)) }
    let tested = ContinuousClock.now
    let row = Comparison.Row(experiment: experiment, result: result, state: trainer.state, seconds: (tested - begin) / .seconds(1))
    if let folder {
      try folder.write(row)
      try folder.write(
        Timing(
          trainingSeconds: (trained - begin) / .seconds(1), testSeconds: (tested - trained) / .seconds(1),
          iterations: trainer.iteration - first, peakBytes: TensorMemory.peakBytes, threads: experiment.training.threads,
          products: Kernels.productLibrary))
    }
    return row
  }

  private func train(_ trainer: inout MetaTrainer, _ handle: (Event) throws -> Void) throws {
    let total = experiment.training.iterations
    var saved = ContinuousClock.now
    while trainer.iteration < total {
      do {
        let report = try trainer.step()
        if let folder, isLogged(report.iteration) {
          try folder.append(report, learned: experiment.algorithm.learnedValues(trainer.state))
        }
        try handle(.step(report))
      } catch {
        // The trainer has the last good state. Why training stopped matters more than that it could not be kept.
        do { try keep(trainer) } catch let failure { try handle(.notKept(failure)) }
        throw error
      }
      let isDue = checkpointEvery.map { trainer.iteration % $0 == 0 } ?? (ContinuousClock.now - saved > .seconds(60))
      if isDue, trainer.iteration < total {
        try keep(trainer)
        saved = .now
      }
    }
    try keep(trainer)
  }

  /// About a thousand iterations of a run have a line in metrics.jsonl, the last one among them.
  private func isLogged(_ iteration: Int) -> Bool {
    let total = experiment.training.iterations
    return iteration % max(1, total / 1000) == 0 || iteration == total
  }

  private func keep(_ trainer: MetaTrainer) throws {
    try folder?.write(Checkpoint(experiment: experiment, snapshot: trainer.snapshot))
  }
}
