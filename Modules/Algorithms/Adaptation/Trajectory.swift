public import Autograd
public import Models

/// The steps of an adaptation.
public struct Trajectory {
  /// All parameters after 0, 1, … steps, [T, …]; the last ones alone where the others are not kept.
  public internal(set) var parameters: [ParameterTree<Variable>]
  /// The support loss before each step, [T], cut off from the graph.
  public internal(set) var losses: [Variable] = []

  /// The path of an adaptation.
  /// - Precondition: At least one tree.
  public init(parameters: [ParameterTree<Variable>], losses: [Variable] = []) {
    precondition(!parameters.isEmpty, "a trajectory has at least its end")
    self.parameters = parameters
    self.losses = losses
  }

  /// All parameters after the last step.
  public var end: ParameterTree<Variable> { parameters[parameters.count - 1] }

  /// The same values as leaves of a new graph: what a first-order meta-gradient is taken at.
  public var leaves: Trajectory { Trajectory(parameters: parameters.map { $0.map(\.leaf) }, losses: losses) }

  /// The same values, cut off from the graph.
  public var detached: Trajectory { Trajectory(parameters: parameters.map { $0.map(\.detached) }, losses: losses) }
}
