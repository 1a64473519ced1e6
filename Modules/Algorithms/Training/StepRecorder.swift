import Models
import Synchronization
import Tasks
import TensorCore

/// Keeps, for each worker, recorded meta-gradients of the shard shapes that it meets.
///
/// A worker's recordings are its own, so its working set stays in its core's cache; which worker a shard runs on does not change
/// a bit of the result. A shape that is met for the first time runs eagerly, because it may never come again; the second time it is
/// recorded. A few recordings are kept, and the one that was used longest ago makes room for a new one.
final class StepRecorder: Sendable {
  /// Recordings that a worker keeps.
  static let capacity = 8
  private let slots: [Slot]
  /// Asked once: a step of a small network is over in 100 µs, and a choice is read from its settings when it is asked.
  private let isRecordable: Bool
  private static let steps = Atomic<UInt64>(0)

  init(_ algorithm: any Algorithm, workers: Int) {
    slots = (0..<workers).map { _ in Slot() }
    isRecordable = algorithm.isRecordable
  }

  /// The number of a new step: recordings take over the state once a step, not once a shard.
  func nextStep() -> UInt64 { Self.steps.add(1, ordering: .relaxed).newValue }

  /// Computes a shard's meta-gradient, by a recording where one fits, and hands it on as one vector with what it reports.
  ///
  /// The threads of `team`, where there is one, share the work kernel by kernel: a shard that is alone.
  func run(
    _ algorithm: any Algorithm, _ learner: Learner, _ state: FlatState, _ shard: Episodes, _ context: AdaptationContext,
    step: UInt64, worker: Int, team: WorkerPool?, result handOn: (Tensor, ShardReport) -> Void
  ) throws {
    func runEagerly() throws {
      func gradient() -> MetaGradient { algorithm.metaGradient(state.split, learner, shard, context) }
      let result = team.map { $0.sharing(gradient) } ?? gradient()
      handOn(try state.joined(result, of: algorithm), ShardReport(result, learner))
    }
    guard isRecordable else { return try runEagerly() }
    try slots[worker].kept.withLock { kept in
      if let place = kept.recordings.firstIndex(where: { $0.fits(shard, context) }) {
        let recording = kept.recordings[place]
        if place > 0 {
          kept.recordings.remove(at: place)
          kept.recordings.insert(recording, at: 0)
        }
        recording.run(state, shard, context, step: step, on: team)
        handOn(recording.vector, ShardReport(recording.result, learner))
        return
      }
      guard kept.hasMet(Outline(shard, context)) else { return try runEagerly() }
      if kept.recordings.count >= Self.capacity { kept.recordings.removeLast() }
      let recording = try Recording(algorithm, learner, state, shard, context, step: step)
      kept.recordings.insert(recording, at: 0)
      handOn(recording.vector, ShardReport(recording.result, learner))
    }
  }

  private struct Kept {
    /// The one that was used last in front.
    var recordings: [Recording] = []
    private var met: [Outline] = []

    /// Notes an outline, and says whether it was met before.
    mutating func hasMet(_ outline: Outline) -> Bool {
      if let place = met.firstIndex(of: outline) {
        met.remove(at: place)
        return true
      }
      met.insert(outline, at: 0)
      if met.count > 4 * StepRecorder.capacity { met.removeLast() }
      return false
    }
  }

  private final class Slot: Sendable {
    let kept = Mutex(Kept())
  }
}

/// What a recording depends on beside numbers: the shapes of a shard, its ways, and the phase and scheduled numbers of the step.
private struct Outline: Hashable {
  private struct Set: Hashable {
    let inputs: Shape
    let targets: Shape
    let dtypes: [DType]
    let ways: Int?

    init(_ set: LabelledSet) {
      inputs = set.inputs.shape
      targets = set.targets.tensor.shape
      dtypes = [set.inputs.dtype, set.targets.tensor.dtype]
      ways = set.targets.ways
    }
  }

  private let phase: Int
  private let sets: [Set]
  private let names: [String]
  private let shapes: [Shape]

