public import Tasks
import TensorCore

extension InnerLoop {
  /// Adopts the rule and the number of steps of the MAML paper for this kind of task.
  ///
  /// Regression uses one step of 0.01, and binary classification one of 0.5. Images use one step with up to 5 ways, five with more. The
  /// paper's α for N ways (0.4, or 0.1 with 20 ways) belongs to a loss that its code sums over the support set. Here 0.4 applies to the
  /// mean, as in other implementations that take means. ``adapts`` and ``learns`` do not change: they belong to the algorithm, not to the
  /// tasks.
  /// - SeeAlso: Finn et al., ICML 2017, appendix A.1 and A.2.
  public mutating func adoptPublished(for signature: TaskSignature) {
    let published = Self.published(for: signature)
    (optimizer, steps) = (published.optimizer, published.steps)
  }

  private static func published(for signature: TaskSignature) -> InnerLoop {
    guard signature.inputKind == .image else {
      return InnerLoop(steps: 1, learningRate: signature.taskLoss.targets == .binary ? 0.5 : 0.01)
    }
    return signature.outputs <= 5 ? InnerLoop(steps: 1, learningRate: 0.4) : InnerLoop(steps: 5, learningRate: 0.1)
  }
}
