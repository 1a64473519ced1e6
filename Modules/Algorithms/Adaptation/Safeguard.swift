import Autograd
import Models
import TensorCore

/// Lets no step of an inner loop increase a task's loss: a step that does is undone, and the next one is shorter.
///
/// ```
/// d = U(θₖ, ∇L(θₖ)) − θₖ        θₖ₊₁ = θₖ + s·d where L decreases, else θₖ₊₁ = θₖ, s ← s/2, and the rule starts afresh
/// ```
/// After a step that decreases the loss, s ← min(1.2·s, 1), so a rule whose own steps decrease the loss takes these, up to rounding. A loss
/// that is not finite is an increase. Each task has its own s. The next gradients are taken at the trial points anyway, so a step still
/// costs one gradient; the loop ends with one more loss. It consists of tensor operations only and reads no numbers.
/// - SeeAlso: O'Donoghue and Candès, "Adaptive restart for accelerated gradient schemes", Foundations of Computational Mathematics 15,
///   2015, section 3.2, <https://arxiv.org/abs/1204.3982>, for the restart; Nocedal and Wright, "Numerical optimization", 2006, algorithm
///   3.1, for backtracking. Deviation: any decrease is enough; a task backtracks from a fresh gradient step.
struct Safeguard {
  /// Factor of s after an increase.
  private static let shrinkage = 0.5
  /// Factor of s after a decrease.
  private static let growth = 1.2

  /// The best parameters so far, [T, …].
  private(set) var point: ParameterTree<Variable>
  /// The loss there, [T].
  private(set) var losses: Variable
  /// The gradients there.
  private(set) var gradients: ParameterTree<Variable>
  private var scale: Tensor

  /// Starts at a point, whatever its loss.
  init(_ point: ParameterTree<Variable>, _ losses: Variable, _ gradients: ParameterTree<Variable>) {
    (self.point, self.losses, self.gradients) = (point, losses, gradients)
    scale = Tensor(repeating: 1, shape: losses.shape, dtype: losses.value.dtype)
  }

  /// The point that the next step reaches, given the point that the rule proposes.
  func trial(_ proposal: ParameterTree<Variable>) -> ParameterTree<Variable> {
    point.zip(proposal) { old, new in
      Variable(constant: old.value + Self.aligned(scale, old) * (new.value - old.value))
    }
  }

  /// Moves the tasks whose loss at the trial point is lower; `state` restarts for the others.
  ///
  /// - Parameters:
  ///   - trial: The trial point.
  ///   - losses: The loss there, [T].
  ///   - gradients: The gradients there; nil after the last step, which needs none.
  ///   - state: The rule's state after the step.
  mutating func advance(
    to trial: ParameterTree<Variable>, _ losses: Variable, _ gradients: ParameterTree<Variable>?, _ state: inout OptimizerState
  ) {
    let dtype = losses.value.dtype
    // At the minimum, rounding hides a decrease.
    let rounding = 4 * (dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne))
    let bound = self.losses.value.map(.affine(factor: 1 + rounding, offset: 0))
    let moves = bound.combined(.greater, with: losses.value)
    let stays = moves.map(.affine(factor: -1, offset: 1))
    func chosen(_ old: Variable, _ new: Variable) -> Variable {
      // A gate drops numbers that are not finite, which a product with 0 would keep.
      Variable(
        constant: new.value.combined(.gate, with: Self.aligned(moves, new)) + old.value.combined(.gate, with: Self.aligned(stays, old)))
    }
    point = point.zip(trial, chosen)
    self.losses = chosen(self.losses, losses)
    guard let gradients else { return }
    self.gradients = self.gradients.zip(gradients, chosen)
    state = state.map { Variable(constant: $0.value.combined(.gate, with: Self.aligned(moves, $0))) }
    let factor = moves.map(.affine(factor: Self.growth - Self.shrinkage, offset: Self.shrinkage))
    let cap = Tensor(1, dtype: dtype)
    let grown = scale * factor
    scale = grown - (grown - cap).map(.relu)
  }

  /// Numbers of tasks [T], shaped so that they broadcast over a leaf [T, …].
  private static func aligned(_ numbers: Tensor, _ leaf: Variable) -> Tensor {
    leaf.shape.rank == 1 ? numbers : numbers.reshaped(leaf.shape.reducing(AxisSet(1..<leaf.shape.rank)))
  }
}

extension Unrolling {
  /// Runs the loop with a ``Safeguard``, without a graph.
  mutating func safeguarded(
    from start: ParameterTree<Variable>, adapting adapts: ((String) -> Bool)?,
    minimising loss: (_ parameters: ParameterTree<Variable>, _ step: Int) -> Variable
  ) -> Trajectory {
    var path = Trajectory(parameters: [modulated(start, state.count)])
    var trial = adapts.map(start.filter) ?? start
    var safeguard: Safeguard?
    func completed(_ moving: ParameterTree<Variable>) -> ParameterTree<Variable> {
      modulated(adapts == nil ? moving : start.updated(with: moving), state.count)
    }
    for index in 0...steps where steps > 0 {
      let leaves = trial.map(\.leaf)
      let losses = KernelProfile.during(.forward) { loss(completed(leaves), index) }
      let isLast = index == steps
      let slopes =
        isLast
        ? nil
        : KernelProfile.during(.innerGradient) {
          leaves.replacing(gradient(of: losses, at: leaves.leaves)).map(\.detached)
        }
      if var current = safeguard {
        current.advance(to: trial, losses.detached, slopes, &state)
        safeguard = current
        if !keepsPath { path.parameters.removeAll(keepingCapacity: true) }
        path.parameters.append(completed(current.point))
      } else if let slopes {
        safeguard = Safeguard(trial, losses.detached, slopes)
      }
      guard !isLast, let current = safeguard else { break }
      if let isDone, isDone(current.gradients) { break }
      path.losses.append(current.losses)
      let gradients = preconditioned(current.gradients, completed(current.point))
      let proposal = state.step(current.point.map(\.detached), gradients, by: rule, values)
      state = state.detached
      trial = current.trial(proposal.map(\.detached))
    }
    return path
  }
}
