import Models
import Synchronization
import Tasks
import TensorCore

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
  func metaGradient(
    _ algorithm: any Algorithm, _ learner: Learner, _ state: MetaState, _ shard: Episodes, _ context: AdaptationContext, step: UInt64,
    worker: Int
  ) -> MetaGradient {
    guard algorithm.isRecordable, state.carried.isEmpty else {
      return algorithm.metaGradient(state, learner, shard, context)
    }
    return slots[worker].recordings.withLock { recordings in
      if let place = recordings.firstIndex(where: { $0.fits(shard) }) {
        return recordings[place].run(state, shard, step: step)
      }
      recordings.append(Recording(algorithm, learner, state, shard, context, step: step))
      return recordings[recordings.count - 1].result.separateCopy
    }
  }

  private final class Slot: Sendable {
    let recordings = Mutex<[Recording]>([])
  }
}

/// One recorded meta-gradient with the tensors that it reads.
private struct Recording: Sendable {
  private let program: RecordedProgram
  private let state: MetaState
  private let shard: Episodes
  private var step: UInt64
  /// In the program's memory: written anew by every run.
  let result: MetaGradient

  init(
    _ algorithm: any Algorithm, _ learner: Learner, _ state: MetaState, _ shard: Episodes, _ context: AdaptationContext, step: UInt64
  ) {
    let ownState = MetaState(learned: state.learned.map(\.separateCopy))
    let ownShard = Episodes(support: shard.support.separateCopy, query: shard.query.separateCopy)
    (program, result) = RecordedProgram.record { algorithm.metaGradient(ownState, learner, ownShard, context) }
    self.state = ownState
    self.shard = ownShard
    self.step = step
  }

  func fits(_ other: Episodes) -> Bool { shard.support.fits(other.support) && shard.query.fits(other.query) }

  mutating func run(_ state: MetaState, _ shard: Episodes, step: UInt64) -> MetaGradient {
    if step != self.step {
      for (own, new) in zip(self.state.learned.leaves, state.learned.leaves) { own.overwrite(with: new) }
      self.step = step
    }
    self.shard.support.overwrite(with: shard.support)
    self.shard.query.overwrite(with: shard.query)
    program.run()
    return result.separateCopy
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
