/// What the contract suite looks at.
public enum ContractCheck: String, Sendable, Hashable, CaseIterable {
  /// Id, title and citation are there, and the id is fit for a command line.
  case card
  /// Every declared setting can be written and reads back as written.
  case hyperparameters
  /// The algorithm is for at least one of the suite's problems; on those that it is not for, nothing else is looked at.
  case applicability
  /// The initial state depends on the stream alone, and its names and shapes on nothing.
  case initialState = "initial state"
  /// A shard's contribution has one gradient a learned tensor, and one loss a task.
  case contribution
  /// The meta-gradient is what the card declares it to be.
  case metaGradient = "meta-gradient"
  /// An exact meta-gradient through adaptation steps differs from the first-order one.
  case secondOrder = "second order"
  /// A shard's gradient is the sum of its tasks' gradients; where tasks are compared, their order changes nothing.
  case additivity
  /// Adaptation gives a state after each step, and more steps do not change the earlier ones.
  case path = "adaptation path"
  /// A task's adaptation does not depend on the other tasks of its shard.
  case taskIndependence = "task independence"
  /// The order of the support samples changes results by rounding only.
  case supportOrder = "support order"
  /// Neither query labels nor query inputs reach adaptation, to the bit.
  case queryUnseen = "query unseen"
  /// Meta-training with the same seed gives the same bits, with one worker and with two.
  case workers
  /// A run that is saved, resumed and finished gives the bits of one that was not interrupted.
  case resuming
  /// A step that is recorded and run again gives the bits of an eager one.
  case recording
  /// What is carried from step to step keeps its names and shapes.
  case carrying
}

/// What one check found for an algorithm on one smoke problem.
public struct ContractFinding: Sendable, Hashable, CustomStringConvertible {
  /// What was looked at.
  public let check: ContractCheck
  /// The smoke problem: "regression", "binary", "images" or "images, support statistics"; empty where none is involved.
  public let problem: String
  /// True when the algorithm does as it has to.
  public let passed: Bool
  /// What was measured, or why the check does not apply.
  public let detail: String

  /// Records what a check found.
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
