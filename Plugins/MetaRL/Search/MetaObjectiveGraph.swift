package import Algorithms
import Autograd
import Models
package import Tasks
package import TensorCore

/// The graph of some tasks' meta-objective: adaptation, new trajectories of the adapted policies, and derivatives in what is learned.
///
/// ```
/// loss(θ) = −Σᵢ meanₜ [π_θ′ᵢ(aₜ|sₜ) / π_old(aₜ|sₜ) · Aₜ]        divergence(θ) = Σᵢ meanₜ KL(π_old ‖ π_θ′ᵢ)(sₜ)
/// ```
/// θ′ᵢ is adapted from θ by the same trajectories at every θ; π_old is the adapted policy at the θ where the trajectories were played.
package struct MetaObjectiveGraph {
  let search: PolicySearch
  let player: Player
  let rows: Tensor
  /// What is learned, as leaves of this graph.
  let leaves: MetaParameters<Variable>
  /// The batch of each adaptation step.
  let support: [PolicySearch.Batch]
  /// The batch of the adapted policies.
  let query: PolicySearch.Batch
  /// Minus the gradient of the surrogate of the return, summed over tasks, in the order of the leaves.
  package let gradient: [Tensor]
  /// The gradient of the divergence in a graph, for products with its Hessian; nil if it was not wanted.
  private let divergenceGradient: [Variable]?

  package init(
    _ search: PolicySearch, _ player: Player, _ state: MetaState, support: Tensor, query rows: Tensor, withDivergence: Bool
  ) throws(EnvironmentError) {
    let leaves = state.learned.map { Variable($0) }
    let start = leaves.map { $0.broadcastOverTasks(support.shape[0]) }
    let (path, batches) = try search.adapt(
      start, player, rows: support, steps: search.inner.steps, derivative: search.derivative)
    let query = try search.batch(player, path.end.map(\.value), rows: rows, round: 0)
    let (values, outputs) = PolicySearch.logProbabilities(player, path.end, query)
    let loss = query.loss(.ratio, values)
    gradient = Autograd.gradient(of: loss, at: leaves.leaves).map(\.value)
    if withDivergence {
      let divergence = Self.divergence(player, query, outputs)
      divergenceGradient = Autograd.gradient(of: divergence, at: leaves.leaves, differentiable: true)
    } else {
      divergenceGradient = nil
    }
    (self.search, self.player, self.rows, self.leaves) = (search, player, support, leaves)
    (self.support, self.query) = (batches, query)
  }

  /// The mean divergence of each task, [T], from the policies that acted.
  private static func divergence(_ player: Player, _ query: PolicySearch.Batch, _ outputs: Variable) -> Variable {
    let mask = query.trajectories.mask
    let states = player.policy.divergence(from: query.trajectories.outputs, to: outputs).reshaped(mask.shape)
    return (states * Variable(constant: mask / mask.sum([1, 2]))).sum([1, 2]).reshaped([mask.shape[0]])
  }

  /// The product of the divergence's Hessian with a vector, in the order of the leaves: the derivative of gradient · vector.
  package func hessianProduct(_ vector: [Tensor]) -> [Tensor] {
    guard let divergenceGradient else { return vector.map { .zeros($0.shape, $0.dtype) } }
    let products = zip(divergenceGradient, vector).map { ($0 * Variable(constant: $1)).total() }
    let sum = products.dropFirst().reduce(products[0]) { $0 + $1 }
    return Autograd.gradient(of: sum, at: leaves.leaves).map(\.value)
  }

  /// Loss and divergence, summed over tasks, at other learned values.
  package func values(at learned: MetaParameters<Tensor>) throws(EnvironmentError) -> (loss: Double, divergence: Double) {
    let start = learned.map { Variable(constant: $0.expanded(over: rows.shape[0])) }
    let end = try search.adapt(start, player, rows: rows, steps: search.inner.steps, derivative: .none, using: support).path.end.map(
      \.detached)
    let (values, outputs) = PolicySearch.logProbabilities(player, end, query)
    return (query.loss(.ratio, values).value.total.scalar, Self.divergence(player, query, outputs).value.total.scalar)
  }
}
