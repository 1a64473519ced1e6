public import Autograd
public import Models
public import Tasks
public import TensorCore

/// The samples that give batch norm its statistics in a prediction.
///
/// A reported accuracy names the training and the testing mode, because nearly every published Omniglot number is transductive.
public enum NormalisationMode: String, Sendable, Hashable, CaseIterable {
  /// The whole query set.
  case transductive
  /// The support set, at the adapted parameters.
  case support
  /// The support set and one query sample at a time: Reptile's non-transductive evaluation.
  case supportPlusOne = "support-plus-one"
}

/// A model together with the loss of its tasks.
public struct Learner: Sendable {
  /// The model.
  public let model: any Model
  /// The loss of the tasks.
  public let taskLoss: TaskLoss
  /// Normalisation of the query in meta-training.
  public let trainingMode: NormalisationMode
  /// How an algorithm changes the model's adaptation; nil for plain adaptation.
  public private(set) var modulation: (any Modulation)?
  /// The environment that the tasks belong to; nil for tasks of labelled samples.
  public private(set) var environment: (any Environment)?
  private let lossFunction: any LossFunction.Type

  /// Creates a learner and looks up its loss function.
  /// - Precondition: A loss function is registered under the id of the task's loss.
  public init(model: any Model, taskLoss: TaskLoss, trainingMode: NormalisationMode = .transductive) {
    self.model = model
    self.taskLoss = taskLoss
    self.trainingMode = trainingMode
    do { lossFunction = try LossRegistry.type(of: taskLoss.id) } catch { fatalError("\(error)") }
  }

  /// The learner with a modulation: parameters in a graph then include those of the modulation.
  public func modulated(by modulation: (any Modulation)?) -> Learner {
    var learner = self
    learner.modulation = modulation
    return learner
  }

  /// The learner on given tasks: it knows their environment, if they have one.
  ///
  /// The meta-trainer, an experiment and the contract suite call it, so an algorithm always finds the environment here.
  public func learning(on tasks: any TaskDistribution) -> Learner {
    var learner = self
    learner.environment = tasks as? any Environment
    return learner
  }

  // MARK: In a graph

  /// Outputs of the model, [T, N, outputs].
  private func outputs(_ inputs: Tensor, _ parameters: ParameterTree<Variable>, _ normalisation: Normalisation) -> Variable {
    model(
      Variable(constant: inputs), modulation?.modelParameters(parameters, of: model) ?? parameters, normalisation: normalisation)
  }

  /// Loss of predictions [T, N, outputs] per task, [T]; a mean over samples, in which padding does not count.
  public func loss(_ predictions: Variable, _ targets: Targets) -> Variable {
    guard let mask = targets.mask else { return lossFunction.loss(predictions, targets) }
    // With each sample as a task of its own, the losses of tasks are those of samples.
    let (tasks, samples) = (predictions.shape[0], predictions.shape[1])
    let losses = lossFunction.loss(predictions.reshaped([tasks * samples, 1, predictions.shape[2]]), targets.bySample)
    return (losses.reshaped([tasks, samples]) * Variable(constant: mask.shares(predictions.value.dtype))).sum([1]).reshaped([tasks])
  }

  /// Loss on a support set per task, [T]; the set is normalised by its own statistics.
  public func supportLoss(_ parameters: ParameterTree<Variable>, _ support: LabelledSet) -> Variable {
    supportLoss(parameters, support, features: nil)
  }

  /// Loss on a support set per task, [T], from its features if they are known.
  func supportLoss(_ parameters: ParameterTree<Variable>, _ support: LabelledSet, features: Variable?) -> Variable {
    let known = features.flatMap { features in model.embedding?.logits(features, parameters) }
    return loss(known ?? outputs(support.inputs, parameters, normalisation(of: support)), support.targets)
  }

  /// Features of a support set, [T, N, width], normalised by its own statistics; nil if the model is no embedding.
  func supportFeatures(_ parameters: ParameterTree<Variable>, _ support: LabelledSet) -> Variable? {
    model.embedding?.features(Variable(constant: support.inputs), parameters, normalisation: normalisation(of: support))
  }

  private func normalisation(of support: LabelledSet) -> Normalisation { support.mask.map(Normalisation.samples) ?? .wholeBatch }

  /// Predictions for the query in the training mode, differentiable in the parameters.
  ///
  /// - Precondition: The training mode is not ``NormalisationMode/supportPlusOne``, which is for testing.
  public func queryPredictions(_ parameters: ParameterTree<Variable>, _ shard: Episodes) -> Variable {
    predictions(
      parameters, support: shard.support.inputs, query: shard.query.inputs, mode: trainingMode,
      masks: (support: shard.support.mask, query: shard.query.mask))
  }

