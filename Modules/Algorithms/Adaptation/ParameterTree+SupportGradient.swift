public import Autograd
public import Models
public import Tasks

extension ParameterTree<Variable> {
  /// The support loss and its gradients at these parameters as constants, as a learned update rule reads them.
  ///
  /// - Parameters:
  ///   - learner: Model and task loss.
  ///   - support: The support sets.
  ///   - all: All parameters of the model, [T, …] each; these are some of them.
  /// - Returns: The loss of each task, [T], and gradients with the names and shapes of these parameters; neither is in a graph.
  public func supportGradient(
    _ learner: Learner, _ support: LabelledSet, among all: ParameterTree
  ) -> (losses: Variable, gradients: ParameterTree) {
    let leaves = map(\.leaf)
    let losses = learner.supportLoss(all.map(\.detached).updated(with: leaves), support)
    return (losses.detached, replacing(gradient(of: losses, at: leaves.leaves)).map(\.detached))
  }
}
