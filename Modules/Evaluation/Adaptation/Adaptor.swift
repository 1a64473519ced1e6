import Algorithms
import Models
import Registry
public import Tasks
public import TensorCore

/// A checkpoint that adapts to new tasks: a user's own examples, without the data of meta-training.
///
/// It is a value; any number of threads may share it. After the checkpoint is read, it needs no files.
/// ```swift
/// let adaptor = try Adaptor(checkpoint: bytes)
/// let model = try adaptor.adapt(LabelledSet(inputs: drawings, targets: .classes(labels, ways: 5)))
/// let probabilities = try model.predict(others)  // [M, 5]
/// ```
public struct Adaptor: Sendable {
  /// Shape of one input, such as [28, 28, 1].
  public let inputShape: Shape
  /// Number of classes or of predicted numbers.
  public let outputs: Int
  /// The loss that adaptation minimises.
  public let taskLoss: TaskLoss
  /// The number of adaptation steps in the run's meta-test.
  public let steps: Int
  /// The numbers of steps that can be asked for.
  public static let stepRange = 0...10_000

  let algorithm: any Algorithm
  let learner: Learner
  /// The settings of the model with their prefix "model".
  let modelSettings: [(key: String, value: String)]
  private let state: MetaState
  private let stream: RandomStream

  /// Creates an adaptor from the bytes of a checkpoint's file.
  ///
  /// - Throws: ``CheckpointError`` for bytes that are not a checkpoint, and as ``init(_:)``.
  public init(checkpoint bytes: [UInt8]) throws { try self.init(Checkpoint(decoding: bytes)) }

  /// Creates an adaptor from a checkpoint's file, or the folder that contains it.
  ///
  /// - Throws: ``CheckpointError`` for a file that is not a checkpoint, and as ``init(_:)``.
  public init(contentsOf path: String) throws { try self.init(Checkpoint(contentsOf: path)) }

  /// Creates an adaptor.
  ///
  /// The algorithm, the model and the loss have to be linked. The tasks need not be, unless the checkpoint is of an earlier version.
  /// - Throws: `LookupError` for an unknown algorithm, model or loss, `HyperparameterError` for an invalid setting, ``CheckpointError``
  ///   for tensors that do not fit, ``AdaptationError/noOutline(task:)``, ``ExperimentError`` for a model that does not fit into memory.
  public init(_ checkpoint: Checkpoint) throws {
    let outline = try checkpoint.taskOutline
    let loss = try LossRegistry.type(of: outline.taskLoss).taskLoss
    let settings = checkpoint.settings
    try ExperimentTypes.refuseUnknownBesidesTask(settings, algorithm: checkpoint.algorithm, model: checkpoint.model)
    // Only defaults depend on the counts and the suggested model, and the checkpoint has all settings.
    let signature = TaskSignature(
      inputShape: outline.inputShape, outputs: outline.outputs, taskLoss: loss, supportCount: 1, queryCount: 1,
      suggestedModel: checkpoint.model)
    let request = checkpoint.request()
    let model = try Experiment.fitted(ModelRegistry.type(of: checkpoint.model), request, to: signature)
    try Self.refuseTooLarge(model)
    algorithm = try Experiment.adopting(AlgorithmRegistry.type(of: checkpoint.algorithm), request, signature)
    var training = TrainingSettings(TrainingConfiguration())
    try TrainingSettings.hyperparameters.apply(settings, to: &training)
    var test = TestConfiguration()
    try TestConfiguration.hyperparameters.prefixed("test").apply(settings, to: &test)
    learner = Learner(model: model, taskLoss: loss, trainingMode: training.mode)
    try algorithm.checkApplicability(learner, signature, training.configuration)
    state = try checkpoint.state(for: algorithm, learner)
    stream = Experiment.adaptationStream(of: checkpoint.seed)
    modelSettings = settings.filter { $0.key.hasPrefix("model.") }
    (inputShape, outputs, taskLoss, steps) = (outline.inputShape, outline.outputs, loss, test.steps)
  }

  /// Throws for a model that a damaged file makes too large to create.
  private static func refuseTooLarge(_ model: any Model) throws(ExperimentError) {
    let numbers = model.parameters.reduce(0.0) { $0 + $1.shape.dimensions.reduce(1.0) { $0 * Double($1) } }
    guard numbers * 16 < Double(Machine.memoryBytes) else {
      let estimate = MemoryEstimate(parameterBytes: saturated(16 * numbers), trainingBytes: 0, testBytes: 0)
      throw .memory(estimate: estimate, machineBytes: Machine.memoryBytes)
    }
  }

