import TensorCore

/// Measures agreement with a reference, as the reference files define it.
struct ParityMeasure {
  /// A result and its reference.
  struct Pair {
    let tensor: String
    let group: ParityReport.Group
    let ours: Tensor
    let reference: Tensor
  }

  let dtype: DType
  let tolerance: Double

  /// The errors of all pairs.
  ///
  /// In float32 the hyperparameter gradients count as one vector: some are differences of large numbers, and small compared with others.
  func rows(_ pairs: [Pair]) -> [ParityReport.Row] {
    ParityReport.Group.allCases.flatMap { group in
      let members = pairs.filter { $0.group == group }.sorted { $0.tensor < $1.tensor }
      if group == .hyperparameterGradients, dtype == .float32, !members.isEmpty {
        let ours = members.flatMap(\.ours.doubles)
        let reference = members.flatMap(\.reference.doubles)
        return [row("grad.*", group, error(ours, reference, floor: 0))]
      }
      let floor = 1e-3 * norm(members.flatMap(\.reference.doubles))
      return members.map { row($0.tensor, group, error($0.ours.doubles, $0.reference.doubles, floor: floor)) }
    }
  }

  /// The row of a reference tensor for which nothing was computed.
  func missing(_ tensor: String) -> ParityReport.Row { row(tensor, nil, nil) }

  private func row(_ tensor: String, _ group: ParityReport.Group?, _ error: Double?) -> ParityReport.Row {
    ParityReport.Row(tensor: tensor, group: group, dtype: dtype, error: error, tolerance: tolerance)
  }

  private func error(_ ours: [Double], _ reference: [Double], floor: Double) -> Double {
    let difference = norm(zip(ours, reference).map { $0 - $1 })
    // Equal tensors agree even if their whole group is zero; otherwise the division gives infinity.
    return difference == 0 ? 0 : difference / max(norm(reference), floor)
  }

  private func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
