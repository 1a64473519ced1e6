/// The checks of the contract suite.
public enum ContractCheck: String, Sendable, Hashable, CaseIterable {
  /// The card has an id, a title and a citation, and the id suits a command line.
  case card
  /// Every declared setting accepts its values and reads them back.
  case hyperparameters
  /// The algorithm suits at least one of the suite's problems; the suite skips the other checks on the rest.
  case applicability
  /// The random stream alone determines the initial state; its names and shapes never change.
  case initialState = "initial state"
  /// A shard contributes one gradient per learned tensor and one loss per task.
  case contribution
  /// The meta-gradient is of the declared kind.
  case metaGradient = "meta-gradient"
  /// An exact meta-gradient through adaptation steps differs from the first-order one.
  case secondOrder = "second order"
  /// A shard's gradient is the sum of its tasks' gradients; if the objective compares tasks, their order does not matter.
  case additivity
  /// Padding of support and query changes results by rounding error only, if the algorithm accepts it.
  case padding
  /// Adaptation returns a state after each step, and more steps do not change earlier states.
  case path = "adaptation path"
  /// A task's adaptation does not depend on the other tasks of its shard.
  case taskIndependence = "task independence"
  /// The order of the support samples changes results by rounding error only.
  case supportOrder = "support order"
  /// Query labels and query inputs do not change one bit of adaptation.
  case queryUnseen = "query unseen"
  /// Meta-training with the same seed gives the same bits with one worker and with two.
  case workers
  /// A saved and resumed run gives the same bits as an uninterrupted run.
  case resuming
  /// A recorded step gives the same bits as an eager step.
  case recording
  /// The carried state keeps its names and shapes.
  case carrying
}

/// The result of one check of an algorithm on one smoke problem.
public struct ContractFinding: Sendable, Hashable, CustomStringConvertible {
  /// The check that was run.
  public let check: ContractCheck
  /// The smoke problem: "regression", "binary", "images" or "images, support statistics"; empty if the check uses none.
  public let problem: String
  /// True if the algorithm meets the contract.
  public let passed: Bool
  /// The measurement, or the reason why the check does not apply.
  public let detail: String

  /// Creates the result of one check.
  public init(check: ContractCheck, problem: String, passed: Bool, detail: String) {
    self.check = check
    self.problem = problem
    self.passed = passed
    self.detail = detail
  }

  public var description: String {
    "\(passed ? "ok  " : "FAIL") \(check.rawValue)\(problem.isEmpty ? "" : " (\(problem))"): \(detail)"
  }
}
