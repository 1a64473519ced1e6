/// The loss of a task: a mean over samples and outputs.
///
/// This value only names the loss. A `LossFunction` in Algorithms, registered under the same id, computes it. A package adds a loss by
/// creating a value with a new id and registering a function for it.
/// - SeeAlso: `MetaObjective` in Algorithms, which meta-training minimises.
public struct TaskLoss: Sendable, Hashable {
  /// The kind of targets that a loss expects.
  public enum TargetKind: String, Sendable, Hashable, CaseIterable {
    /// Any numbers.
    case values
    /// Labels in 0..<ways, with one output per class.
    case classes
    /// Numbers that are 0 or 1, with one output.
    case binary
    /// Nothing: the tasks are environments, ``Environment``, and a policy learns from their rewards.
    case rewards
  }

  /// Stable identifier in commands and records, such as "mse".
  public let id: String
  /// The kind of targets that the loss expects.
  public let targets: TargetKind
  /// The score reported in addition to the loss; nil if only the loss is reported.
  public let measure: Measure?

  /// Creates the description of a loss; by default only the loss is reported.
  public init(id: String, targets: TargetKind, measure: Measure? = nil) {
    self.id = id
    self.targets = targets
    self.measure = measure
  }

  /// Mean over samples and outputs of (prediction − target)².
  public static let meanSquaredError = TaskLoss(id: "mse", targets: .values)
  /// Mean over samples and outputs of r²/2 for |r| ≤ 1 and |r| − 1/2 beyond, r = prediction − target.
  public static let huber = TaskLoss(id: "huber", targets: .values)
  /// Mean over samples of −log softmax(logits)[label].
  public static let crossEntropy = TaskLoss(id: "cross-entropy", targets: .classes, measure: .accuracy)
  /// Mean over samples of −log sigmoid(±logit); one output.
  public static let binaryCrossEntropy = TaskLoss(id: "binary-cross-entropy", targets: .binary, measure: .accuracy)
  /// Minus the mean over trajectories of the return, the sum of a trajectory's rewards.
  public static let negativeReturn = TaskLoss(id: "return", targets: .rewards, measure: .expectedReturn)
}
