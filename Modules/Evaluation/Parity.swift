import Algorithms
import Models
import Tasks
import TensorCore

/// Compares a reference case with what the code that trains makes of it, in float64 and in float32.
///
/// The query losses, the adapted parameters and the gradients come from `UnrolledGradient`, which MAML, first-order MAML and
/// Meta-SGD train with. The file holds the case's definition, its data and its reference in PyTorch's names and layouts.
/// - Parameters:
///   - path: A safetensors file with the definition as JSON under the metadata's key `case`.
///   - tolerances: The largest errors that count as agreement.
/// - Returns: The error of every tensor, and the verdict.
/// - Throws: ``ParityError`` for a file that is not such a case.
public func parityReports(path: String, tolerances: ParityTolerances = ParityTolerances()) throws(ParityError) -> ParityReport {
  do throws(ParityError.Fault) {
    let file: Safetensors
    do { file = try Safetensors(contentsOf: path) } catch { throw .file(error) }
    guard let json = file.metadata["case"] else { throw .missingCase }
    let definition = try ParityCase(ParityDefinition(json: json))
    let tensors = try ParityTensors(file, definition)
    var rows: [ParityReport.Row] = []
    for dtype in [DType.float64, .float32] {
      rows += try parityRows(definition, tensors, ParityMeasure(dtype: dtype, tolerance: tolerances.tolerance(dtype)))
    }
    let name = path.split(separator: "/").last.map { $0.hasSuffix(".safetensors") ? $0.dropLast(12) : $0 } ?? ""
    return ParityReport(name: String(name), rows: rows)
  } catch {
    throw ParityError(path: path, fault: error)
  }
}

/// The errors of one precision.
private func parityRows(
  _ definition: ParityCase, _ tensors: ParityTensors, _ measure: ParityMeasure
) throws(ParityError.Fault) -> [ParityReport.Row] {
  let dtype = measure.dtype
  let inHead: @Sendable (String) -> Bool = { $0.hasPrefix("classifier.") }
  let unrolled = UnrolledGradient(
    InnerLoop(definition.optimizer, steps: definition.steps, learningRate: 0), definition.estimator,
    adapts: definition.headOnly ? inHead : nil)
  let learner = Learner(model: definition.model, taskLoss: definition.taskLoss, trainingMode: .transductive)
  let shard = Episodes(
    support: tensors.episodes.support.converted(to: dtype), query: tensors.episodes.query.converted(to: dtype))
  let result = unrolled(tensors.learned.map { $0.converted(to: dtype) }, learner, shard)
  // The reference is the mean over tasks.
  let gradient = result.gradient.map { (1 / Double(definition.tasks)) * $0 }

  var ours: [String: (ParityReport.Group, Tensor)] = ["query_loss": (.queryLosses, result.queryLosses)]
  for (name, tensor) in definition.model.exported(result.adapted) { ours["adapted.\(name)"] = (.adaptedParameters, tensor) }
  for (name, tensor) in definition.model.exported(gradient.subtree("initial")) {
    ours["grad.\(name)"] = (.parameterGradients, tensor)
  }
  // Only the exact estimator reaches the hyperparameters.
  if definition.estimator == .exact {
    let inner = gradient.subtree("inner")
    let rates = definition.optimizer == .perParameterSGD ? definition.model.exported(inner.subtree("rates")) : [:]
    for name in tensors.hyperNames {
      let tensor = rates[String(name.file.dropFirst("alpha.".count))] ?? inner[name.learned]
      ours["grad.\(name.file)"] = (.hyperparameterGradients, tensor)
    }
  }

  var pairs: [ParityMeasure.Pair] = []
  for (name, (group, tensor)) in ours.sorted(by: { $0.key < $1.key }) {
    guard let reference = tensors.expected[name] else {
      // What does not adapt is the initial parameter; a file may leave it out.
      if definition.headOnly, name.hasPrefix("adapted."), !name.hasPrefix("adapted.classifier.") { continue }
      throw .missingTensor("expected.\(name)")
    }
    guard reference.shape == tensor.shape else {
      throw .tensorShape(name: "expected.\(name)", expected: tensor.shape, found: reference.shape)
    }
    pairs.append(ParityMeasure.Pair(tensor: name, group: group, ours: tensor, reference: reference))
  }
  let unknown = tensors.expected.keys.filter { ours[$0] == nil }.sorted()
  return measure.rows(pairs) + unknown.map(measure.missing)
}
