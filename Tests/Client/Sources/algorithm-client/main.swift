import AlgorithmContract
import Algorithms
import ClientAlgorithms
import Models
import Registry
import Tasks
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Runs the contract suite on an algorithm, prints what it found, and says whether all of it passed.
func keepsTheContract(_ id: String, _ settings: [(key: String, value: String)] = []) throws -> Bool {
  let findings = contractFindings(for: try AlgorithmRegistry.type(of: id), settings: settings)
  let failed = findings.filter { !$0.passed }
  let made = settings.map { " \($0.key)=\($0.value)" }.joined()
  print("\(id)\(made): \(findings.count - failed.count) of \(findings.count) checks passed")
  for finding in failed { print("  \(finding)") }
  return failed.isEmpty && !findings.isEmpty
}

/// What ten steps on sine waves leave of an algorithm.
func learned(_ algorithm: any Algorithm) throws -> [[Float]] {
  let tasks = Sinusoid()
  var configuration = algorithm.defaultTraining(for: tasks.signature)
  configuration.iterations = 10
  let learner = Learner(model: MLP(widths: [1, 8, 1]), taskLoss: .meanSquaredError)
  var trainer = try MetaTrainer(algorithm, learner, tasks: tasks, configuration)
  for _ in 0..<10 { _ = try trainer.step() }
  return trainer.state.initial.leaves.map(\.floats)
}

do {
  // The registries hold what is linked: the framework's items and this package's own.
  print("algorithms: \(AlgorithmRegistry.all.ids.joined(separator: ", "))")
  print("optimizers: \(OptimizerRegistry.all.ids.joined(separator: ", "))")
  print("objectives: \(ObjectiveRegistry.all.ids.joined(separator: ", "))")
  var isSound = ["maml", "proto-net"].allSatisfy(AlgorithmRegistry.all.ids.contains)
  for id in ClientAlgorithms.ids where try !keepsTheContract(id) { isSound = false }
  // This package's rule and meta-loss serve the framework's algorithms, by their settings alone.
  for settings in [
    [("inner.optimizer", "soft-clipped-sgd"), ("inner.epsilon", "0.01"), ("inner.steps", "2")], [("objective", "both-losses")],
  ]
  where try !keepsTheContract("maml", settings) { isSound = false }
  let isCopy = try learned(FirstOrderMAML()) == learned(ClientAlgorithms.copyOfFirstOrderMAML())
  print("the copy of first-order MAML \(isCopy ? "learns" : "does NOT learn") the same bits")
  // The settings that are published for such tasks leave the part that adapts alone.
  var head = ClientAlgorithms.headOnly()
  head.adopt(Sinusoid().signature)
  let isHead = try learned(head) != learned(MAML())
  print("the head alone \(isHead ? "adapts" : "does NOT adapt")")
  if !isSound || !isCopy || !isHead { exit(1) }
} catch {
  print(error)
  exit(1)
}
