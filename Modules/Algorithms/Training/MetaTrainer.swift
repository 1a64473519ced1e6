public import Models
public import Tasks
public import TensorCore

/// What one meta-training step did.
public struct StepReport: Sendable, Hashable {
  /// The number of the step, from 1.
  public let iteration: Int
  /// Mean over the meta-batch of the loss that the algorithm reports.
  public let loss: Double
  /// Mean fraction of right answers, where there are classes.
  public let accuracy: Double?
  /// Norm of the meta-gradient before clipping.
  public let gradientNorm: Double
  /// The outer optimizer's step size in this step.
  public let learningRate: Double
}

/// Everything that a resumed run needs to go on with the same bits.
public struct TrainingSnapshot: Sendable {
  /// Steps done.
  public let iteration: Int
  /// "learned.<name>", "carried.<name>" and the outer optimizer's "outer.<moment>.<name>".
  public let tensors: [String: Tensor]

  /// Gathers a snapshot.
  public init(iteration: Int, tensors: [String: Tensor]) {
    self.iteration = iteration
    self.tensors = tensors
  }
}
