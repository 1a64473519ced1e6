import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore

/// Checks that the meta-gradient is of the declared kind.
extension ContractSuite {
  private var gradient: MetaParameters<Tensor> { algorithm.metaGradient(state, problem.learner, tasks, context).gradient }

  /// All tasks, or one task if the algorithm accepts only one.
  var tasks: Episodes { takesSeveralTasks ? shard() : shard(0..<1) }

  private func adapted(_ support: LabelledSet) -> Adapted? {
    algorithm.adapt(state, problem.learner, support: support, steps: algorithm.adaptationSteps, context).last
  }

  var metaGradientFinding: ContractFinding {
    switch algorithm.metaGradientKind {
    case .exact: exactFinding(algorithm)
    case .implicit: exactFinding(Self.converging(algorithm))
    case .firstOrder: firstOrderFinding
    case .displacement: displacementFinding
    case .estimate: notApplicable(.metaGradient, "an estimate is not the derivative of anything that the suite can evaluate")
    case .none: noneFinding
    }
  }

  /// Compares with finite differences of the objective along a random direction of every learned tensor.
  private func exactFinding(_ algorithm: any Algorithm) -> ContractFinding {
    guard !state.learned.isEmpty else { return finding(.metaGradient, false, "declared exact, but nothing is learned") }
    func objective(_ state: MetaState) -> Double {
      algorithm.metaObjective(state, problem.learner, tasks, context).sumOfElements
    }
    let learned = state.learned.named
    let gradient = algorithm.metaGradient(state, problem.learner, tasks, context).gradient
    return compare(gradient.named, scale: objective(state), "the objective's finite differences") { name, direction in
      Agreement.derivative { distance in
        var moved = learned
        moved[name] = learned[name] + distance * direction
        return objective(MetaState(learned: state.learned.replacing(moved.leaves), carried: state.carried))
      }
    }
  }

  /// Changes the declared settings so that the inner problem and the linear system converge to rounding error.
  ///
  /// An implicit gradient is exact there. An algorithm that declares none of these settings stays as it is.
  private static func converging<A: Algorithm>(_ algorithm: A) -> A {
    var result = algorithm
    // With λ = 10, a step of 0.05 halves the distance in the flattest directions.
    let settings = [("inner.steps", "60"), ("inner.learningRate", "0.05"), ("gradient.lambda", "10"), ("gradient.solverSteps", "40")]
    for (key, value) in settings where A.hyperparameters.keys.contains(key) {
      do { try A.hyperparameters.set(key, to: value, in: &result) } catch { continue }
    }
    return result
  }

  /// Compares with finite differences of the objective in an offset that is added to every task's adapted parameters.
  private var firstOrderFinding: ContractFinding {
    let initial = gradient.initial
    guard let adapted = adapted(tasks.support), adapted.parameters.names.allSatisfy({ initial.leaf($0) != nil }) else {
      return finding(.metaGradient, false, "the gradients \(initial.names) are not those of what adapts")
    }
    let none = initial.map { Tensor.zeros($0.shape, $0.dtype) }
    func objective(_ offset: ParameterTree<Tensor>) -> Double {
      algorithm.metaObjective(state, problem.learner, tasks, context, offset: offset).sumOfElements
    }
    return compare(initial, scale: objective(none), "the objective's finite differences") { name, direction in
      Agreement.derivative { distance in
        var offset = none
        offset[name] = distance * direction
        return objective(offset)
      }
    }
  }

  private func compare(
    _ gradient: ParameterTree<Tensor>, scale: Double, _ what: String, numeric: (String, Tensor) -> Double
  ) -> ContractFinding {
    var worst = 0.0
    for (name, leaf) in gradient.entries {
      let direction = leaf.direction(from: SmokeProblem.stream.child("direction").child(name))
      let (analytic, quotient) = (leaf.inner(direction), numeric(name, direction))
      guard Agreement.agree(analytic, quotient, scale: scale) else {
        return finding(.metaGradient, false, "\(name): the derivative is \(analytic), \(what) give \(quotient)")
      }
      worst = max(worst, abs(analytic - quotient))
    }
    return finding(.metaGradient, true, "\(gradient.count) tensors agree with \(what), largest difference \(Float(worst))")
  }

  /// Compares with initial minus adapted parameters, adapted on the support set or on support and query together.
  private var displacementFinding: ContractFinding {
    let pooled = tasks.support.concatenated(with: tasks.query)
    let (found, initial) = (gradient.initial, state.initial)
    let distances = [tasks.support, pooled].map { samples -> Double in
      guard let adapted = adapted(samples), adapted.parameters.names == initial.names else { return .infinity }
      let moved = initial.zip(adapted.parameters) { start, end in
        (start.expanded(over: tasks.count) - end).sum([0]).reshaped(start.shape)
      }
      return Agreement.distance(found, moved)
    }
    let distance = distances.min() ?? .infinity
    return finding(
      .metaGradient, distance <= Agreement.reordering && !found.isEmpty,
      "differs by \(Float(distance)) from initial minus adapted parameters, relative to the norm")
  }

  private var noneFinding: ContractFinding {
    let size = gradient.leaves.flatMap(\.doubles).map(abs).max() ?? 0
    return finding(.metaGradient, size == 0, "nothing is declared, the largest gradient is \(size)")
  }

  /// Checks that second derivatives contribute: without them, an exact meta-gradient would equal the first-order one.
  var secondOrderFinding: ContractFinding {
    guard algorithm.metaGradientKind == .exact else { return notApplicable(.secondOrder, "the meta-gradient is not declared exact") }
    guard algorithm.adaptationSteps > 0 else { return notApplicable(.secondOrder, "no adaptation in meta-training") }
    let exact = gradient.initial
    let shapes = problem.learner.model.parameters.map(\.shape)
    guard let adapted = adapted(tasks.support), exact.names == adapted.parameters.names, exact.leaves.map(\.shape) == shapes,
      adapted.parameters.names == problem.learner.model.parameters.map(\.name)
    else {
      return notApplicable(.secondOrder, "what adapts is not the learned initialisation")
    }
    guard algorithm.supports == 1, !couplesTasks else {
      return notApplicable(.secondOrder, "the objective is not a function of one adaptation of each task")
    }
    let ends = adapted.parameters.map { Variable($0) }
    let losses = problem.learner.loss(problem.learner.queryPredictions(ends, tasks), tasks.query.targets)
    let gradients = Autograd.gradient(of: losses, at: ends.leaves).map(\.value)
    let firstOrder = exact.replacing(zip(gradients, exact.leaves).map { $0.sum([0]).reshaped($1.shape) })
    let distance = Agreement.distance(exact, firstOrder)
    return finding(.secondOrder, distance > 1e-6, "differs by \(Float(distance)) from the first-order gradient, relative to the norm")
  }
}
