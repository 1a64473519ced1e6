public import Registry
import Tasks
import TensorCore

extension Checkpoint {
  /// The task that the run was trained on; nil for a test on the same family.
  public func trainedOn(testing task: String) -> Comparison.TrainingTask? {
    task == self.task ? nil : .init(task: self.task, splitFingerprint: splitFingerprint, dataDigest: dataDigest)
  }

  /// The settings that another image task needs for the run's inputs and outputs: ways, size and channels, as far as the task has them.
  ///
  /// - Parameters:
  ///   - task: The id of the task to test on.
  ///   - overrides: Settings by dotted key that the user gives; they are not replaced.
  /// - Returns: The settings that differ from the task's defaults; none for the task of the run, and for tasks other than images.
  /// - Throws: `LookupError` for an unknown task.
  public func adoptedSettings(
    for task: String, overrides: [(key: String, value: String)] = []
  ) throws(LookupError) -> [(key: String, value: String)] {
    guard task != self.task, let trained = recordedSignature, trained.inputKind == .image else { return [] }
    return Self.needed(by: trained, try TaskRegistry.type(of: task)).filter { setting in
      !overrides.contains { $0.key == setting.key }
    }
  }

  private static func needed<D: TaskDistribution>(by trained: TaskSignature, _: D.Type) -> [(key: String, value: String)] {
    let (tasks, shape) = (D(), trained.inputShape)
    guard tasks.signature.inputKind == .image, shape.rank == 3 else { return [] }
    let defaults = Dictionary(D.hyperparameters.values(of: tasks).map { ($0.key, $0.value.description) }) { first, _ in first }
    return [("ways", trained.outputs), ("size", shape[0]), ("channels", shape[2])].compactMap { key, value in
      defaults[key].flatMap { $0 == "\(value)" ? nil : ("task.\(key)", "\(value)") }
    }
  }

  /// The signature of the run's tasks by their settings alone; nil for a task that is not linked.
  private var recordedSignature: TaskSignature? {
    guard let type = try? TaskRegistry.type(of: task) else { return nil }
    return Self.signature(type, settings)
  }

  private static func signature<D: TaskDistribution>(_: D.Type, _ settings: [(key: String, value: String)]) -> TaskSignature? {
    var tasks = D()
    for (key, value) in settings where key.hasPrefix("task.") {
      guard (try? D.hyperparameters.set(String(key.dropFirst(5)), to: value, in: &tasks)) != nil else { return nil }
    }
    return tasks.signature
  }

  /// A shape error in terms of the images: another size, other channels or other ways than the run's; nil if they are equal.
  func misfit(of tasks: any TaskDistribution) -> CheckpointError? {
    let tested = tasks.signature
    guard let trained = recordedSignature, trained.inputKind == .image, tested.inputKind == .image else { return nil }
    let id = type(of: tasks).card.id
    if trained.inputShape != tested.inputShape {
      return .otherImages(task: id, found: tested.inputShape, expected: trained.inputShape, settings: Self.sizes(tasks, trained.inputShape))
    }
    return trained.outputs == tested.outputs ? nil : .otherWays(task: id, found: tested.outputs, expected: trained.outputs)
  }

  /// The settings by which a task has images of a shape; none if it has no such settings.
  private static func sizes<D: TaskDistribution>(_: D, _ shape: Shape) -> [String] {
    guard shape.rank == 3, Set(["size", "channels"]).isSubset(of: D.hyperparameters.keys) else { return [] }
    return ["task.size=\(shape[0])", "task.channels=\(shape[2])"]
  }
}
