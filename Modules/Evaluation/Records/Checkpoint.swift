public import Algorithms

/// What is kept of a run: enough to test it, and to go on with the same bits.
public struct Checkpoint: Sendable {
  /// The state of training.
  public let snapshot: TrainingSnapshot

  /// Takes a checkpoint of a run.
  public init(experiment: Experiment, snapshot: TrainingSnapshot) { fatalError("stub") }

  /// Reads a checkpoint from its file or the folder that holds it.
  public init(contentsOf path: String) throws(CheckpointError) { fatalError("stub") }

  /// Writes the checkpoint, atomically, to a file or into an existing folder.
  public func write(to path: String) throws(CheckpointError) { fatalError("stub") }

  /// What the run was asked for.
  ///
  /// - Parameter task: Another task to test on; the recorded task settings are left out then.
  public func request(task: String? = nil) -> ExperimentRequest { fatalError("stub") }

  /// The meta-learned state, checked against an experiment's algorithm and model.
  public func state(for experiment: Experiment) throws -> MetaState { fatalError("stub") }
}

/// A checkpoint that cannot be used.
public enum CheckpointError: Error, Hashable {
  case stub
}
