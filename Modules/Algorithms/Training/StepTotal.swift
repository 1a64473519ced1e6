import Models
import Synchronization
import TensorCore

/// What the shards of one step contribute, summed in the order of the shards while others are still at work.
///
/// A contribution that is ready before its turn is kept until then. So the sums have the same bits on any number of threads, and
/// are ready when the last shard is.
final class StepTotal: Sendable {
  /// The contributions of the shards so far.
  struct Sum: Sendable {
    fileprivate(set) var gradient: Tensor
    fileprivate(set) var losses = Average()
    fileprivate(set) var accuracies = Average()
    fileprivate(set) var carried: ParameterTree<Tensor>?
    fileprivate(set) var shards = 0

    fileprivate init(_ gradient: Tensor) { self.gradient = gradient }

    fileprivate mutating func add(_ report: ShardReport) {
      for loss in report.losses { losses.add(loss) }
      for accuracy in report.accuracies ?? [] { accuracies.add(accuracy) }
      carried = report.carried ?? carried
      shards += 1
    }
  }

  /// A mean in the making.
  struct Average: Sendable {
    private var total = 0.0
    private var count = 0

    fileprivate mutating func add(_ number: Double) {
      total += number
      count += 1
    }

    /// False where one of the numbers, or their total, is infinite or not a number.
    var isFinite: Bool { total.isFinite }
    /// Nil where there are no numbers.
    var mean: Double? { count == 0 ? nil : total / Double(count) }
  }

  private struct Progress {
    var sum: Sum?
    var next = 0
    var ended = 0
    var waiting: [Int: (gradient: Tensor, report: ShardReport)] = [:]
    var failure: (shard: Int, error: any Error)?

    /// False before the shard's turn, and nothing is changed.
    mutating func add(_ gradient: Tensor, _ report: ShardReport, inTurn shard: Int, startingWith first: inout Tensor?) -> Bool {
      guard shard == next else { return false }
      ended += 1
      if let first = first.take() { sum = Sum(first) } else { sum?.gradient.accumulate(gradient) }
      note(report)
      while let waiting = waiting.removeValue(forKey: next) {
        sum?.gradient.accumulate(waiting.gradient)
        note(waiting.report)
      }
      return true
    }

    mutating func keep(_ gradient: Tensor, _ report: ShardReport, of shard: Int) {
      ended += 1
      waiting[shard] = (gradient, report)
    }

    private mutating func note(_ report: ShardReport) {
      sum?.add(report)
      next += 1
    }
  }

  private let count: Int
  private let progress = Mutex(Progress())

  /// The total of the shards 0..<count.
  init(of count: Int) { self.count = count }

  /// Takes what a shard contributes; the gradient's storage may be written anew afterwards.
  ///
  /// Copies are made while the lock is free: a thread that has to wait for another's is asleep for longer than a copy takes.
  func add(_ gradient: Tensor, _ report: ShardReport, of shard: Int) {
    // The sum begins as the first shard's, handed over: with a second reference here, the next one would be added to another copy.
    var first = shard == 0 ? gradient.separateCopy : nil
    if progress.withLock({ $0.add(gradient, report, inTurn: shard, startingWith: &first) }) { return }
    let kept = gradient.separateCopy
    progress.withLock { progress in
      if !progress.add(kept, report, inTurn: shard, startingWith: &first) { progress.keep(kept, report, of: shard) }
    }
  }

  /// Takes the error that ended a shard.
  func fail(_ error: any Error, in shard: Int) {
    progress.withLock { progress in
      progress.ended += 1
      if shard < progress.failure?.shard ?? .max { progress.failure = (shard, error) }
    }
  }

  /// True when no shard is at work any more.
  var isComplete: Bool { progress.withLock { $0.ended == count } }

  /// The sum over the shards.
  ///
  /// - Throws: The error of the first shard that failed, by number.
  /// - Precondition: All of them have contributed or failed.
  func sum() throws -> Sum {
    try progress.withLock { progress in
      if let failure = progress.failure { throw failure.error }
      guard progress.next == count, let sum = progress.sum else {
        preconditionFailure("a total of \(progress.next) shards, expected \(count)")
      }
      progress.sum = nil
      return sum
    }
  }
}
