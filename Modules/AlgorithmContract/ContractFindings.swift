public import Algorithms
import Registry
import Tasks
import TensorCore

/// Checks an algorithm against everything that an algorithm must satisfy, in a second or so.
///
/// ```swift
/// let findings = contractFindings(for: MAML.self)
/// findings.filter { !$0.passed }   // empty
/// ```
/// The suite brings its own smoke problems: small networks with tanh, because finite differences need a smooth objective, on a
/// regression, a binary classification, and images with batch norm in two modes. Derivatives are verified in float64.
/// - Parameters:
///   - type: The algorithm.
///   - settings: Values of declared hyperparameters, in place of the defaults.
///   - excluding: Checks that these settings break by design: mini-batches that are drawn by a sample's place in the support set
///     break ``ContractCheck/supportOrder``, for example.
/// - Returns: One finding for each check and problem; the algorithm is sound when all of them passed.
public func contractFindings<A: Algorithm>(
  for type: A.Type, settings: [(key: String, value: String)] = [], excluding: Set<ContractCheck> = []
) -> [ContractFinding] {
  var algorithm = A()
  for (key, value) in settings {
    do {
      try A.hyperparameters.set(key, to: value, in: &algorithm)
    } catch {
      return [ContractFinding(check: .hyperparameters, problem: "", passed: false, detail: "\(key) = \(value): \(error)")]
    }
  }
  let findings =
    [cardFinding(A.card), hyperparameterFinding(algorithm)]
    + SmokeProblem.all.flatMap { problem in ContractSuite(algorithm, problem).findings }
  return findings.filter { !excluding.contains($0.check) }
}

/// The checks of one algorithm on one smoke problem.
struct ContractSuite {
  let algorithm: any Algorithm
  let problem: SmokeProblem
  let state: MetaState
  let context = AdaptationContext(stream: SmokeProblem.stream.child("adaptation"), firstTask: 0)

  init(_ algorithm: any Algorithm, _ problem: SmokeProblem) {
    self.algorithm = algorithm
    self.problem = problem
    state = algorithm.initialState(problem.learner, from: SmokeProblem.stream.child("state"), dtype: .float64)
  }

  var findings: [ContractFinding] {
    [
      initialStateFinding, contributionFinding, metaGradientFinding, secondOrderFinding, additivityFinding, pathFinding,
      taskIndependenceFinding, supportOrderFinding, queryUnseenFinding, workersFinding, resumingFinding,
      recordingFinding,
    ]
  }

  /// True when the algorithm takes meta-batches of more than one task.
  var takesSeveralTasks: Bool {
    do { try algorithm.validate(problem.learner, metaBatchSize: problem.shard.count) } catch { return false }
    return true
  }

  func finding(_ check: ContractCheck, _ passed: Bool, _ detail: String) -> ContractFinding {
    ContractFinding(check: check, problem: problem.name, passed: passed, detail: detail)
  }

  func notApplicable(_ check: ContractCheck, _ reason: String) -> ContractFinding {
    finding(check, true, "does not apply: \(reason)")
  }
}
