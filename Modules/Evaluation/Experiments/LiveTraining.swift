import Algorithms
import Synchronization

/// The trainer of a run, which another thread may save while an iteration computes.
///
/// An iteration of a large model may take minutes. Whoever must stop within seconds calls ``stop()`` from another thread, and ends the
/// process.
public final class LiveTraining: Sendable {
  /// How far a run is.
  public enum Place: Sendable, Hashable {
    /// The trainer does not exist yet.
    case preparing
    /// The given number of iterations are done.
    case training(iteration: Int)
    /// The last iteration is done and saved.
    case trained
  }

  private struct Held {
    var place = Place.preparing
    var trainer: MetaTrainer?
    var isStopped = false
    /// The iteration of the folder's checkpoint; nil if there is none.
    var saved: Int?
    var save: @Sendable (MetaTrainer) throws -> Void = { _ in }

    /// Saves the trainer, unless its iteration is saved already.
    mutating func keep() throws {
      guard let trainer, saved != trainer.iteration else { return }
      try save(trainer)
      saved = trainer.iteration
    }
  }

  private let held = Mutex(Held())

  /// Creates the access to a run that has not begun.
  public init() {}

  /// Saves the last finished iteration if the run is in training; the run neither continues nor saves afterwards.
  ///
  /// Call it from another thread than the run's.
  /// - Returns: Where the run was.
  /// - Throws: Errors of the file system.
  public func stop() throws -> Place {
    try held.withLock { held in
      held.isStopped = true
      try held.keep()
      return held.place
    }
  }

  /// The number of iterations done.
  var iteration: Int { held.withLock { $0.trainer?.iteration ?? 0 } }

  /// The meta-learned state, and the snapshot of the run.
  ///
  /// - Precondition: The training has begun and has not ended.
  var current: (state: MetaState, snapshot: TrainingSnapshot) {
    held.withLock { held in
      guard let trainer = held.trainer else { fatalError("the state of a training that is not in progress") }
      return (trainer.state, trainer.snapshot)
    }
  }

  /// Takes the trainer of a run.
  ///
  /// - Parameters:
  ///   - trainer: The trainer.
  ///   - saved: The iteration of the folder's checkpoint, if it needs no new one.
  ///   - save: Writes a checkpoint.
  func begin(_ trainer: MetaTrainer, saved: Int? = nil, save: @escaping @Sendable (MetaTrainer) throws -> Void) {
    let place = Place.training(iteration: trainer.iteration)
    held.withLock { $0 = Held(place: place, trainer: trainer, isStopped: $0.isStopped, saved: saved, save: save) }
  }

  /// Runs an iteration.
  ///
  /// - Parameter log: Writes the report; no other thread saves or stops the run while it does.
  /// - Returns: The report of the iteration.
  /// - Throws: `CancellationError` after ``stop()``; errors of training and of `log`.
  func step(_ log: (StepReport, MetaTrainer) throws -> Void) throws -> StepReport {
    let contributions = try contributions()
    let (report, isShared) = try held.withLock { held in
      guard !held.isStopped else { throw CancellationError() }
      guard let report = try held.trainer?.finish(contributions), let trainer = held.trainer else {
        fatalError("a step before the training began")
      }
      held.place = .training(iteration: report.iteration)
      do {
        try log(report, trainer)
      } catch {
        // A checkpoint of this iteration could not be resumed from, because its line of metrics.jsonl is missing.
        held.isStopped = true
        throw error
      }
      return (report, trainer.group != nil)
    }
    // Outside the lock: it may wait for other ranks, and a signal must not.
    if isShared { held.withLock { $0.trainer }?.publish() }
    return report
  }

  /// Computes on a copy of the trainer, which ends here, so that the update finds the parameters unshared.
  private func contributions() throws -> MetaTrainer.Contributions {
    let trainer = held.withLock { $0.trainer }
    guard let trainer else { fatalError("a step before the training began") }
    return try trainer.contributions()
  }

  /// Saves the trainer, unless ``stop()`` did so or the last report could not be written.
  func save() throws {
    try held.withLock { held in
      if !held.isStopped { try held.keep() }
    }
  }

  /// Ends the training and returns the trainer.
  func end() -> MetaTrainer {
    held.withLock { held in
      guard let trainer = held.trainer.take() else { fatalError("the end of a training that did not begin") }
      held.place = .trained
      return trainer
    }
  }
}
