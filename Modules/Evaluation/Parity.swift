import Algorithms
import Autograd
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
  let result = differentiated(
    definition, at: tensors.learned.map { $0.converted(to: dtype) }, learner, tensors.episodes.converted(to: dtype), lambda: tensors.lambda)
  // The reference is the mean over tasks.
  let gradient = result.gradient.map { (1 / Double(definition.tasks)) * $0 }

  // A case that names an objective has its value in place of the query loss.
  let lossName = tensors.expected["objective"] == nil ? "query_loss" : "objective"
  // An objective that compares tasks has one reference value, the mean over the tasks.
  let isOne = definition.objective.coupling != .independent
  let objective = isOne ? result.objective.mean([0]) : result.objective
  var ours: [String: (ParityReport.Group, Tensor)] = [lossName: (.queryLosses, objective)]
  for (name, tensor) in definition.model.exported(result.adapted) { ours["adapted.\(name)"] = (.adaptedParameters, tensor) }
  for (name, tensor) in definition.model.exported(gradient.initial) { ours["grad.\(name)"] = (.parameterGradients, tensor) }
  // Only the exact estimator yields gradients of the hyperparameters.
  if definition.estimator == .exact {
    var inner = gradient.inner
    if definition.inner.learns.granularity == .parameter {
      // One tensor for each parameter, in the parameters' order and in the file's layouts.
      let exported = definition.model.exported(gradient.initial.replacing(inner.leaves))
      inner = inner.replacing(gradient.initial.names.compactMap { exported[$0] })
    }
    for name in tensors.hyperNames { ours["grad.\(name.file)"] = (.hyperparameterGradients, inner[name.learned]) }
  }
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

/// Runs the training code on a case.
private func differentiated(
  _ definition: ParityCase, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes, lambda: Double?
) -> Differentiated {
  let context = AdaptationContext(stream: RandomStream(seed: 0), firstTask: 0)
  if let lambda { return solved(definition, at: learned, learner, shard, lambda: lambda, context) }
  func by(_ way: some Differentiation) -> Differentiated {
    way(definition.objective, through: definition.inner, at: learned, learner, shard, context)
  }
  switch definition.estimator {
  case .exact: return by(Unrolled())
  case .firstOrder: return by(FirstOrder())
  case .reptile:
    var result = by(FirstOrder())
    let start = learned.initial.map { Variable(constant: $0.expanded(over: shard.count)) }
    result.gradient.initial = displacement(from: start, to: result.adapted.map(Variable.init(constant:)))
    return result
  }
}

/// The implicit gradient at the solution of a proximal problem, found by a search over learning rates.
///
/// Momentum converges at any rate below about 2/(λ + the largest curvature), but the curvature is unknown. The search starts at 1/λ
/// and halves the rate until all tasks are stationary. If no rate gets there, the best result counts.
private func solved(
  _ definition: ParityCase, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes, lambda: Double,
  _ context: AdaptationContext
) -> Differentiated {
  let isDouble = learned.leaves.first?.dtype == .float64
  var (way, inner) = (Implicit(), definition.inner)
  way.lambda = lambda
  way.solverSteps = 500
  // The search tries rates that are too large, and needs to see them fail.
  way.safeguard = false
  inner.steps = 0
  func attempt() -> Differentiated { way(QueryLoss(), through: inner, at: learned, learner, shard, context) }
  var best = attempt()
  // The tolerance is relative to the gradient at the initialisation. Rounding prevents a smaller one.
  var least = best.metrics["stationarity"].doubles.max() ?? 1
  way.tolerance = (isDouble ? 1e-11 : 3e-6) * max(least, 1e-3)
  inner.steps = 5000
  for halving in 0..<16 {
    inner.learningRate = 1 / lambda / Double(1 << halving)
    let result = attempt()
    let norms = result.metrics["stationarity"].doubles
    guard norms.allSatisfy(\.isFinite), let largest = norms.max(), largest < least else { continue }
    (best, least) = (result, largest)
    if largest < way.tolerance { break }
  }
  return best
}
