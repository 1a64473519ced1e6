public import Models
import Synchronization
public import TensorCore

/// The position of an adaptation in a run; it keys every random choice of the algorithm.
public struct AdaptationContext: Sendable {
  /// A meta-training step.
  public struct Step: Sendable, Hashable {
    /// Number of steps before this one.
    public let iteration: Int
    /// Number of steps of the whole run.
    public let iterations: Int

    /// Creates a step of a run; `iteration` counts from 0.
    public init(iteration: Int, iterations: Int) {
      self.iteration = iteration
      self.iterations = iterations
    }

    /// Completed fraction of the run, 0 to 1.
    public var progress: Double { Double(iteration) / Double(max(iterations, 1)) }
  }

  private let key: RandomStream
  private let first: Int
  private let present: Step?
  /// The algorithm's numbers for this step: the result of `Algorithm.scheduled(_:)`, or values from a test.
  public let scheduled: ParameterTree<Tensor>
  /// The result of `Algorithm.phase(_:)` for this step; 0 in testing.
  public let phase: Int
  private let witness: Witness?

  /// Creates a context; without a step, the context belongs to testing.
  public init(
    stream: RandomStream, firstTask: Int, step: Step? = nil, phase: Int = 0, scheduled: ParameterTree<Tensor> = ParameterTree()
  ) {
    self.init(stream, firstTask, step, phase, scheduled, nil)
  }

  private init(
    _ key: RandomStream, _ first: Int, _ present: Step?, _ phase: Int, _ scheduled: ParameterTree<Tensor>, _ witness: Witness?
  ) {
    (self.key, self.first, self.present) = (key, first, present)
    (self.phase, self.scheduled, self.witness) = (phase, scheduled, witness)
  }

  /// The random stream of this step, keyed by (seed, purpose, iteration).
  public var stream: RandomStream {
    witness?.note()
    return key
  }

  /// Index of the shard's first task in the meta-batch or in the list of test episodes.
  public var firstTask: Int {
    witness?.note()
    return first
  }

  /// The meta-training step; nil in testing.
  ///
  /// A recordable algorithm must not read it: it takes its numbers from ``scheduled`` and its choices from ``phase``.
  public var step: Step? {
    witness?.note()
    return present
  }

  /// The random stream of one task's adaptation step, keyed by (seed, iteration, task, step).
  public func stream(task: Int, step: Int) -> RandomStream { stream.child(firstTask + task).child(step) }

  /// Notes whether an algorithm has read a value that changes from step to step.
  final class Witness: Sendable {
    private let flag = Atomic(false)
    var hasSeen: Bool { flag.load(ordering: .relaxed) }
    func note() { flag.store(true, ordering: .relaxed) }
  }

  /// The same context with other scheduled numbers and a witness that notes reads.
  func witnessed(by witness: Witness, scheduled: ParameterTree<Tensor>) -> AdaptationContext {
    AdaptationContext(key, first, present, phase, scheduled, witness)
  }
}
