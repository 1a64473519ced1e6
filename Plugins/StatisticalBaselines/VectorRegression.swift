import Algorithms
import Models
import Tasks
import TensorCore

/// Number of inputs and outputs of regression tasks, as the model knows them.
///
/// The carried state of a pooled method has these sizes, and a new state sees the model only, not the tasks.
struct VectorRegression: Equatable {
  let inputs: Int
  let outputs: Int

  init(inputs: Int, outputs: Int) {
    (self.inputs, self.outputs) = (inputs, outputs)
  }

  /// Reads the sizes from the first and the last matrix of a model with a head; nil for other models.
  init?(_ learner: Learner) {
    guard let head = learner.model.embedding?.headLayer, let first = learner.model.parameters.first?.shape, first.rank == 2,
      let last = learner.model.parameters.first(where: { $0.name == "\(head).weight" })?.shape
    else { return nil }
    self.init(inputs: first[0], outputs: last[1])
  }

  /// Refuses other tasks than regression of vectors with few inputs.
  static func validate(
    _ learner: Learner, _ signature: TaskSignature, algorithm: String, inputsLimit: Int
  ) throws(AlgorithmError) {
    let inputs = signature.inputShape.elementCount
    guard signature.taskLoss.targets == .values, signature.inputKind == .vector else {
      throw .unsuited(algorithm: algorithm, because: "it supports only regression of vectors")
    }
    guard inputs <= inputsLimit else {
      throw .unsuited(algorithm: algorithm, because: "they have \(inputs) inputs, and it supports at most \(inputsLimit)")
    }
    guard VectorRegression(learner) == VectorRegression(inputs: inputs, outputs: signature.outputs) else {
      throw .unsuited(algorithm: algorithm, because: "it needs a model whose first layer shows the number of inputs, such as mlp")
    }
  }
}
