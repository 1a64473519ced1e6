import Registry
public import TensorCore

extension Examples {
  /// The names of the columns that predictions add.
  package var predictedColumns: [String] {
    switch answer {
    case .classes(let names, let column): [column] + names.map { "probability_\($0)" }
    case .values(let values): values.map(\.column)
    }
  }

  /// Makes a table of the query with predictions appended.
  ///
  /// Classes have their predicted class and the probability of each class; of equal probabilities, the first class counts. Numbers are in
  /// the units of the user's files. Rows that cannot be predicted have empty cells.
  /// - Parameter predictions: Probabilities of classes or standardised numbers, [M, outputs], a row for each of the query's samples.
  /// - Returns: The header, then a row for each row of the query.
  /// - Precondition: There is a query.
  public func table(of predictions: Tensor) -> [[String]] {
    guard let query else { fatalError("predictions without a query") }
    let (numbers, outputs, columns) = (predictions.doubles, outputs, predictedColumns)
    require(predictions.shape == [query.inputs.shape[0], outputs], "predictions \(predictions.shape) of \(query.inputs.shape[0]) samples")
    let rows = zip(query.rows, query.samples).map { cells, sample in
      cells
        + (sample.map { self.cells(Array(numbers[$0 * outputs..<($0 + 1) * outputs])) }
          ?? Array(repeating: "", count: columns.count))
    }
    return [query.header + columns] + rows
  }

  private func cells(_ numbers: [Double]) -> [String] {
    switch answer {
    case .classes(let names, _):
      let best = numbers.indices.reduce(0) { numbers[$1] > numbers[$0] ? $1 : $0 }
      return [names[best]] + numbers.map { "\(Float($0))" }
    case .values(let values): return zip(values, numbers).map { "\(Float($0.mean + $0.deviation * $1))" }
    }
  }
}
