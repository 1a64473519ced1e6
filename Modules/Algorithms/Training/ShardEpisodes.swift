import Synchronization
import Tasks
import TensorCore

/// The tasks of a meta-batch, shard by shard, where threads that have nothing else to do draw those of the next step.
///
/// A meta-batch seldom falls into equal parts: of 25 tasks one thread has 13 and the other 12. The one that is done first draws ahead.
/// An episode is a pure function of its index, so who draws it, and when, changes no bit.
struct ShardEpisodes: Sendable {
  let tasks: any TaskDistribution
  let configuration: TrainingConfiguration
  let supports: Int
  // Of odd and of even steps: the tasks of the next one may be there before all of this one are taken.
  private let slots: [[Slot]]

  /// The shards of the next step, the first ones, that may be drawn ahead.
  var countAhead: Int { slots[0].count }

  init(_ tasks: any TaskDistribution, _ configuration: TrainingConfiguration, supports: Int) {
    self.tasks = tasks
    self.configuration = configuration
    self.supports = supports
    slots = (0..<2).map { _ in (0..<configuration.shardsAhead).map { _ in Slot() } }
  }

  /// The places of a shard's tasks in the meta-batch.
  func range(of shard: Int) -> Range<Int> {
    let size = configuration.shardSize
    return (shard * size)..<min((shard + 1) * size, configuration.metaBatchSize)
  }

  /// A shard's tasks, drawn now where nobody has drawn them before.
  ///
  /// - Throws: What drawing throws.
  func take(_ shard: Int, of iteration: Int) throws -> Episodes {
    if shard < countAhead, let drawn = slots[iteration % 2][shard].take(iteration) { return try drawn.get() }
    return try draw(shard, of: iteration)
  }

  /// Draws a shard's tasks and keeps them, or the error that drawing ended in, until they are taken.
  /// - Precondition: The shard is one of ``countAhead``.
  func drawAhead(_ shard: Int, of iteration: Int) {
    let slot = slots[iteration % 2][shard]
    if !slot.holds(iteration) { slot.keep(Result { try draw(shard, of: iteration) }, for: iteration) }
  }

  private func draw(_ shard: Int, of iteration: Int) throws -> Episodes {
    let range = range(of: shard)
    let first = iteration * configuration.metaBatchSize
    return try KernelProfile.timed(.data) {
      try tasks.checkedEpisodes(
        first + range.lowerBound..<first + range.upperBound, in: .metaTrain, seed: configuration.seed,
        supports: supports)
    }
  }

  /// What has been drawn ahead for one shard; copies of a trainer share it, so it says for which step it is.
  private final class Slot: Sendable {
    private let drawn = Mutex<(iteration: Int, episodes: Result<Episodes, any Error>)?>(nil)

    func holds(_ iteration: Int) -> Bool { drawn.withLock { $0?.iteration == iteration } }

    func keep(_ episodes: Result<Episodes, any Error>, for iteration: Int) { drawn.withLock { $0 = (iteration, episodes) } }

    func take(_ iteration: Int) -> Result<Episodes, any Error>? {
      drawn.withLock { drawn in
        guard let found = drawn, found.iteration == iteration else { return nil }
        drawn = nil
        return found.episodes
      }
    }
  }
}