  private func predictions(
    _ parameters: ParameterTree<Variable>, support: Tensor, query: Tensor, mode: NormalisationMode,
    masks: (support: Tensor?, query: Tensor?) = (nil, nil)
  ) -> Variable {
    guard model.usesBatchStatistics else { return outputs(query, parameters, .wholeBatch) }
    switch mode {
    case .transductive:
      return outputs(query, parameters, masks.query.map(Normalisation.samples) ?? .wholeBatch)
    case .support:
      let rows = support.shape[1]
      let both = Tensor.concatenated([support, query], along: 1)
      let normalisation = masks.support.map { mask in
        Normalisation.samples(mask.padded(to: both.shape[1], at: 0, along: 1))
      }
      return outputs(both, parameters, normalisation ?? .leading(rows)).sliced(rows..<both.shape[1], along: 1)
    case .supportPlusOne:
      fatalError("support-plus-one is a mode of testing: it has no gradient")
    }
  }

  // MARK: Without a graph

  /// The query samples that support-plus-one predicts at one time.
  private static let samplesAtOnce = 16

  /// Predictions [T, M, outputs] for query inputs [T, M, …].
  public func predict(_ parameters: ParameterTree<Tensor>, support: Tensor, query: Tensor, mode: NormalisationMode) -> Tensor {
    guard mode == .supportPlusOne, model.usesBatchStatistics else {
      return predictions(parameters.map(Variable.init(constant:)), support: support, query: query, mode: mode).value
    }
    // Each query sample forms a batch with the support set. The samples of a task become the task axis, over which the task's
    // parameters are broadcast.
    let tasks = (0..<query.shape[0]).map { task -> Tensor in
      let all = query[task].reshaped(query[task].shape.inserting(1, at: 1))
      // In chunks: every sample takes the memory of a whole support set.
      let chunks = stride(from: 0, to: query.shape[1], by: Self.samplesAtOnce).map { start -> Tensor in
        let each = all.slice(start..<min(start + Self.samplesAtOnce, query.shape[1]))
        let samples = each.shape[0]
        let own = parameters.map { Variable(constant: $0[task].expanded(over: samples)) }
        let front = support[task].expanded(over: samples).contiguous
        let batch = Variable(constant: .concatenated([front, each], along: 1))
        let rows = support.shape[1]
        let outputs = model(batch, own, normalisation: .wholeBatch).sliced(rows..<(rows + 1), along: 1)
        return outputs.value.reshaped([samples, outputs.shape[2]])
      }
      return .concatenated(chunks, along: 0)
    }
    return .stacked(tasks)
  }

  /// Loss of predictions per task, [T].
  public func losses(_ predictions: Tensor, _ targets: Targets) -> Tensor { loss(Variable(constant: predictions), targets).value }

  /// Score of each task by the loss's measure, such as accuracy for classification; nil if the loss has no measure.
  public func scores(_ predictions: Tensor, _ targets: Targets) -> [Double]? {
    guard let mask = targets.mask else { return lossFunction.scores(predictions, targets) }
    let (tasks, samples) = (predictions.shape[0], predictions.shape[1])
    let alone = predictions.reshaped([tasks * samples, 1, predictions.shape[2]])
    guard let scores = lossFunction.scores(alone, targets.bySample) else { return nil }
    let counted = mask.doubles
    return (0..<tasks).map { task in
      let own = (task * samples..<(task + 1) * samples).filter { counted[$0] != 0 }
      return own.reduce(0) { $0 + scores[$1] } / Double(own.count)
    }
  }

  /// The logarithms of the class probabilities that predictions stand for; nil for a loss without classes.
  func classLogProbabilities(_ predictions: Tensor) -> (values: [Double], classes: Int)? {
    lossFunction.classLogProbabilities(predictions)
  }

  /// Predictions [T, M, outputs] without a model, from the support targets alone, as in the baseline `chance`.
  public func baseline(_ support: Targets, samples: Int, dtype: DType) -> Tensor {
    guard let mask = support.mask else { return lossFunction.baseline(support, samples: samples, dtype: dtype) }
    let tasks = (0..<mask.shape[0]).map { task in
      let own = support.unpadded(task: task).mapTensor { $0.reshaped($0.shape.inserting(1, at: 0)) }
      return lossFunction.baseline(own, samples: samples, dtype: dtype)
    }
    return .concatenated(tasks, along: 0)
  }
}

extension Targets {
  /// The targets without a mask, each sample as a task of its own: [T·N, 1, …].
  fileprivate var bySample: Targets {
    unmasked.mapTensor { $0.reshaped(Shape([$0.shape[0] * $0.shape[1], 1] + $0.shape.dimensions.dropFirst(2))) }
  }
}

extension Tensor {
  /// Of a mask [T, N]: the share of each sample in the mean of its task.
  fileprivate func shares(_ dtype: DType) -> Tensor {
    let mask = converted(to: dtype)
    return mask / mask.sum([1])
  }
}
