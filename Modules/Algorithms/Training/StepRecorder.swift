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

  /// Computes a shard's meta-gradient, by a recording where one fits, and hands it on as one vector with what it reports.
  ///
  /// A recording is run by all threads of `team`, where there is one: a shard that is alone.
  func run(
    _ algorithm: any Algorithm, _ learner: Learner, _ state: FlatState, _ shard: Episodes, _ context: AdaptationContext,
    step: UInt64, worker: Int, team: WorkerPool?, result handOn: (Tensor, ShardReport) -> Void
  ) throws {
    guard algorithm.isRecordable, state.carried.isEmpty else {
      let result = algorithm.metaGradient(state.split, learner, shard, context)
      try state.layout.check(result.gradient, of: algorithm)
      handOn(state.layout.joined(result.gradient, dtype: .float32), ShardReport(result, learner))
      return
    }
    try slots[worker].recordings.withLock { recordings in
      let recording: Recording
      if let found = recordings.first(where: { $0.fits(shard) }) {
        found.run(state, shard, step: step, on: team)
        recording = found
      } else {
        recording = try Recording(algorithm, learner, state, shard, context, step: step)
        recordings.append(recording)
      }
      handOn(recording.gradient, ShardReport(recording.result, learner))
    }
  }

  private final class Slot: Sendable {
    let recordings = Mutex<[Recording]>([])
  }
}

/// One recorded meta-gradient with the tensors that it reads and writes.
private final class Recording {
  private let program: RecordedProgram
  private let learned: ParameterTree<Tensor>
  private let shard: Episodes
  private var step: UInt64
  // In the program's memory: written anew by every run.
  let result: MetaGradient
  let gradient: Tensor

  init(
    _ algorithm: any Algorithm, _ learner: Learner, _ state: FlatState, _ shard: Episodes, _ context: AdaptationContext, step: UInt64
  ) throws {
    let own = MetaState(learned: state.split.learned.map(\.separateCopy))
    let ownShard = Episodes(support: shard.support.separateCopy, query: shard.query.separateCopy)
    (program, (result, gradient)) = RecordedProgram.record {
      let result = algorithm.metaGradient(own, learner, ownShard, context)
      return (result, state.layout.joined(result.gradient, dtype: .float32))
    }
    guard !program.readsNumbers else { throw TrainingError.readsNumbers(algorithm: type(of: algorithm).card.id) }
    // Names and shapes are those of every later run.
    try state.layout.check(result.gradient, of: algorithm)
    learned = own.learned
    self.shard = ownShard
    self.step = step
  }

  func fits(_ other: Episodes) -> Bool { shard.support.fits(other.support) && shard.query.fits(other.query) }

  func run(_ state: FlatState, _ shard: Episodes, step: UInt64, on team: WorkerPool?) {
    if step != self.step {
      state.layout.cut(state.learned, into: learned.leaves)
      self.step = step
    }
    self.shard.support.overwrite(with: shard.support)
    self.shard.query.overwrite(with: shard.query)
    program.run(on: team)
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
