public import Models
import Synchronization
public import TensorCore

/// Where in a run an adaptation happens: the key of every random choice that an algorithm makes in it.
public struct AdaptationContext: Sendable {
  /// A meta-training step.
  public struct Step: Sendable, Hashable {
    /// Steps done before this one.
    public let iteration: Int
    /// Steps of the whole run.
    public let iterations: Int

    /// Numbers a step.
    public init(iteration: Int, iterations: Int) {
      self.iteration = iteration
      self.iterations = iterations
    }

    /// The share of the run that is done, 0 to 1.
    public var progress: Double { Double(iteration) / Double(max(iterations, 1)) }
  }

  private let key: RandomStream
  private let first: Int
  private let present: Step?
  /// The algorithm's numbers for this step: what `Algorithm.scheduled(_:)` gave, or the values that a test takes.
  public let scheduled: ParameterTree<Tensor>
  /// What `Algorithm.phase(_:)` gave for this step; 0 in testing.
  public let phase: Int
  private let witness: Witness?

  /// Gathers a context.
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

  /// Keyed by (seed, purpose, iteration).
  public var stream: RandomStream {
    witness?.note()
    return key
  }

  /// The number of the shard's first task, in the meta-batch or in the list of test episodes.
  public var firstTask: Int {
    witness?.note()
    return first
  }

  /// The meta-training step; nil in testing.
  ///
  /// A recordable algorithm does not read it: its numbers for a step come from ``scheduled``, its choices from ``phase``.
  public var step: Step? {
    witness?.note()
    return present
  }

  /// The stream of one task's adaptation step: keyed by (seed, iteration, task, step).
  public func stream(task: Int, step: Int) -> RandomStream { stream.child(firstTask + task).child(step) }

  /// Notes that an algorithm read what changes from step to step.
  final class Witness: Sendable {
    private let flag = Atomic(false)
    var hasSeen: Bool { flag.load(ordering: .relaxed) }
    func note() { flag.store(true, ordering: .relaxed) }
  }

  /// The same context with other scheduled numbers, and somebody who sees what is read of it.
  func witnessed(by witness: Witness, scheduled: ParameterTree<Tensor>) -> AdaptationContext {
    AdaptationContext(key, first, present, phase, scheduled, witness)
  }
}
