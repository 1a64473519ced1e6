import Models
import Registry
import Synchronization
import Tasks
import TensorCore

/// Caches recorded meta-gradients per worker and shard shape.
///
/// Each worker has its own recordings, so its working set stays in its core's cache. The assignment of shards to workers does not change a
/// bit of the result. The first shard of a shape runs eagerly, because the shape may never recur; the second one is recorded. Each worker
/// keeps a few recordings and evicts the least recently used one.
final class StepRecorder: Sendable {
  /// Number of recordings per worker.
  static let capacity = TrainingConfiguration.recordingsPerThread
  private let slots: [Slot]
  /// Read once, because reading it decodes settings, and a step of a small network takes only 100 µs.
  private let isRecordable: Bool
  private static let steps = Atomic<UInt64>(0)

  init(_ algorithm: any Algorithm, workers: Int) {
    slots = (0..<workers).map { _ in Slot() }
    isRecordable = algorithm.isRecordable
  }

  /// Returns the number of a new step, so that a recording copies the state once per step, not once per shard.
  func nextStep() -> UInt64 { Self.steps.add(1, ordering: .relaxed).newValue }

  /// Computes a shard's meta-gradient, by a recording if one fits, and passes it on with the shard's report.
  ///
  /// With a `team`, its threads share the work of each kernel; the trainer passes one if the step has a single shard.
  func run(
    _ algorithm: any Algorithm, _ learner: Learner, _ state: FlatState, _ shard: Episodes, _ context: AdaptationContext,
    step: UInt64, worker: Int, team: WorkerPool?, result handOn: (Contribution, ShardReport) -> Void
  ) throws {
    func runEagerly() throws {
      func gradient() -> MetaGradient { algorithm.metaGradient(state.split, learner, shard, context) }
      let result = team.map { $0.sharing(gradient) } ?? gradient()
      if let failure = result.failure { throw failure }
      handOn(try state.contribution(result, of: algorithm), ShardReport(ShardReport.Source(result), learner))
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
        handOn(recording.contribution, ShardReport(recording.reported, learner))
        return
      }
      guard kept.hasMet(Outline(shard, context)) else { return try runEagerly() }
      if kept.recordings.count >= Self.capacity { kept.recordings.removeLast() }
      let recording = try Recording(algorithm, learner, state, shard, context, step: step)
      kept.recordings.insert(recording, at: 0)
      handOn(recording.contribution, ShardReport(recording.reported, learner))
    }
  }

  private struct Kept {
    /// Recordings, most recently used first.
    var recordings: [Recording] = []
    private var met: [Outline] = []

    /// Returns whether an outline was met before; a new outline is remembered, a known one forgotten.
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

/// Everything that a recording depends on except numbers: shapes, types and ways of a shard, phase, and scheduled names and shapes.
private struct Outline: Hashable {
  private struct Set: Hashable {
    let inputs: Shape
    let targets: Shape
    let dtypes: [DType]
    let ways: Int?
    let isPadded: Bool

    init(_ set: LabelledSet) {
      inputs = set.inputs.shape
      targets = set.targets.tensor.shape
      dtypes = [set.inputs.dtype, set.targets.tensor.dtype]
      ways = set.targets.ways
      isPadded = set.targets.isPadded
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

/// One recorded meta-gradient, with its input and output tensors.
private final class Recording {
  private let program: RecordedProgram
  private let learned: TensorPieces
  private let carried: ParameterTree<Tensor>
  private let scheduled: ParameterTree<Tensor>
  private let shard: Episodes
  private let phase: Int
  private var step: UInt64
  // These live in the memory of the recording; every run overwrites them.
  let reported: ShardReport.Source
  let contribution: Contribution

  init(
    _ algorithm: any Algorithm, _ learner: Learner, _ state: FlatState, _ shard: Episodes, _ context: AdaptationContext, step: UInt64
  ) throws {
    let own = state.split
    let ownState = MetaState(learned: own.learned.map(\.separateCopy), carried: own.carried.map(\.separateCopy))
    let ownShard = shard.mapSets(\.separateCopy)
    let ownNumbers = context.scheduled.map(\.separateCopy)
    let witness = AdaptationContext.Witness()
    let ownContext = context.witnessed(by: witness, scheduled: ownNumbers)
    (program, (reported, contribution)) = try RecordedProgram.record {
      let result = algorithm.metaGradient(ownState, learner, ownShard, ownContext)
      // Names and shapes are the same in every later run.
      return (ShardReport.Source(result), try state.contribution(result, of: algorithm))
    }
    guard !program.readsNumbers else { throw TrainingError.readsNumbers(algorithm: type(of: algorithm).card.id) }
    guard !witness.hasSeen else { throw TrainingError.readsContext(algorithm: type(of: algorithm).card.id) }
    learned = TensorPieces(ownState.learned.leaves)
    carried = ownState.carried
    scheduled = ownNumbers
    self.shard = ownShard
    phase = context.phase
    self.step = step
  }

  /// True if the ``Outline`` of the arguments matches this recording; it builds no outline, because this is a hot path.
  func fits(_ other: Episodes, _ context: AdaptationContext) -> Bool {
    phase == context.phase && shard.support.fits(other.support) && shard.query.fits(other.query)
      && shard.furtherSupports.count == other.furtherSupports.count
      && zip(shard.furtherSupports, other.furtherSupports).allSatisfy { $0.fits($1) }
      && scheduled.names == context.scheduled.names && zip(scheduled.leaves, context.scheduled.leaves).allSatisfy { $0.shape == $1.shape }
  }

  func run(_ state: FlatState, _ shard: Episodes, _ context: AdaptationContext, step: UInt64, on team: WorkerPool?) {
    if step != self.step {
      learned.overwrite(from: state.learned)
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

  fileprivate func fits(_ other: LabelledSet) -> Bool { inputs.fits(other.inputs) && targets.fits(other.targets) }

  fileprivate func overwrite(with other: LabelledSet) {
    inputs.overwrite(with: other.inputs)
    targets.overwrite(with: other.targets)
  }
}

extension Tensor {
  fileprivate func fits(_ other: Tensor) -> Bool { shape == other.shape && dtype == other.dtype }
}

extension Targets {
  /// The number of classes; nil for numbers.
  fileprivate var ways: Int? {
    switch self {
    case .classes(_, let ways): ways
    case .values: nil
    case .padded(let targets, _): targets.ways
    }
  }

  // These two look at both values in place. Copies would count references, which takes longer than the rest.
  fileprivate func fits(_ other: Targets) -> Bool {
    switch (self, other) {
    case (.classes(let own, let ways), .classes(let new, let newWays)): ways == newWays && own.fits(new)
    case (.values(let own), .values(let new)): own.fits(new)
    case (.padded(let own, let mask), .padded(let new, let newMask)): own.fits(new) && mask.fits(newMask)
    case (.classes, _), (.values, _), (.padded, _): false
    }
  }

  fileprivate func overwrite(with other: Targets) {
    switch (self, other) {
    case (.classes(let own, _), .classes(let new, _)), (.values(let own), .values(let new)): own.overwrite(with: new)
    case (.padded(let own, let mask), .padded(let new, let newMask)):
      own.overwrite(with: new)
      mask.overwrite(with: newMask)
    case (.classes, _), (.values, _), (.padded, _): require(false, "targets of another kind than the recorded ones")
    }
  }
}
