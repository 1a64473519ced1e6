import Synchronization
import Tasks
import TensorCore

/// The tasks of a meta-batch by shard; idle threads draw tasks of the next step ahead.
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
  // Separate slots for even and odd steps: tasks of the next step may be ready before all tasks of this step are taken.
  private let slots: [[Slot]]

  /// Number of shards of the next step that threads may draw ahead, starting with the first.
  var countAhead: Int { slots[0].count }

  init(_ tasks: any TaskDistribution, _ configuration: TrainingConfiguration, supports: Int, padding: Bool, needsEveryClass: Bool) {
    self.tasks = tasks
    self.configuration = configuration
    self.supports = supports
    self.padding = padding
    self.needsEveryClass = needsEveryClass
    slots = (0..<2).map { _ in (0..<configuration.shardsAhead).map { _ in Slot() } }
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
    if shard < countAhead, let drawn = slots[iteration % 2][shard].take(iteration) { return try drawn.get() }
    return try draw(shard, of: iteration)
  }

  /// Draws a shard's tasks ahead and keeps them, or the error from drawing, until they are taken.
  /// - Precondition: The shard is below ``countAhead``.
  func drawAhead(_ shard: Int, of iteration: Int) {
    let slot = slots[iteration % 2][shard]
    if !slot.holds(iteration) { slot.keep(Result { try draw(shard, of: iteration) }, for: iteration) }
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
