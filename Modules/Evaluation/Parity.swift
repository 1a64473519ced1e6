import Algorithms
import Models
import Tasks
import TensorCore

/// Compares the training code with a reference case, in float64 and in float32.
///
/// The query losses, the adapted parameters and the gradients come from the same differentiation code that MAML, first-order MAML and
/// Meta-SGD train with. The file holds the case's definition, its data and its reference results, in PyTorch's names and layouts.
/// - Parameters:
///   - path: A safetensors file with the definition as JSON under the metadata's key `case`.
///   - tolerances: The largest errors that count as agreement.
/// - Returns: The error of every tensor, and the verdict.
/// - Throws: ``ParityError`` for a file that is not such a case.
public func parityReports(path: String, tolerances: ParityTolerances = ParityTolerances()) throws(ParityError) -> ParityReport {
  do throws(ParityError.Fault) {
    let (definition, tensors) = try parityCase(path: path)
    var rows: [ParityReport.Row] = []
    for dtype in [DType.float64, .float32] {
      rows += try parityRows(definition, tensors, ParityMeasure(dtype: dtype, tolerance: tolerances.tolerance(dtype)))
    }
    let name = path.split(separator: "/").last.map { $0.hasSuffix(".safetensors") ? $0.dropLast(12) : $0 } ?? ""
    var report = ParityReport(name: String(name), rows: rows)
    report.ignored = tensors.ignored.map { IgnoredTensor(path: path, name: $0.name, type: $0.type) }
    return report
  } catch {
    throw ParityError(path: path, fault: error)
  }
}

/// Reads a reference case and checks it, without computing anything.
///
/// - Returns: The number of its tasks.
/// - Throws: ``ParityError`` for a file that is not such a case.
package func checkParityCase(path: String) throws(ParityError) -> Int {
  do throws(ParityError.Fault) {
    return try parityCase(path: path).definition.tasks
  } catch {
    throw ParityError(path: path, fault: error)
  }
}

/// The definition and the tensors of a file.
private func parityCase(path: String) throws(ParityError.Fault) -> (definition: ParityCase, tensors: ParityTensors) {
  let file: Safetensors
  do { file = try Safetensors(contentsOf: path) } catch { throw .file(error) }
  guard let json = file.metadata["case"] else { throw .missingCase }
  let definition = try ParityCase(ParityDefinition(json: json))
  let tensors = try ParityTensors(file, definition)
  try definition.refuseOversize()
  return (definition, tensors)
}

/// The errors in one precision.
private func parityRows(
  _ definition: ParityCase, _ tensors: ParityTensors, _ measure: ParityMeasure
) throws(ParityError.Fault) -> [ParityReport.Row] {
  let dtype = measure.dtype
  let learner = Learner(model: definition.model, taskLoss: definition.taskLoss, trainingMode: .transductive)
  let learned = tensors.learned.map { $0.converted(to: dtype) }
  let values = ParityValues(definition, tensors, at: learned, learner, tensors.episodes.converted(to: dtype))

  // A case that names an objective has its value in place of the query loss.
  let lossName = tensors.expected["objective"] == nil ? "query_loss" : "objective"
  var ours = values.tensors
  ours[lossName] = (.queryLosses, values.objective)
  let adapts = definition.inner.adapts

  var pairs: [ParityMeasure.Pair] = []
  for (name, (group, tensor)) in ours.sorted(by: { $0.key < $1.key }) {
    guard let reference = tensors.expected[name] else {
      // A parameter that does not adapt keeps its initial value; a file may leave it out.
      if adapts != .all, name.hasPrefix("adapted."), !definition.isAdapted(String(name.dropFirst("adapted.".count))) { continue }
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
