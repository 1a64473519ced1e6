public import Algorithms
import Autograd
import Models
import Registry
import Tasks
public import TensorCore

/// A model that has adapted to the examples of one task.
public struct AdaptedModel: Sendable {
  /// The number of adaptation steps.
  public let steps: Int
  let adaptor: Adaptor
  let adapted: Adapted
  let context: AdaptationContext

  init(adaptor: Adaptor, adapted: Adapted, context: AdaptationContext, steps: Int) {
    self.adaptor = adaptor
    self.adapted = adapted
    self.context = context
    self.steps = steps
  }

  /// How batch norm gets its statistics by default, so that the prediction of an input does not depend on the other inputs: from the
  /// support set if meta-training did so, otherwise from the support set and the input.
  public var defaultMode: NormalisationMode {
    guard adaptor.learner.model.usesBatchStatistics else { return .transductive }
    return adaptor.learner.trainingMode == .support ? .support : .supportPlusOne
  }

  /// Predicts probabilities of classes, or numbers.
  ///
  /// - Parameters:
  ///   - inputs: float32 inputs [M, …], M at least 1.
  ///   - mode: How batch norm gets its statistics; nil for ``defaultMode``. Only models with batch norm depend on it.
  /// - Returns: Probabilities [M, classes]; numbers [M, outputs]; for a binary task the probability of 1, [M, 1].
  /// - Throws: ``AdaptationError``
  public func predict(_ inputs: Tensor, mode: NormalisationMode? = nil) throws(AdaptationError) -> Tensor {
    let outputs = try outputs(inputs, mode: mode)
    switch adaptor.taskLoss.targets {
    case .classes: return Variable(constant: outputs).softmax().value
    case .binary: return Variable(constant: outputs).sigmoid().value
    case .values, .rewards: return outputs
    }
  }

  /// The outputs of the model, [M, outputs]: logits of classes, or numbers.
  ///
  /// - Parameters: As those of ``predict(_:mode:)``.
  /// - Throws: ``AdaptationError``
  public func outputs(_ inputs: Tensor, mode: NormalisationMode? = nil) throws(AdaptationError) -> Tensor {
    let (found, expected) = (inputs.shape, adaptor.inputShape)
    guard inputs.dtype == .float32, found.rank == expected.rank + 1, found[0] > 0,
      Array(found.dimensions.dropFirst()) == expected.dimensions
    else { throw .inputs(expected: expected, found: found, type: inputs.dtype) }
    try adaptor.refuseNotFinite(inputs, "query")
    let mode = mode ?? defaultMode
    var parts: [Tensor] = []
    for first in stride(from: 0, to: found[0], by: chunk(mode, of: found[0])) {
      let part = inputs.slice(first..<min(first + chunk(mode, of: found[0]), found[0]))
      let query = part.reshaped(part.shape.inserting(1, at: 0))
      parts.append(adaptor.predictions(adapted, query, mode, context)[0])
    }
    let outputs = parts.count == 1 ? parts[0].contiguous : Tensor.concatenated(parts, along: 0)
    guard outputs.isFinite else { throw .diverged(steps: steps) }
    return outputs
  }

  /// The number of inputs to predict at a time, which bounds the memory; all of them if they share statistics.
  private func chunk(_ mode: NormalisationMode, of count: Int) -> Int {
    guard adaptor.learner.model.usesBatchStatistics else { return 4096 }
    return mode == .transductive ? count : 32
  }

  /// The adapted parameters as a state dict, in PyTorch's names and layouts, as `tools export` writes it.
  ///
  /// - Throws: ``AdaptationError/noParameters(algorithm:)``, ``AdaptationError/diverged(steps:)`` for numbers that are not finite.
  public func stateDict() throws(AdaptationError) -> Safetensors {
    let model = adaptor.learner.model
    var tensors: [String: Tensor] = [:]
    for declaration in model.parameters {
      guard let leaf = adapted.parameters.leaf(declaration.name), leaf.shape == declaration.shape.inserting(1, at: 0) else {
        throw .noParameters(algorithm: type(of: adaptor.algorithm).card.id)
      }
      guard leaf.isFinite else { throw .diverged(steps: steps) }
      tensors[declaration.name] = declaration.layout.exported(leaf[0], rank: declaration.shape.rank).contiguous
    }
    return Safetensors(
      tensors: tensors,
      metadata: Dictionary(adaptor.modelSettings + [("format", "pt"), ("model", type(of: model).card.id)]) { $1 })
  }
}
