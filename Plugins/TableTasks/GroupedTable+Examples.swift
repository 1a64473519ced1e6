public import Tasks
import TensorCore

extension GroupedTable: ExampleReading {
  public func outline(statistics: String?) throws -> TaskOutline {
    let known = try Self.known(statistics)
    let outputs = known.isClassification ? (known.group == nil ? ways : known.classes.count) : known.targets.count
    return TaskOutline(
      inputShape: window > 0 ? [window, known.width] : [known.width], outputs: outputs,
      taskLoss: (known.isClassification ? TaskLoss.crossEntropy : .meanSquaredError).id)
  }

  /// Reads two tables with the columns of the run; the group column may be absent, and the targets of the query.
  public func examples(support: String, query: String?, statistics: String?) throws -> Examples {
    let reader = TableExamples(statistics: try Self.known(statistics), missing: missing, separator: separator, time: time, window: window)
    let (set, answer, notes) = try reader.support(support)
    guard let query else { return Examples(support: set, query: nil, answer: answer, notes: notes) }
    let (samples, more) = try reader.query(query)
    let examples = Examples(support: set, query: samples, answer: answer, notes: notes + more.filter { !notes.contains($0) })
    if let name = examples.predictedColumns.first(where: samples.header.contains) {
      throw TableError.predictedColumn(path: query, name: name)
    }
    return examples
  }

  private static func known(_ statistics: String?) throws(TableError) -> TableStatistics {
    guard let statistics else { throw .damagedStatistics }
    return try TableStatistics(text: statistics)
  }
}
