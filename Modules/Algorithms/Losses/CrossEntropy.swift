public import Autograd
import Registry
public import Tasks
public import TensorCore

/// The softmax cross-entropy of logits with labels.
///
/// ```
/// L = −mean log softmax(x)[label]
/// ```
public enum CrossEntropy: LossFunction {
  public static let taskLoss = TaskLoss.crossEntropy
  public static let title = "Cross-entropy of softmax with labels"
  public static let citation = "Bishop, Pattern Recognition and Machine Learning, 2006, equation 4.108"

  public static func loss(_ predictions: Variable, _ targets: Targets) -> Variable {
    guard case .classes(let labels, _) = targets else {
      fatalError("cross-entropy takes labels, not the targets \(targets)")
    }
    return predictions.crossEntropy(oneHot: Variable(constant: labels.oneHot(predictions.shape[2], dtype: predictions.value.dtype)))
  }

  /// Fraction of samples whose argmax is the label; a NaN prediction counts as wrong.
  public static func scores(_ predictions: Tensor, _ targets: Targets) -> [Double]? {
    guard case .classes(let labels, _) = targets else { return nil }
    let ways = predictions.shape[2]
    let values = predictions.doubles
    let picked = predictions.argmax
    let hits = labels.integers.enumerated().map { place, label in
      picked[place] == label && values[(place * ways)..<((place + 1) * ways)].allSatisfy { !$0.isNaN }
    }
    return fractions(of: hits, tasks: predictions.shape[0])
  }

  /// The logarithm of softmax, in double precision.
  public static func classLogProbabilities(_ predictions: Tensor) -> (values: [Double], classes: Int)? {
    let ways = predictions.shape[2]
    var values = predictions.doubles
    for start in stride(from: 0, to: values.count, by: ways) {
      let row = start..<start + ways
      // A maximum that is infinite makes the row NaN.
      let most = values[row].reduce(-.infinity) { $1.isNaN ? $1 : max($0, $1) }
      let total = most + naturalLogarithm(values[row].reduce(0) { $0 + exponential($1 - most) })
      for place in row { values[place] -= total }
    }
    return (values, ways)
  }
}

/// Fraction of hits per task; the hits of one task are contiguous.
func fractions(of hits: [Bool], tasks: Int) -> [Double] {
  let samples = hits.count / max(tasks, 1)
  return (0..<tasks).map { task in
    Double(hits[(task * samples)..<((task + 1) * samples)].count { $0 }) / Double(max(samples, 1))
  }
}

#if objectFormat(ELF)
@section("loss_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__losses") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any LossFunction.Type).self, to: CrossEntropy.self) }
)
