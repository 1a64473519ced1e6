public import Autograd
public import Registry
public import Tasks
public import TensorCore

/// The function behind a `TaskLoss`: one file, registered in its last lines.
public protocol LossFunction: Sendable {
  /// What it computes, under the id that tasks name.
  static var taskLoss: TaskLoss { get }
  /// One line for a list.
  static var title: String { get }
  /// Paper or book, with a link where there is one.
  static var citation: String { get }

  /// The loss of predictions [T, N, outputs]: a mean over samples, one for each task, [T].
  ///
  /// - Precondition: The targets are of the kind that ``taskLoss`` declares.
  static func loss(_ predictions: Variable, _ targets: Targets) -> Variable

  /// The score of each task by the loss's measure; nil where it has none.
  static func scores(_ predictions: Tensor, _ targets: Targets) -> [Double]?

  /// What predicts without knowing anything: [T, M, outputs] for M query samples, from the support targets alone.
  static func baseline(_ support: Targets, samples: Int, dtype: DType) -> Tensor
}

extension LossFunction {
  public static func scores(_ predictions: Tensor, _ targets: Targets) -> [Double]? { nil }

  /// The mean of the support targets for numbers, equal logits for labels and for targets of 0 and 1.
  public static func baseline(_ support: Targets, samples: Int, dtype: DType) -> Tensor {
    switch support {
    case .classes(let labels, let ways): return .zeros([labels.shape[0], samples, ways], dtype)
    case .values(let values):
      let shape: Shape = [values.shape[0], samples, values.shape[2]]
      return taskLoss.targets == .binary ? .zeros(shape, dtype) : values.mean([1]).broadcast(to: shape)
    }
  }
}

/// All loss functions linked into this program.
public enum LossRegistry {
  /// The registry; reading it walks the linker section anew.
  public static var all: Registry<any LossFunction.Type> { Registry(.losses) { $0.taskLoss.id } }

  /// The loss function of an id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any LossFunction.Type { try all.item(id, kind: "loss") }
}
