public import Algorithms
import Models
import Registry
import Tasks
import TensorCore

/// Checks an algorithm against the whole contract, in about a second.
///
/// ```swift
/// let findings = contractFindings(for: MAML.self)
/// findings.filter { !$0.passed }   // empty
/// ```
/// The suite has its own smoke problems: a regression, a binary classification, images with batch norm in two modes, and two
/// environments for algorithms that learn from rewards. Their small
/// networks use tanh, because finite differences need a smooth objective. The suite verifies derivatives in float64.
/// - Parameters:
///   - type: The algorithm.
///   - settings: Values of declared hyperparameters that replace the defaults.
///   - excluding: Checks that these settings break by design. Example: mini-batches drawn by the position of a sample in the support set
///     break ``ContractCheck/supportOrder``.
/// - Returns: One finding per check and problem; the algorithm meets the contract if all passed. A problem that the algorithm's own
///   `validate` rejects has a single finding that says so. The algorithm must suit at least one problem.
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
  let unsuited = SmokeProblem.all.map { unsuitedFinding(algorithm, $0) }
  let findings =
    [cardFinding(A.card), hyperparameterFinding(algorithm), applicabilityFinding(unsuited)]
    + zip(SmokeProblem.all, unsuited).flatMap { problem, unsuited in unsuited.map { [$0] } ?? ContractSuite(algorithm, problem).findings }
  return findings.filter { !excluding.contains($0.check) }
}

/// The finding that an algorithm does not suit a problem; nil if it does.
private func unsuitedFinding(_ algorithm: any Algorithm, _ problem: SmokeProblem) -> ContractFinding? {
  var training = algorithm.defaultTraining(for: problem.tasks.signature)
  var last: AlgorithmError?
  for size in [training.metaBatchSize, 1] {
    training.metaBatchSize = size
    do {
      try algorithm.checkApplicability(problem.learner, problem.tasks.signature, training)
      return nil
    } catch {
      last = error
      if error.isUnsuited { break }
    }
  }
  // An unsuited problem is skipped; contradictory settings are a failure.
  return last.map { error in
    ContractFinding(
      check: .applicability, problem: problem.name, passed: error.isUnsuited,
      detail: error.isUnsuited ? "does not apply: \(error)" : "\(error)")
  }
}

/// Checks that the algorithm suits at least one smoke problem.
private func applicabilityFinding(_ unsuited: [ContractFinding?]) -> ContractFinding {
  let count = unsuited.count { $0 == nil }
  return ContractFinding(
    check: .applicability, problem: "", passed: count > 0, detail: "suits \(count) of the suite's \(unsuited.count) problems")
}

/// The checks of one algorithm on one smoke problem.
struct ContractSuite {
  let algorithm: any Algorithm
  let problem: SmokeProblem
  let state: MetaState
  let context: AdaptationContext

  init(_ algorithm: any Algorithm, _ problem: SmokeProblem) {
    self.algorithm = algorithm
    self.problem = problem
    state = algorithm.initialState(problem.learner, from: SmokeProblem.stream.child("state"), dtype: .float64)
    context = Self.context(of: algorithm, firstTask: 0)
  }

  /// The context of the first step of a run, starting at a given task.
  private static func context(of algorithm: any Algorithm, firstTask: Int) -> AdaptationContext {
    let step = AdaptationContext.Step(iteration: 0, iterations: iterations)
    return AdaptationContext(
      stream: SmokeProblem.stream.child("adaptation"), firstTask: firstTask, step: step, phase: algorithm.phase(step),
      scheduled: algorithm.scheduled(step).map { $0.converted(to: .float64) })
  }

  /// The same context, starting at another task.
  func context(firstTask: Int) -> AdaptationContext { Self.context(of: algorithm, firstTask: firstTask) }

  /// The problem's tasks, with as many support sets as the algorithm needs.
  func shard(_ range: Range<Int>? = nil) -> Episodes {
    let all = problem.shard(supports: algorithm.supports)
    return range.map { all[$0] } ?? all
  }

  var findings: [ContractFinding] {
    // The other checks would trap on a malformed contribution or path.
    let first = [initialStateFinding, contributionFinding, pathFinding]
    guard first.allSatisfy(\.passed) else { return first }
    return first + [
      metaGradientFinding, secondOrderFinding, additivityFinding, paddingFinding,
      taskIndependenceFinding, supportOrderFinding, queryUnseenFinding, workersFinding, resumingFinding,
      recordingFinding, carryingFinding,
    ]
  }

  /// True if the algorithm accepts meta-batches of more than one task.
  var takesSeveralTasks: Bool {
    var training = algorithm.defaultTraining(for: problem.tasks.signature)
    training.metaBatchSize = SmokeProblem.count
    do { try algorithm.checkApplicability(problem.learner, problem.tasks.signature, training) } catch { return false }
    return true
  }

  /// True if the objective compares tasks, so that a shard is more than the sum of its tasks.
  var couplesTasks: Bool { algorithm.coupling != .independent }

  func finding(_ check: ContractCheck, _ passed: Bool, _ detail: String) -> ContractFinding {
    ContractFinding(check: check, problem: problem.name, passed: passed, detail: detail)
  }

  func notApplicable(_ check: ContractCheck, _ reason: String) -> ContractFinding {
    finding(check, true, "does not apply: \(reason)")
  }
}
