import Models
public import Tasks
public import TensorCore

/// An algorithm that learns an initialisation and adapts by an inner loop: what such algorithms have in common.
public protocol InnerLoopAlgorithm: Algorithm {
  /// Adaptation, in meta-training and in testing.
  var inner: InnerLoop { get }
}

extension InnerLoopAlgorithm {
  public var adaptationSteps: Int { inner.steps }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    MetaState(learned: learner.model.initialParameters(from: stream, dtype: dtype).prefixed("initial"))
  }

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    inner.adapted(state.learned, learner, support: support, steps: steps)
  }
}
