import Registry
public import TensorCore

/// The part of a task's signature that a model and its adaptation need; a checkpoint stores it.
public struct TaskOutline: Sendable, Hashable {
  /// Shape of one input: [1] or [height, width, channels].
  public let inputShape: Shape
  /// Number of model outputs.
  public let outputs: Int
  /// The id of the loss that adaptation minimises.
  public let taskLoss: String

  /// Creates an outline.
  public init(inputShape: Shape, outputs: Int, taskLoss: String) {
    self.inputShape = inputShape
    self.outputs = outputs
    self.taskLoss = taskLoss
  }

  /// Largest number of elements of an input, and largest number of outputs, in an outline that is read from a file.
  package static let sizeLimit = 1 << 26

  /// Reads an outline; nil if a text is not as ``inputShapeText`` and ``outputs`` would be written.
  package init?(inputShape: String, outputs: String, taskLoss: String) {
    var extents: [Int] = []
    var size = 1
    for part in inputShape.split(separator: ",", omittingEmptySubsequences: false) {
      guard let extent = Int(part), extent > 0, extent <= Self.sizeLimit / size else { return nil }
      extents.append(extent)
      size *= extent
    }
    guard extents.count <= 8, let outputs = Int(outputs), 1...Self.sizeLimit ~= outputs, !taskLoss.isEmpty else { return nil }
    self.init(inputShape: Shape(extents), outputs: outputs, taskLoss: taskLoss)
  }

  /// The extents of an input, separated by commas.
  package var inputShapeText: String { inputShape.dimensions.map(String.init).joined(separator: ",") }
}

extension TaskSignature {
  /// The part that a model and its adaptation need.
  public var outline: TaskOutline { TaskOutline(inputShape: inputShape, outputs: outputs, taskLoss: taskLoss.id) }
}
