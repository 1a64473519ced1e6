import Algorithms
import Models
import Tasks
import TensorCore

/// Whole steps of the meta-trainer.
extension ContractSuite {
  private static let iterations = 3

  private func configuration(threads: Int) -> TrainingConfiguration {
    var configuration = algorithm.defaultTraining(for: problem.tasks.signature)
    configuration.metaBatchSize = takesSeveralTasks ? 4 : 1
    configuration.shardSize = 2
    configuration.iterations = Self.iterations
    configuration.threads = threads
    configuration.seed = 5
    return configuration
  }

  private func trained(threads: Int) throws -> TrainingSnapshot {
    var trainer = try MetaTrainer(algorithm, problem.learner, tasks: problem.tasks, configuration(threads: threads))
    for _ in 0..<Self.iterations { _ = try trainer.step() }
    return trainer.snapshot
  }

  var workersFinding: ContractFinding {
    do {
      let first = try trained(threads: 1)
      for (threads, what) in [(1, "the same seed again"), (2, "two workers")] {
        if let name = first.difference(from: try trained(threads: threads)) {
          return finding(.workers, false, "after \(Self.iterations) steps \(name) differs with \(what)")
        }
      }
      return finding(.workers, true, "the same bits after \(Self.iterations) steps, with one worker and with two")
    } catch {
      return finding(.workers, false, "meta-training failed: \(error)")
    }
  }

  var resumingFinding: ContractFinding {
    do {
      let whole = try trained(threads: 1)
      var start = try MetaTrainer(algorithm, problem.learner, tasks: problem.tasks, configuration(threads: 1))
      _ = try start.step()
      var resumed = try MetaTrainer(
        resuming: start.snapshot, algorithm, problem.learner, tasks: problem.tasks, configuration(threads: 1))
      for _ in 1..<Self.iterations { _ = try resumed.step() }
      if let name = whole.difference(from: resumed.snapshot) {
        return finding(.resuming, false, "\(name) differs when the run is resumed after one step of \(Self.iterations)")
      }
      return finding(.resuming, true, "a resumed run ends with the same bits")
    } catch {
      return finding(.resuming, false, "meta-training failed: \(error)")
    }
  }
}

extension TrainingSnapshot {
  /// The first tensor, by name, whose bits differ; nil where all agree.
  fileprivate func difference(from other: TrainingSnapshot) -> String? {
    if iteration != other.iteration { return "the iteration" }
    return Set(tensors.keys).union(other.tensors.keys).sorted().first { name in
      guard let first = tensors[name], let second = other.tensors[name] else { return true }
      return !Agreement.identical(first, second)
    }
  }
}
