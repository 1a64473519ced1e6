public import Tasks

/// The tasks, models and settings that an algorithm supports.
///
/// Every requirement has a default implementation.
public protocol Applicability: Sendable {
  /// Checks the settings against each other, the learner, the tasks and the training, before a run.
  ///
  /// - Throws: ``AlgorithmError/unsuited(algorithm:because:)`` if the algorithm does not suit such tasks or models; a comparison then skips
  ///   the pair with a note. Another ``AlgorithmError`` for settings that contradict each other.
  func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError)

  /// True if the algorithm acts in an `Environment` and learns from rewards; false, the default, if it learns from labelled samples.
  var learnsFromRewards: Bool { get }
}

extension Applicability {
  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {}
  public var learnsFromRewards: Bool { false }
}

extension Algorithm {
  /// Checks that algorithm and tasks agree on rewards or labels, then everything that ``validate(_:_:_:)`` checks.
  ///
  /// The framework calls this function, so that no algorithm has to refuse environments by itself.
  /// - Throws: ``AlgorithmError``
  public func checkApplicability(
    _ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration
  ) throws(AlgorithmError) {
    let givesRewards = signature.taskLoss.targets == .rewards
    guard learnsFromRewards == givesRewards else {
      throw .unsuited(
        algorithm: Self.card.id,
        because: givesRewards
          ? "they are environments, which give rewards, and it learns from labelled samples"
          : "they have labelled samples, and it learns from the rewards of environments")
    }
    try validate(learner, signature, training)
  }
}

/// An algorithm that does not suit the tasks, or settings that contradict each other.
public enum AlgorithmError: Error, Hashable, CustomStringConvertible {
  /// The algorithm does not suit such tasks or models.
  case unsuited(algorithm: String, because: String)
  case needsMetaBatch(algorithm: String, expected: Int, found: Int, because: String)
  /// The meta-loss compares the tasks of a meta-batch, but there is only one.
  case needsSeveralTasks(algorithm: String)
  /// The meta-loss compares groups of tasks, but the group size does not divide the meta-batch.
  case needsGroups(algorithm: String, size: Int, metaBatch: Int)
  case needsMode(algorithm: String, setting: String, mode: String)
  case emptyRange(algorithm: String, setting: String, low: Double, high: Double)
  /// The settings of a selected part, such as the inner optimizer or the objective, are invalid.
  case setting(algorithm: String, text: String)
  /// A number of a carried state that no run reaches; it belongs to 0...limit.
  case carriedState(algorithm: String, name: String, found: Double, limit: Double)

  /// True if the algorithm does not suit such tasks or models under any settings.
  public var isUnsuited: Bool { if case .unsuited = self { true } else { false } }

  public var description: String {
    switch self {
    case .unsuited(let algorithm, let because):
      "\(algorithm) does not support these tasks: \(because). Choose other tasks, another model or another algorithm."
    case .emptyRange(let algorithm, let setting, let low, let high):
      "\(algorithm): \(setting).low is \(low) and \(setting).high is \(high); the low end must be at most the high end."
    case .needsMode(let algorithm, let setting, let mode): "\(algorithm): \(setting) requires mode=\(mode)."
    case .needsMetaBatch(let algorithm, let expected, let found, let because):
      "\(algorithm): the meta-batch is \(found), expected \(expected), because \(because)."
    case .needsSeveralTasks(let algorithm):
      "\(algorithm) compares the tasks of a meta-batch, and the meta-batch is 1; set training.metaBatch to at least 2."
    case .needsGroups(let algorithm, let size, let metaBatch):
      "\(algorithm) compares tasks in groups of \(size), and the meta-batch is \(metaBatch); set training.metaBatch to a multiple of \(size)."
    case .setting(let algorithm, let text): "\(algorithm): \(text)"
    case .carriedState(let algorithm, let name, let found, let limit):
      "\(algorithm): \(name) of the saved state is \(found), expected a whole number from 0 to \(limit); the file is damaged."
    }
  }
}