  /// Adapts to the examples of one task, as the run's meta-test does.
  ///
  /// - Parameters:
  ///   - support: The examples, without a task axis: float32 inputs [N, …], and int64 labels [N] or float32 numbers [N, outputs].
  ///   - steps: The number of adaptation steps, 0...10,000; nil for that of the run's meta-test.
  ///   - episode: The number that keys the algorithm's random choices, if it makes any, such as the order of its mini-batches.
  ///   - observe: Receives the loss on the support set before each step and after the last. An algorithm may stop early, if further
  ///     steps would change nothing.
  /// - Returns: The adapted model.
  /// - Throws: ``AdaptationError``
  public func adapt(
    _ support: LabelledSet, steps: Int? = nil, episode: Int = 0, observe: ((_ step: Int, _ loss: Double) -> Void)? = nil
  ) throws(AdaptationError) -> AdaptedModel {
    let steps = steps ?? self.steps
    guard Self.stepRange ~= steps else { throw .steps(found: steps, expected: Self.stepRange) }
    try check(support)
    let stacked = support.stackedAlone
    let context = AdaptationContext(stream: stream, firstTask: episode)
    let path = algorithm.adapt(state, learner, support: stacked, steps: steps, context)
    guard let last = path.last else { fatalError("\(type(of: algorithm).card.id) returned no adapted state") }
    if let observe {
      for (step, adapted) in path.enumerated() {
        let predictions = predictions(adapted, stacked.inputs, .transductive, context)
        observe(step, learner.losses(predictions, stacked.targets).doubles[0])
      }
    }
    return AdaptedModel(adaptor: self, adapted: last, context: context, steps: steps)
  }

  /// The initial parameters of the model, in PyTorch's layouts.
  var initialisation: [(String, Tensor)] {
    let declared = Dictionary(learner.model.parameters.map { ($0.name, $0) }) { first, _ in first }
    return algorithm.modelInitialisation(state, learner).entries.map { name, tensor in
      (name, declared[name].map { $0.layout.exported(tensor, rank: $0.shape.rank).contiguous } ?? tensor)
    }
  }

  func predictions(_ adapted: Adapted, _ inputs: Tensor, _ mode: NormalisationMode, _ context: AdaptationContext) -> Tensor {
    algorithm.predict(adapted, learner, query: inputs, mode: mode, context)
  }

  private func check(_ support: LabelledSet) throws(AdaptationError) {
    let signature = TaskSignature(
      inputShape: inputShape, outputs: outputs, taskLoss: taskLoss, supportCount: 1, queryCount: 1, suggestedModel: "")
    if case .classes(_, let ways) = support.targets, taskLoss.targets == .classes, ways != outputs {
      throw .ways(expected: outputs, found: ways)
    }
    if let (_, fault) = support.fault(signature, tasks: nil) { throw .support(fault) }
    try refuseNotFinite(support.inputs, "support")
    if support.targets.tensor.dtype.isFloating { try refuseNotFinite(support.targets.tensor, "support") }
    if case .classes(let labels, _) = support.targets {
      let labels = labels.integers
      if Set(labels).count < 2 { throw .oneClass(label: labels[0]) }
    }
  }

  func refuseNotFinite(_ tensor: Tensor, _ set: String) throws(AdaptationError) {
    if tensor.isFinite { return }
    let sample = (0..<tensor.shape[0]).first { !tensor.slice($0..<$0 + 1).isFinite } ?? 0
    throw .notFinite(set: set, sample: sample)
  }
}

extension Checkpoint {
  /// The outline of the tasks; for a file of an earlier version, that of the linked task.
  ///
  /// - Throws: ``AdaptationError/noOutline(task:)``, or an error of the recorded settings or statistics.
  var taskOutline: TaskOutline {
    get throws {
      if let outline { return outline }
      guard let tasks = try? unpreparedTasks() else { throw AdaptationError.noOutline(task: task) }
      if let reading = tasks as? any ExampleReading { return try reading.outline(statistics: taskStatistics) }
      guard tasks is any PictureTask || !type(of: tasks).card.needsData else { throw AdaptationError.noOutline(task: task) }
      return tasks.signature.outline
    }
  }

  /// The tasks of the run with their settings, but without data.
  private func unpreparedTasks() throws -> any TaskDistribution {
    try Experiment.unprepared(TaskRegistry.type(of: task), request())
  }

  /// Reads a user's own examples of the run's tasks.
  ///
  /// - Parameters:
  ///   - support: The file or folder of the examples to adapt to.
  ///   - query: The file or folder of those to predict; nil for none.
  /// - Returns: The examples, encoded as the run's tasks.
  /// - Throws: `LookupError` for a task that is not linked, `ExampleError` for one without examples in files, and the errors of the
  ///   task's reader.
  public func examples(support: String, query: String?) throws -> Examples {
    try unpreparedTasks().readExamples(support: support, query: query, statistics: taskStatistics)
  }
}
