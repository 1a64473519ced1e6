import Registry
public import Tasks
public import TensorCore

/// Examples that do not fit a checkpoint, or an adaptation without a result.
public enum AdaptationError: Error, Hashable, CustomStringConvertible {
  /// A checkpoint of an earlier version does not hold the shapes of its tasks, and the program cannot derive them.
  case noOutline(task: String)
  /// The support set has another form than the tasks of the run.
  case support(EpisodeFault)
  /// The support set has another number of classes than the tasks of the run.
  case ways(expected: Int, found: Int)
  /// All examples of the support set have the same label.
  case oneClass(label: Int)
  /// The inputs to predict have another form than those of the run; the expected shape is that of one input.
  case inputs(expected: Shape, found: Shape, type: DType)
  /// A sample has a number that is not finite; samples count from 0, `set` is "support" or "query".
  case notFinite(set: String, sample: Int)
  /// The number of adaptation steps is out of range.
  case steps(found: Int, expected: ClosedRange<Int>)
  /// The predictions are not finite.
  case diverged(steps: Int)
  /// The algorithm does not adapt the parameters of the model.
  case noParameters(algorithm: String)

  public var description: String {
    switch self {
    case .noOutline(let task):
      "the checkpoint is of an earlier version and does not hold the shapes of \(legible(task)); repeat the run, or link the task."
    case .support(let fault): "the support set does not fit the checkpoint: \(fault); give examples like those of the run."
    case .ways(let expected, let found):
      "the support set has \(found) \(found == 1 ? "class" : "classes"), but the checkpoint distinguishes \(expected); give examples of "
        + "\(expected) classes, or train with other ways."
    case .oneClass(let label):
      "all examples of the support set have the class \(label), expected at least two classes; add examples of another class."
    case .inputs(let expected, let found, let type):
      "the inputs to predict are \(type.rawValue) \(found), expected float32 with at least one input of shape \(expected); give inputs like "
        + "those of the run."
    case .notFinite(let set, let sample): "sample \(sample) of the \(set) set has a number that is not finite; correct or remove it."
    case .steps(let found, let expected):
      "the number of adaptation steps is \(found), expected \(expected.lowerBound) to \(expected.upperBound)."
    case .diverged(let steps):
      "the predictions after \(steps) \(steps == 1 ? "step" : "steps") are not finite: adaptation diverged; take fewer steps, or check the "
        + "examples."
    case .noParameters(let algorithm):
      "\(legible(algorithm)) does not adapt the parameters of the model, so there is no adapted model to write; predict a query instead."
    }
  }
}
