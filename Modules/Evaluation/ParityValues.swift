import Algorithms
import Autograd
import Models
import Tasks
import TensorCore

/// The values of a reference case as the training code computes them, by their names in the file.
struct ParityValues {
  /// The objective of each task, [T]; one number, [1], for an objective that compares tasks.
  let objective: Tensor
  /// Gradients and adapted parameters, by their names without "expected.".
  let tensors: [String: (ParityReport.Group, Tensor)]

  init(
    _ definition: ParityCase, _ file: ParityTensors, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes
  ) {
    if let algorithm = definition.algorithm {
      self.init(algorithm, definition, file, at: learned, learner, shard)
    } else {
      self.init(of: definition, file, at: learned, learner, shard)
    }
  }

  /// The values of the inner loop alone.
  private init(
    of definition: ParityCase, _ file: ParityTensors, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes
  ) {
    let result = differentiated(definition, at: learned, learner, shard, lambda: file.lambda)
    // The reference is the mean over tasks.
    let gradient = result.gradient.map { (1 / Double(definition.tasks)) * $0 }
    objective = definition.objective.coupling == .independent ? result.objective : result.objective.mean([0])
    var ours: [String: (ParityReport.Group, Tensor)] = [:]
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
      for name in file.hyperNames { ours["grad.\(name.file)"] = (.hyperparameterGradients, inner[name.learned]) }
    }
    tensors = ours
  }

  /// The values of an algorithm.
  private init(
    _ algorithm: any ReferenceAlgorithm, _ definition: ParityCase, _ file: ParityTensors, at learned: MetaParameters<Tensor>,
    _ learner: Learner, _ shard: Episodes
  ) {
    let result = algorithm.reference(MetaState(learned: learned), learner, shard, context)
    let gradient = result.gradient.map { (1 / Double(definition.tasks)) * $0 }
    let layout = ParityLayout(algorithm, definition)
    objective = result.objective
    var ours: [String: (ParityReport.Group, Tensor)] = [:]
    for row in layout.exported(result.adapted) where row.isOfModel { ours["adapted.\(row.name)"] = (.adaptedParameters, row.tensor) }
    for row in layout.exported(gradient.initial) + layout.exported(gradient.own) {
      ours["grad.\(row.name)"] = (row.isOfModel ? .parameterGradients : .hyperparameterGradients, row.tensor)
    }
    for name in file.hyperNames { ours["grad.\(name.file)"] = (.hyperparameterGradients, gradient.inner[name.learned]) }
    tensors = ours
  }
}

/// A case has no random choices.
private let context = AdaptationContext(stream: RandomStream(seed: 0), firstTask: 0)

/// Runs the training code on a case.
private func differentiated(
  _ definition: ParityCase, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes, lambda: Double?
) -> Differentiated {
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
