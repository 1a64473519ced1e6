public import Algorithms
import TensorCore

/// One meta-training and its meta-test; a run with a folder saves its results there.
///
/// Progress is reported as events. A handler that throws stops the run, which saves its state and rethrows the error. The command line
/// and programs that embed the framework thus share cancellation, checkpoints and resuming.
///
/// With a validation (``Experiment/validation``), the state with the best score is tested, and training may end early. Validations do not
/// change the bits of training.
public struct ExperimentRun: Sendable {
  /// An event of a run.
  public enum Event: Sendable {
    /// A meta-update is done.
    case step(StepReport)
    /// The given number of episodes of a validation are scored.
    case validating(Int)
    /// A validation is done; `isBest` says whether its score is the best one.
    case validated(ValidationReport, isBest: Bool)
    /// Validations without improvement ended the training.
    case stoppedEarly(TrainingEnd)
    /// The given number of test episodes are scored.
    case tested(Int)
    /// The state could not be saved after training had stopped with another error.
    case notKept(any Error)
  }

  /// The end of a meta-training.
  public struct Trained: Sendable {
    /// The trainer after its last iteration.
    public let trainer: MetaTrainer
    /// The state to test: the best one with a validation, otherwise the last one.
    public let state: MetaState
    /// How the training ended; nil without a validation.
    public let end: TrainingEnd?
  }

  /// The experiment to run.
  public let experiment: Experiment
  /// The folder to save the run in; nil to save nothing.
  public var folder: RunFolder?
  /// The checkpoint to resume from; nil to start anew.
  public var start: Checkpoint?
  /// Iterations between checkpoints; nil for one checkpoint a minute.
  public var checkpointEvery: Int?
  /// The event files of TensorBoard; nil for none.
  public var events: EventLog?
  /// Lets another thread save and stop the run's training; nil if none does.
  public var live: LiveTraining?

  /// The ranks that share the shards of each step, of which this process is rank 0; nil for a run of one process.
  ///
  /// The other ranks call ``Experiment/assist(in:)``. Validations and the meta-test are rank 0's alone.
  public var group: RankGroup?

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
    let training = try trained(handle)
    let (trainer, trained) = (training.trainer, ContinuousClock.now)
    let result = try experiment.metaTest(training.state, threads: experiment.training.threads) { done, _ in try handle(.tested(done)) }
    let tested = ContinuousClock.now
    var row = Comparison.Row(experiment: experiment, result: result, state: training.state, seconds: (tested - begin) / .seconds(1))
    row.end = training.end
    row.folder = folder?.path
    if let folder {
      if let example = try experiment.example(training.state) { try folder.write(example) }
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

  /// Trains without a test; the folder, if there is one, gets the configuration, the checkpoints and the metrics.
  ///
  /// - Parameter handle: As in ``callAsFunction(_:)``.
  /// - Returns: The trainer, and the state to test.
  /// - Throws: As ``callAsFunction(_:)``.
  public func trained(_ handle: (Event) throws -> Void) throws -> Trained {
    let live = live ?? LiveTraining()
    let total = experiment.training.iterations
    try folder?.write(RunConfiguration(experiment))
    var validation = try ValidationRun(of: experiment, in: folder, from: start)
    try events?.begin(after: start?.iteration ?? 0)
    // The folder's checkpoint is written anew only if it changes.
    let saved = start.flatMap { $0.iterations == total && folder?.hasCheckpoint == true ? $0.iteration : nil }
    // Nothing else may reference the trainer's parameters, or every update would copy them.
    live.begin(try trainer(), saved: saved) { [experiment, folder, events] trainer in
      // Event files that cannot be written do not cost the checkpoint.
      let events = Result { try events?.flush() }
      try folder?.write(Checkpoint(experiment: experiment, snapshot: trainer.snapshot))
      try events.get()
    }
    // A run that goes on with more iterations is one of these from now on.
    if let start, start.iterations != total { try live.save() }
    try train(live, &validation, handle)
    var trainer = live.end()
    trainer.releaseWorkingMemory()
    let end = validation.map {
      TrainingEnd(iterations: trainer.iteration, isStoppedEarly: trainer.iteration < total, best: $0.history.best)
    }
    if let end, end.isStoppedEarly { try handle(.stoppedEarly(end)) }
    return Trained(trainer: trainer, state: validation?.bestState ?? trainer.state, end: end)
  }

  /// The trainer at its start, which the other ranks share.
  private func trainer() throws -> MetaTrainer {
    var trainer = try start?.trainer(for: experiment) ?? experiment.trainer()
    if let group { try trainer.join(group) }
    return trainer
  }

  private func train(_ live: LiveTraining, _ validation: inout ValidationRun?, _ handle: (Event) throws -> Void) throws {
    let total = experiment.training.iterations
    var saved = ContinuousClock.now
    while true {
      do {
        if let (report, isBest) = try validation?.validate(live, progress: { try handle(.validating($0)) }) {
          try events?.add(report)
          try handle(.validated(report, isBest: isBest))
        }
        if live.iteration >= total || validation?.isStopped == true { break }
        let report = try live.step { report, trainer in
          guard MetricsLog.isLogged(report.iteration, of: total), folder != nil || events != nil else { return }
          let learned = experiment.algorithm.learnedValues(trainer.state)
          try folder?.append(report, learned: learned)
          try events?.add(report, learned: learned)
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
    try events?.flush()
  }
}
