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

/// Runs the contract suite on an algorithm, prints the findings, and returns whether all checks passed.
func keepsTheContract(_ id: String, _ settings: [(key: String, value: String)] = []) throws -> Bool {
  let findings = contractFindings(for: try AlgorithmRegistry.type(of: id), settings: settings)
  let failed = findings.filter { !$0.passed }
  let made = settings.map { " \($0.key)=\($0.value)" }.joined()
  print("\(id)\(made): \(findings.count - failed.count) of \(findings.count) checks passed")
  for finding in failed { print("  \(finding)") }
  return failed.isEmpty && !findings.isEmpty
}

/// The parameters of an algorithm after ten steps on sine waves.
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
  // The registries contain everything that is linked: the framework's items and this package's.
  print("algorithms: \(AlgorithmRegistry.all.ids.joined(separator: ", "))")
  print("optimizers: \(OptimizerRegistry.all.ids.joined(separator: ", "))")
  print("objectives: \(ObjectiveRegistry.all.ids.joined(separator: ", "))")
  var isSound = ["maml", "proto-net"].allSatisfy(AlgorithmRegistry.all.ids.contains)
  for id in ClientAlgorithms.ids where try !keepsTheContract(id) { isSound = false }
  // This package's rule and meta-loss work with the framework's algorithms, selected by settings alone.
  for settings in [
    [("inner.optimizer", "soft-clipped-sgd"), ("inner.epsilon", "0.01"), ("inner.steps", "2")], [("objective", "both-losses")],
  ]
  where try !keepsTheContract("maml", settings) { isSound = false }
  let isCopy = try learned(FirstOrderMAML()) == learned(ClientAlgorithms.copyOfFirstOrderMAML())
  print("the copy of first-order MAML \(isCopy ? "learns" : "does NOT learn") the same bits")
  // Adopting the published settings for such tasks does not change the part that adapts.
  var head = ClientAlgorithms.headOnly()
  head.adopt(Sinusoid().signature)
  let isHead = try learned(head) != learned(MAML())
  print("the head alone \(isHead ? "adapts" : "does NOT adapt")")
  if !isSound || !isCopy || !isHead { exit(1) }
} catch {
  print(error)
  exit(1)
}
