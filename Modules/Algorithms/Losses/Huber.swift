public import Autograd
import Registry
public import Tasks
import TensorCore

/// The Huber loss of a regression: squared near zero, linear further away, so that outliers weigh less.
///
/// ```
/// L = mean h(x − t)        h(r) = r²/2 for |r| ≤ 1, |r| − 1/2 beyond
/// ```
/// - SeeAlso: Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35, 1964. PyTorch's default, δ = 1.
public enum Huber: LossFunction {
  public static let taskLoss = TaskLoss.huber
  public static let title = "Huber loss: squared near zero, linear beyond 1"
  public static let citation = "Huber, Annals of Mathematical Statistics 35, 1964"

  public static func loss(_ predictions: Variable, _ targets: Targets) -> Variable {
    guard case .values(let values) = targets else { fatalError("huber takes numbers, not the targets \(targets)") }
    let distance = predictions - Variable(constant: values)
    // With c = r clipped to ±1, c·r − c²/2 is h(r), and its derivative is c.
    let cut = distance.clipped(to: -1...1)
    return (cut * distance - cut.squared() * 0.5).mean([1, 2]).reshaped([predictions.shape[0]])
  }
}

#if objectFormat(ELF)
@section("loss_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__losses") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any LossFunction.Type).self, to: Huber.self) }
)
