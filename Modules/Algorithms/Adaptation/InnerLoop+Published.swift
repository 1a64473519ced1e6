public import Tasks
import TensorCore

extension InnerLoop {
  /// Takes the rule and the steps that MAML is published with for a kind of tasks.
  ///
  /// A regression: one step of 0.01. Images: one step with 5 ways or fewer, five with more. The paper's α for N ways (0.4, and
  /// 0.1 with 20 ways) goes with a loss that its code sums over the support set; 0.4 here is for the mean, as peers that take
  /// means use it.
  /// - SeeAlso: Finn et al., ICML 2017, appendix A.1 and A.2.
  /// What adapts and what is learned of the rule's hyperparameters stays: it belongs to the algorithm, not to the tasks.
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
