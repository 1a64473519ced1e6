/// An environment that cannot be stepped.
public enum EnvironmentError: Error, Hashable, CustomStringConvertible {
  /// A state or a reward is not finite, although the action was.
  ///
  /// `episode` names the task. Trajectories count from 0, steps from 1.
  case notFinite(environment: String, episode: String, trajectory: Int, step: Int, horizon: Int, what: String)

  public var description: String {
    switch self {
    case .notFinite(let environment, let episode, let trajectory, let step, let horizon, let what):
      "\(environment), \(episode), trajectory \(trajectory), step \(step) of \(horizon): the \(what) is not finite, though the action is; "
        + "correct the environment's step or its settings, or lower inner.learningRate if adaptation leads to such actions."
    }
  }
}
