public import Autograd
import Registry
public import Tasks

/// The mean squared error of a regression.
///
/// ```
/// L = mean (x − t)²
/// ```
public enum MeanSquaredError: LossFunction {
  public static let taskLoss = TaskLoss.meanSquaredError
  public static let title = "Mean squared error"
  public static let citation = "Legendre, 1805 (least squares)"

  public static func loss(_ predictions: Variable, _ targets: Targets) -> Variable {
    guard case .values(let values) = targets else { fatalError("mse takes numbers, not the targets \(targets)") }
    return predictions.meanSquaredError(targets: Variable(constant: values))
  }
}

#if objectFormat(ELF)
@section("loss_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__losses") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any LossFunction.Type).self, to: MeanSquaredError.self) }
)