  init(_ shard: Episodes, _ context: AdaptationContext) {
    phase = context.phase
    sets = shard.sets.map(Set.init)
    names = context.scheduled.names
    shapes = context.scheduled.leaves.map(\.shape)
  }
}

/// One recorded meta-gradient with the tensors that it reads and writes.
private final class Recording {
  private let program: RecordedProgram
  private let learned: [Tensor]
  private let carried: ParameterTree<Tensor>
  private let scheduled: ParameterTree<Tensor>
  private let shard: Episodes
  private let phase: Int
  private var step: UInt64
  // In the program's memory: written anew by every run.
  let result: MetaGradient
  let vector: Tensor

  init(
    _ algorithm: any Algorithm, _ learner: Learner, _ state: FlatState, _ shard: Episodes, _ context: AdaptationContext, step: UInt64
  ) throws {
    let own = state.split
    let ownState = MetaState(learned: own.learned.map(\.separateCopy), carried: own.carried.map(\.separateCopy))
    let ownShard = shard.mapSets(\.separateCopy)
    let ownNumbers = context.scheduled.map(\.separateCopy)
    let witness = AdaptationContext.Witness()
    let ownContext = context.witnessed(by: witness, scheduled: ownNumbers)
    (program, (result, vector)) = try RecordedProgram.record {
      let result = algorithm.metaGradient(ownState, learner, ownShard, ownContext)
      // Names and shapes are those of every later run.
      return (result, try state.joined(result, of: algorithm))
    }
    guard !program.readsNumbers else { throw TrainingError.readsNumbers(algorithm: type(of: algorithm).card.id) }
    guard !witness.hasSeen else { throw TrainingError.readsContext(algorithm: type(of: algorithm).card.id) }
    learned = ownState.learned.leaves
    carried = ownState.carried
    scheduled = ownNumbers
    self.shard = ownShard
    phase = context.phase
    self.step = step
  }

  /// True where an ``Outline`` is that of this recording; in a hot path, so without making one.
  func fits(_ other: Episodes, _ context: AdaptationContext) -> Bool {
    phase == context.phase && shard.support.fits(other.support) && shard.query.fits(other.query)
      && shard.furtherSupports.count == other.furtherSupports.count
      && zip(shard.furtherSupports, other.furtherSupports).allSatisfy { $0.fits($1) }
      && scheduled.names == context.scheduled.names && zip(scheduled.leaves, context.scheduled.leaves).allSatisfy { $0.shape == $1.shape }
  }

  func run(_ state: FlatState, _ shard: Episodes, _ context: AdaptationContext, step: UInt64, on team: WorkerPool?) {
    if step != self.step {
      state.layout.cut(state.learned, into: learned)
      for (own, other) in zip(carried.leaves, state.carried.leaves) { own.overwrite(with: other) }
      for (own, other) in zip(scheduled.leaves, context.scheduled.leaves) { own.overwrite(with: other) }
      self.step = step
    }
    self.shard.support.overwrite(with: shard.support)
    self.shard.query.overwrite(with: shard.query)
    for (own, other) in zip(self.shard.furtherSupports, shard.furtherSupports) { own.overwrite(with: other) }
    program.run(on: team)
  }
}

extension LabelledSet {
  fileprivate var separateCopy: LabelledSet {
    LabelledSet(inputs: inputs.separateCopy, targets: targets.mapTensor(\.separateCopy))
  }

  fileprivate func fits(_ other: LabelledSet) -> Bool {
    inputs.shape == other.inputs.shape && inputs.dtype == other.inputs.dtype && targets.tensor.shape == other.targets.tensor.shape
      && targets.tensor.dtype == other.targets.tensor.dtype && targets.ways == other.targets.ways
  }

  fileprivate func overwrite(with other: LabelledSet) {
    inputs.overwrite(with: other.inputs)
    targets.tensor.overwrite(with: other.targets.tensor)
  }
}

extension Targets {
  /// The number of classes; nil for numbers.
  fileprivate var ways: Int? { if case .classes(_, let ways) = self { ways } else { nil } }
}
