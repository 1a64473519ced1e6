public import Autograd
import Registry
public import Tasks
public import TensorCore

/// The binary cross-entropy of a logit with targets of 0 and 1.
///
/// ```
/// L = mean log(1 + exp(x)) − t·x
/// ```
public enum BinaryCrossEntropy: LossFunction {
  public static let taskLoss = TaskLoss.binaryCrossEntropy
  public static let title = "Cross-entropy of one logit with targets of 0 and 1"
  public static let citation = "Bishop, Pattern Recognition and Machine Learning, 2006, equation 4.90"

  public static func loss(_ predictions: Variable, _ targets: Targets) -> Variable {
    guard case .values(let values) = targets else { fatalError("binary-cross-entropy takes numbers, not the targets \(targets)") }
    return predictions.binaryCrossEntropy(targets: Variable(constant: values))
  }

  /// Fraction of samples whose logit has the target's sign; a NaN prediction counts as wrong.
  public static func scores(_ predictions: Tensor, _ targets: Targets) -> [Double]? {
    guard case .values(let values) = targets else { return nil }
    let hits = zip(predictions.doubles, values.doubles).map { logit, target in !logit.isNaN && (logit > 0) == (target > 0.5) }
    return fractions(of: hits, tasks: predictions.shape[0])
  }

  /// The logarithms of 1 − σ(x) and of σ(x) for a logit x, in double precision.
  public static func classLogProbabilities(_ predictions: Tensor) -> (values: [Double], classes: Int)? {
    let values = predictions.doubles.flatMap { logit -> [Double] in
      // ln σ(x) = min(x, 0) − ln(1 + exp(−|x|))
      let rest = naturalLogarithm(1 + exponential(-abs(logit)))
      return [min(-logit, 0) - rest, min(logit, 0) - rest]
    }
    return (values, 2)
  }
}

#if objectFormat(ELF)
@section("loss_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__losses") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any LossFunction.Type).self, to: BinaryCrossEntropy.self) }
)
