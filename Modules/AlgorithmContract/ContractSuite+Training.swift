import Algorithms
import Models
import Registry
import Tasks
import TensorCore

/// Checks that run whole steps of the meta-trainer.
extension ContractSuite {
  static let iterations = 4

  /// Number of tasks that the objective compares with each other; 2 if it names no group size.
  private var groupSize: Int { if case .groups(let size) = algorithm.coupling { size } else { 2 } }

  private func configuration(threads: Int) -> TrainingConfiguration {
    var configuration = algorithm.defaultTraining(for: problem.tasks.signature)
    configuration.metaBatchSize = takesSeveralTasks ? groupSize * 2 : 1
    configuration.shardSize = 2
    configuration.iterations = Self.iterations
    configuration.threads = threads
    configuration.seed = 5
    return configuration
  }

  private func trained(_ algorithm: (any Algorithm)? = nil, threads: Int) throws -> TrainingSnapshot {
    var trainer = try MetaTrainer(algorithm ?? self.algorithm, problem.learner, tasks: problem.tasks, configuration(threads: threads))
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

extension ContractSuite {
  var recordingFinding: ContractFinding {
    guard algorithm.isRecordable else { return notApplicable(.recording, "the algorithm does not declare itself recordable") }
    do {
      if let name = try trained(threads: 1).difference(from: try trained(Unrecorded(base: algorithm), threads: 1)) {
        return finding(.recording, false, "after \(Self.iterations) steps \(name) differs from eager steps")
      }
      return finding(.recording, true, "the bits of eager steps after \(Self.iterations) steps")
    } catch {
      return finding(.recording, false, "meta-training failed: \(error)")
    }
  }
}

/// Wraps an algorithm so that its steps are not recorded.
private struct Unrecorded: Algorithm {
  static let card = AlgorithmCard(id: "unrecorded", title: "", citation: "", metaGradient: .none)
  static let hyperparameters = HyperparameterTable<Unrecorded>([])

  let base: any Algorithm

  init() { fatalError("made around an algorithm only") }

  init(base: any Algorithm) { self.base = base }

  var adaptationSteps: Int { base.adaptationSteps }
  var coupling: TaskCoupling { base.coupling }
  var supports: Int { base.supports }

  func phase(_ step: AdaptationContext.Step) -> Int { base.phase(step) }
  func scheduled(_ step: AdaptationContext.Step) -> ParameterTree<Tensor> { base.scheduled(step) }

  func carried(after carried: ParameterTree<Tensor>, observing observed: ParameterTree<Tensor>, tasks: Int) -> ParameterTree<Tensor> {
    base.carried(after: carried, observing: observed, tasks: tasks)
  }

  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    base.initialState(learner, from: stream, dtype: dtype)
  }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    base.metaGradient(state, learner, shard, context)
  }

  func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    base.adapt(state, learner, support: support, steps: steps, context)
  }
}

extension TrainingSnapshot {
  /// The name of the first tensor whose bits differ; nil if all agree.
  fileprivate func difference(from other: TrainingSnapshot) -> String? {
    if iteration != other.iteration { return "the iteration" }
    return Set(tensors.keys).union(other.tensors.keys).sorted().first { name in
      guard let first = tensors[name], let second = other.tensors[name] else { return true }
      return !Agreement.identical(first, second)
    }
  }
}
