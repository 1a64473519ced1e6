public import Autograd
import Registry
public import Tasks
public import TensorCore

/// Minus the mean return of a task's trajectories; the score is the mean return.
///
/// ```
/// L = −(1/N) Σₙ Rₙ
/// ```
/// The predictions are the returns themselves, [T, N, 1]: an algorithm that acts in an environment returns them instead of labels. The
/// targets are ignored. The loss is for reports; algorithms differentiate surrogates of it, because a return has no derivative in the
/// parameters of a policy.
public enum NegativeReturn: LossFunction {
  public static var taskLoss: TaskLoss { .negativeReturn }
  public static let title = "Minus the mean return of a policy in an environment"
  public static let citation = "Sutton and Barto, 2018, section 3.3, http://incompleteideas.net/book/the-book-2nd.html"

  public static func loss(_ predictions: Variable, _ targets: Targets) -> Variable {
    -predictions.mean([1, 2]).reshaped([predictions.shape[0]])
  }

  public static func scores(_ predictions: Tensor, _ targets: Targets) -> [Double]? { predictions.mean([1, 2]).doubles }
}

#if objectFormat(ELF)
@section("loss_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__losses") @used
#endif
private let record: RegistryRecord = (
  version: 1, accessor: { $0.initializeMemory(as: (any LossFunction.Type).self, to: NegativeReturn.self) }
)
