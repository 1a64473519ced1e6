public import Algorithms
public import Models
public import Tasks
public import TensorCore

/// A method of statistics as a control: it fits in closed form, without gradients and adaptation steps.
public protocol StatisticalBaseline: Algorithm {
  /// What the tasks of a shard add to the carried state; nil if nothing.
  func observed(_ state: MetaState, _ shard: Episodes, _ context: AdaptationContext) -> ParameterTree<Tensor>?
}

extension StatisticalBaseline {
  public var adaptationSteps: Int { 0 }

  public func observed(_ state: MetaState, _ shard: Episodes, _ context: AdaptationContext) -> ParameterTree<Tensor>? { nil }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    MetaState(learned: MetaParameters())
  }

  /// Adapts and predicts for the reported loss, and observes the tasks; there is no gradient.
  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let path = adapt(state, learner, support: shard.support, steps: 0, context)
    let predictions = predict(path[path.count - 1], learner, query: shard.query.inputs, mode: learner.trainingMode, context)
    return MetaGradient(
      gradient: MetaParameters(), losses: learner.losses(predictions, shard.query.targets),
      scored: .init(predictions, shard.query.targets), observed: observed(state, shard, context))
  }
}

extension LabelledSet {
  /// The inputs of stacked tasks as float64 vectors, [T, N, features].
  var vectors: Tensor { inputs.converted(to: .float64).asVectors }

  /// The targets of stacked tasks as float64 numbers, [T, N, outputs]; labels become one-hot rows.
  var numbers: Tensor {
    switch targets {
    case .padded: fatalError("a statistical method takes no padding")
    case .classes(let labels, let ways): labels.oneHot(ways, dtype: .float64)
    case .values(let values): values.converted(to: .float64)
    }
  }
}

extension Tensor {
  /// Inputs of stacked tasks, [T, N, …], as vectors [T, N, features].
  var asVectors: Tensor { reshaped([shape[0], shape[1], shape.dropFirst().dropFirst().elementCount]) }

  /// Vectors of stacked tasks with a leading one, [T, N, 1 + features].
  var withIntercept: Tensor { .concatenated([.ones([shape[0], shape[1], 1], dtype), asVectors], along: 2) }

  /// A float64 tensor of numbers, row by row.
  /// - Precondition: There are as many numbers as the shape has elements.
  init(numbers: [Double], _ shape: Shape) {
    do { try self.init(numbers, shape: shape) } catch { fatalError("\(error)") }
  }
}

extension TrainingConfiguration {
  /// Meta-batches of 200 tasks: without a gradient, `run-all` runs a single iteration, whose tasks must suffice for an estimate.
  static func manyTasks(for signature: TaskSignature) -> TrainingConfiguration {
    var configuration = TrainingConfiguration(for: signature)
    (configuration.metaBatchSize, configuration.shardSize) = (200, 50)
    return configuration
  }
}
