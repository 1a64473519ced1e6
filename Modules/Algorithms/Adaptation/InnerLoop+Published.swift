public import Tasks
import TensorCore

extension InnerLoop {
  /// Adopts the rule and the number of steps of the MAML paper for this kind of task.
  ///
  /// Regression uses one step of 0.01, and binary classification one of 0.5. Vectors with class labels, for which the paper has no setting,
  /// use one step of 0.1: on 5-way 1-shot leaf species (`Tools/OwnData.md`), MAML reaches 69% with 0.01, 85% with 0.1 and 76% with 0.5. Images use one step with up to 5 ways, five with more. The
  /// paper's α for N ways (0.4, or 0.1 with 20 ways) belongs to a loss that its code sums over the support set. Here 0.4 applies to the
  /// mean, as in other implementations that take means. ``adapts`` and ``learns`` do not change: they belong to the algorithm, not to the
  /// tasks.
  /// - SeeAlso: Finn et al., ICML 2017, appendix A.1 and A.2.
  public mutating func adoptPublished(for signature: TaskSignature) {
    let published = Self.published(for: signature)
    (optimizer, steps) = (published.optimizer, published.steps)
  }

  private static func published(for signature: TaskSignature) -> InnerLoop {
    // Classes of signals are learned by a network like that of images.
    guard signature.inputKind == .image || (signature.inputKind == .signal && signature.taskLoss.targets == .classes) else {
      return InnerLoop(steps: 1, learningRate: vectorRate(for: signature.taskLoss.targets))
    }
    return signature.outputs <= 5 ? InnerLoop(steps: 1, learningRate: 0.4) : InnerLoop(steps: 5, learningRate: 0.1)
  }
  /// The learning rate for tasks of vectors.
  static func vectorRate(for targets: TaskLoss.TargetKind) -> Double {
    switch targets {
    case .values, .rewards: 0.01
    case .classes: 0.1
    case .binary: 0.5
    }
  }
}
