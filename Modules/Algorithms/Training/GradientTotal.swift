import Synchronization
import TensorCore

/// The sum of the shards' gradients in the order of the shards, taken while others are still at work.
///
/// A gradient that is ready before its turn is kept until then. So the sum has the same bits on any number of threads, and is
/// ready when the last shard is.
final class GradientTotal: Sendable {
  private struct Progress {
    var sum: Tensor?
    var next = 0
    var waiting: [Int: Tensor] = [:]

    mutating func add(_ gradient: Tensor) {
      if sum == nil { sum = gradient.separateCopy } else { sum?.accumulate(gradient) }
      next += 1
    }
  }

  private let progress = Mutex(Progress())

  /// Takes the gradient of a shard; its storage may be written anew afterwards.
  func add(_ gradient: Tensor, of shard: Int) {
    progress.withLock { progress in
      guard shard == progress.next else {
        progress.waiting[shard] = gradient.separateCopy
        return
      }
      progress.add(gradient)
      while let waiting = progress.waiting.removeValue(forKey: progress.next) { progress.add(waiting) }
    }
  }

  /// The sum over the shards 0..<count.
  /// - Precondition: All of them have been added.
  func sum(of count: Int) -> Tensor {
    progress.withLock { progress in
      guard progress.next == count, let sum = progress.sum else {
        preconditionFailure("a total of \(progress.next) shards, expected \(count)")
      }
      progress.sum = nil
      return sum
    }
  }
}
