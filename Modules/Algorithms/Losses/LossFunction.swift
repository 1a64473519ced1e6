public import Autograd
public import Registry
public import Tasks
public import TensorCore

/// The function that computes a `TaskLoss`; each is one file, registered in its last lines.
public protocol LossFunction: Sendable {
  /// The loss that the function computes, with the id that tasks refer to.
  static var taskLoss: TaskLoss { get }
  /// One-line title for listings.
  static var title: String { get }
  /// Paper or book, with a link if one exists.
  static var citation: String { get }

  /// Loss of predictions [T, N, outputs] per task, [T]: a mean over samples.
  ///
  /// - Precondition: The targets have the kind that ``taskLoss`` declares, without padding, which ``Learner`` takes out.
  static func loss(_ predictions: Variable, _ targets: Targets) -> Variable

  /// Score of each task by the loss's measure; nil if it has none.
  static func scores(_ predictions: Tensor, _ targets: Targets) -> [Double]?

  /// The logarithms of the class probabilities that predictions [T, N, outputs] stand for; nil if the loss is no likelihood of classes.
  ///
  /// - Returns: For each sample, ln p of each class, one after the other, and the number of classes. NaN stays NaN.
  static func classLogProbabilities(_ predictions: Tensor) -> (values: [Double], classes: Int)?

  /// Uninformed predictions [T, M, outputs] for M query samples, from the support targets alone.
  static func baseline(_ support: Targets, samples: Int, dtype: DType) -> Tensor
}

extension LossFunction {
  public static func scores(_ predictions: Tensor, _ targets: Targets) -> [Double]? { nil }
  public static func classLogProbabilities(_ predictions: Tensor) -> (values: [Double], classes: Int)? { nil }

  /// The mean of the support targets for numbers; equal logits for labels and for targets of 0 and 1.
  public static func baseline(_ support: Targets, samples: Int, dtype: DType) -> Tensor {
    switch support {
    case .padded: fatalError("a loss function gets no padding: the learner takes it out")
    case .classes(let labels, let ways): return .zeros([labels.shape[0], samples, ways], dtype)
    case .values(let values):
      let shape: Shape = [values.shape[0], samples, values.shape[2]]
      return taskLoss.targets == .binary ? .zeros(shape, dtype) : values.mean([1]).broadcast(to: shape)
    }
  }
}

/// All loss functions linked into this program.
public enum LossRegistry {
  /// The registry, rebuilt from the linker section on every read.
  public static var all: Registry<any LossFunction.Type> { Registry(.losses) { $0.taskLoss.id } }

  /// Looks up a loss function by id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any LossFunction.Type { try all.item(id, kind: "loss") }
}
