/// The loss that a task minimises: a mean over samples and outputs.
///
/// It says what a task asks for, and names the function that computes it: `LossFunction` in Algorithms. A package that brings a
/// loss of its own makes a value with an id of its own and registers the function.
/// - SeeAlso: `MetaObjective` in Algorithms, which is what meta-training minimises.
public struct TaskLoss: Sendable, Hashable {
  /// What the targets of such a task are.
  public enum TargetKind: String, Sendable, Hashable, CaseIterable {
    /// Numbers.
    case values
    /// Labels in 0..<ways, one output each.
    case classes
    /// Numbers that are 0 or 1, one output.
    case binary
  }

  /// Stable name for commands and records, "mse" for example.
  public let id: String
  /// What the targets are.
  public let targets: TargetKind
  /// What is reported of predictions beside the loss; nil where the loss alone is.
  public let measure: Measure?

  /// Describes a loss.
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
}
