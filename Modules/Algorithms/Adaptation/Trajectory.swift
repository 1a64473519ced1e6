import Registry
public import Autograd
public import Models

/// The parameters and losses along an adaptation.
public struct Trajectory {
  /// All parameters after 0, 1, … steps, [T, …]; only the last ones if the path is not kept.
  public internal(set) var parameters: [ParameterTree<Variable>]
  /// The support loss before each step, [T], detached from the graph.
  public internal(set) var losses: [Variable] = []

  /// Creates a trajectory from the parameters after each step.
  /// - Precondition: There is at least one tree.
  public init(parameters: [ParameterTree<Variable>], losses: [Variable] = []) {
    require(!parameters.isEmpty, "a trajectory has at least its end")
    self.parameters = parameters
    self.losses = losses
  }

  /// All parameters after the last step.
  public var end: ParameterTree<Variable> { parameters[parameters.count - 1] }

  /// The same values as leaves of a new graph; a first-order meta-gradient is taken with respect to them.
  public var leaves: Trajectory { Trajectory(parameters: parameters.map { $0.map(\.leaf) }, losses: losses) }

  /// The same values, detached from the graph.
  public var detached: Trajectory { Trajectory(parameters: parameters.map { $0.map(\.detached) }, losses: losses) }
}
