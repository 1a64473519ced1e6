import Synchronization
import Tasks
import TensorCore

/// The tasks of a rank's shards of a meta-batch; idle threads draw tasks of the next step ahead.
///
/// A meta-batch rarely divides evenly: with two threads, one gets 13 of 25 tasks and the other 12. The thread that finishes first draws
/// ahead. An episode is a pure function of its index, so neither the thread nor the time of drawing changes a bit.
///
/// It is a class because every step of a small network would copy it several times.
final class ShardEpisodes: Sendable {
  let tasks: any TaskDistribution
  let configuration: TrainingConfiguration
  let supports: Int
  let padding: Bool
  let needsEveryClass: Bool
  /// The shards of this rank; all of them without other ranks.
  let own: Range<Int>
  // Separate slots for even and odd steps: tasks of the next step may be ready before all tasks of this step are taken.
  private let slots: [[Slot]]

  /// Number of own shards of the next step that threads may draw ahead, starting with the first.
  var countAhead: Int { slots[0].count }

  /// Creates the tasks of a rank's shards; nil stands for a run without other ranks.
  init(_ tasks: any TaskDistribution, _ configuration: TrainingConfiguration, for algorithm: any Algorithm, share: Range<Int>?) {
    self.tasks = tasks
    self.configuration = configuration
    (supports, padding, needsEveryClass) = (algorithm.supports, algorithm.acceptsPadding, algorithm.needsEveryClass)
    own = share ?? 0..<configuration.shards
    let ahead = configuration.shardsAhead(of: own.count, awaitsOthers: share != nil)
    slots = (0..<2).map { _ in (0..<ahead).map { _ in Slot() } }
  }

  /// Range of a shard's tasks in the meta-batch.
  func range(of shard: Int) -> Range<Int> {
    let size = configuration.shardSize
    return (shard * size)..<min((shard + 1) * size, configuration.metaBatchSize)
  }

  /// Returns a shard's tasks and draws them now if no thread has drawn them ahead.
  ///
  /// - Throws: Any error from drawing.
  func take(_ shard: Int, of iteration: Int) throws -> [Episodes] {
    let place = shard - own.lowerBound
    if place < countAhead, let drawn = slots[iteration % 2][place].take(iteration) { return try drawn.get() }
    return try draw(shard, of: iteration)
  }

  /// Draws a shard's tasks ahead and keeps them, or the error from drawing, until they are taken.
  ///
  /// - Parameters:
  ///   - place: The shard's place among the own shards.
  ///   - iteration: The step.
  /// - Returns: False if the tasks are drawn already.
  /// - Precondition: The place is below ``countAhead``.
  @discardableResult
  func drawAhead(_ place: Int, of iteration: Int) -> Bool {
    let slot = slots[iteration % 2][place]
    if slot.holds(iteration) { return false }
    slot.keep(Result { try draw(own.lowerBound + place, of: iteration) }, for: iteration)
    return true
  }

  /// Draws the tasks of the next own shard of a step that may be drawn ahead.
  ///
  /// - Returns: False if there is none.
  func drawNext(of iteration: Int) -> Bool {
    guard iteration < configuration.iterations else { return false }
    return (0..<countAhead).contains { drawAhead($0, of: iteration) }
  }

  private func draw(_ shard: Int, of iteration: Int) throws -> [Episodes] {
    let range = range(of: shard)
    let first = iteration * configuration.metaBatchSize
    return try KernelProfile.timed(.data) {
      try tasks.checkedShards(
        first + range.lowerBound..<first + range.upperBound, in: .metaTrain, seed: configuration.seed,
        supports: supports, padding: padding, withEveryClass: needsEveryClass)
    }
  }

  /// The tasks drawn ahead for one shard, with the step they belong to, because copies of a trainer share the slot.
  private final class Slot: Sendable {
    private let drawn = Mutex<(iteration: Int, episodes: Result<[Episodes], any Error>)?>(nil)

    func holds(_ iteration: Int) -> Bool { drawn.withLock { $0?.iteration == iteration } }

    func keep(_ episodes: Result<[Episodes], any Error>, for iteration: Int) { drawn.withLock { $0 = (iteration, episodes) } }

    func take(_ iteration: Int) -> Result<[Episodes], any Error>? {
      drawn.withLock { drawn in
        guard let found = drawn, found.iteration == iteration else { return nil }
        drawn = nil
        return found.episodes
      }
    }
  }
}
