import Models
import Synchronization
import Tasks
import TensorCore

/// What the trainer takes from a shard: everything in storage of its own.
struct ShardContribution: Sendable {
  /// The sum over the shard's tasks, all learned parameters as one vector.
  let gradient: Tensor
  let losses: [Double]
  let accuracies: [Double]?
  let carried: ParameterTree<Tensor>?

  /// - Throws: ``TrainingError/misfit(algorithm:)`` where the gradient's names and shapes are not those of what is learned.
  init(_ result: MetaGradient, gradient: Tensor, _ learner: Learner, _ layout: FlatParameters, of algorithm: any Algorithm) throws {
    guard layout.fits(result.gradient) else { throw TrainingError.misfit(algorithm: type(of: algorithm).card.id) }
    self.gradient = gradient
    losses = result.losses
    accuracies = result.accuracies(learner)
    carried = result.carried
  }
}

/// Keeps, for each worker, the recorded meta-gradients of the shard shapes that it has met.
///
/// A worker's recordings are its own, so its working set stays in its core's cache; which worker a shard runs on does not change
/// a bit of the result.
final class StepRecorder: Sendable {
  private let slots: [Slot]
  private static let steps = Atomic<UInt64>(0)

  init(workers: Int) { slots = (0..<workers).map { _ in Slot() } }

  /// The number of a new step: recordings take over the state once a step, not once a shard.
  func nextStep() -> UInt64 { Self.steps.add(1, ordering: .relaxed).newValue }

  /// The shard's contribution, from a recording where one fits.
  func contribution(
    _ algorithm: any Algorithm, _ learner: Learner, _ state: MetaState, _ shard: Episodes, _ context: AdaptationContext,
    _ layout: FlatParameters, step: UInt64, worker: Int
  ) throws -> ShardContribution {
    guard algorithm.isRecordable, state.carried.isEmpty else {
      let result = algorithm.metaGradient(state, learner, shard, context)
      let gradient = layout.joined(result.gradient, dtype: .float32)
      return try ShardContribution(result, gradient: gradient, learner, layout, of: algorithm)
    }
    return try slots[worker].recordings.withLock { recordings in
      if let place = recordings.firstIndex(where: { $0.fits(shard) }) {
        recordings[place].run(state, shard, step: step)
        return try recordings[place].contribution(learner, layout, of: algorithm)
      }
      let recording = Recording(algorithm, learner, state, shard, context, layout, step: step)
      recordings.append(recording)
      return try recording.contribution(learner, layout, of: algorithm)
    }
  }

  private final class Slot: Sendable {
    let recordings = Mutex<[Recording]>([])
  }
}

/// One recorded meta-gradient with the tensors that it reads and writes.
private struct Recording: Sendable {
  private let program: RecordedProgram
  private let state: MetaState
  private let shard: Episodes
  private var step: UInt64
  // In the program's memory: written anew by every run.
  private let result: MetaGradient
  private let gradient: Tensor

  init(
    _ algorithm: any Algorithm, _ learner: Learner, _ state: MetaState, _ shard: Episodes, _ context: AdaptationContext,
    _ layout: FlatParameters, step: UInt64
  ) {
    let ownState = MetaState(learned: state.learned.map(\.separateCopy))
    let ownShard = Episodes(support: shard.support.separateCopy, query: shard.query.separateCopy)
    (program, (result, gradient)) = RecordedProgram.record {
      let result = algorithm.metaGradient(ownState, learner, ownShard, context)
      return (result, layout.joined(result.gradient, dtype: .float32))
    }
    self.state = ownState
    self.shard = ownShard
    self.step = step
  }

  func fits(_ other: Episodes) -> Bool { shard.support.fits(other.support) && shard.query.fits(other.query) }

  mutating func run(_ state: MetaState, _ shard: Episodes, step: UInt64) {
    if step != self.step {
      for (own, new) in zip(self.state.learned.leaves, state.learned.leaves) { own.overwrite(with: new) }
      self.step = step
    }
    self.shard.support.overwrite(with: shard.support)
    self.shard.query.overwrite(with: shard.query)
    program.run()
  }

  func contribution(_ learner: Learner, _ layout: FlatParameters, of algorithm: any Algorithm) throws -> ShardContribution {
    try ShardContribution(result, gradient: gradient.separateCopy, learner, layout, of: algorithm)
  }
}

extension LabelledSet {
  fileprivate var separateCopy: LabelledSet {
    LabelledSet(inputs: inputs.separateCopy, targets: targets.mapTensor(\.separateCopy))
  }

  fileprivate func fits(_ other: LabelledSet) -> Bool {
    inputs.shape == other.inputs.shape && inputs.dtype == other.inputs.dtype && targets.tensor.shape == other.targets.tensor.shape
      && targets.tensor.dtype == other.targets.tensor.dtype
  }

  fileprivate func overwrite(with other: LabelledSet) {
    inputs.overwrite(with: other.inputs)
    targets.tensor.overwrite(with: other.targets.tensor)
  }
}
