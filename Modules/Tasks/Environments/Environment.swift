import Registry
public import TensorCore

/// A distribution whose tasks are environments: a policy acts in them and gets rewards instead of labels.
///
/// One object steps all trajectories of all tasks at once: T tasks with N trajectories each. What a task is, such as the position of a
/// goal, is a row of numbers, and all functions are pure functions of tensors. An environment has no state of its own, so trajectories
/// depend on the order of tasks and on the number of threads in no way.
///
/// An episode holds no samples. Each row of its support and query sets starts one trajectory; see ``TrajectoryRows``. Its targets are
/// zeros.
public protocol Environment: TaskDistribution {
  /// Trajectories of a task for each adaptation step; the setting is named "shots".
  var shots: Int { get }
  /// Trajectories of a task for scoring; the setting is named "queries".
  var queries: Int { get }
  /// The largest number of steps of a trajectory, at least 1.
  var horizon: Int { get }
  /// Number of entries of an observation.
  var observationWidth: Int { get }
  /// The actions that a policy chooses from.
  var actions: ActionSpace { get }
  /// Number of entries that describe a task, at least 1.
  var taskWidth: Int { get }
  /// Uniform random numbers that each step of a trajectory consumes.
  var noiseWidth: Int { get }

  /// True if an observation is a position in the plane, and the first two numbers of a task are where to go; reports then draw paths.
  var isPlanar: Bool { get }

  /// Draws the description of a task: ``taskWidth`` finite numbers.
  func drawTask(from stream: inout RandomStream) -> [Float]

  /// The states at the start, [T, N, any width], for task descriptions [T, N, taskWidth].
  func start(_ tasks: Tensor) -> Tensor

  /// What the policy sees of states before the given step, counted from 0: [T, N, observationWidth].
  func observations(of states: Tensor, at time: Int) -> Tensor

  /// Takes one step in every trajectory.
  ///
  /// - Parameters:
  ///   - states: The states before the step.
  ///   - actions: The actions, [T, N, width of the action space].
  ///   - tasks: The task descriptions, [T, N, taskWidth].
  ///   - noise: Numbers from U[0, 1), [T, N, noiseWidth].
  ///   - time: The number of the step, from 0.
  /// - Returns: The states after the step, the rewards, and which trajectories end.
  func step(_ states: Tensor, _ actions: Tensor, tasks: Tensor, noise: Tensor, at time: Int) -> EnvironmentStep
}

/// The result of one step in every trajectory.
public struct EnvironmentStep: Sendable {
  /// The states after the step.
  public let states: Tensor
  /// The reward of the step, [T, N].
  public let rewards: Tensor
  /// 1 where the trajectory ends with this step, else 0, [T, N]; nil if none ends before the horizon.
  public let ended: Tensor?

  /// Creates a step; by default no trajectory ends.
  public init(states: Tensor, rewards: Tensor, ended: Tensor? = nil) {
    self.states = states
    self.rewards = rewards
    self.ended = ended
  }
}

extension Environment {
  public var noiseWidth: Int { 0 }
  public var isPlanar: Bool { false }
  public func observations(of states: Tensor, at time: Int) -> Tensor { states }

  /// The signature of an environment: rows of ``TrajectoryRows`` as episodes, observations as inputs of the model.
  ///
  /// - Parameter model: Id of the policy to use by default.
  /// - Returns: The signature, with the loss ``TaskLoss/negativeReturn``.
  public func signature(suggesting model: String) -> TaskSignature {
    TaskSignature(
      inputShape: [observationWidth], outputs: actions.width, taskLoss: .negativeReturn, supportCount: shots, queryCount: queries,
      suggestedModel: model, rowShape: [TrajectoryRows.width(tasks: taskWidth)])
  }

  public var splitFingerprint: String { SplitFingerprint.digest(rangesOf: self) }

  public func episode(_ index: Int, in split: Split, seed: UInt64) -> Episode {
    let stream = stream(index, in: split, seed: seed)
    var own = stream.child("task")
    let task = drawTask(from: &own)
    require(task.count == taskWidth, "\(Self.card.id): a task of \(task.count) numbers, expected \(taskWidth)")
    func set(_ count: Int, _ purpose: String) -> LabelledSet {
      LabelledSet(
        inputs: TrajectoryRows.drawn(count, of: task, from: stream.child(purpose)), targets: .values(.zeros([count, actions.width])))
    }
    return Episode(support: set(shots, "support"), query: set(queries, "query"))
  }
}
