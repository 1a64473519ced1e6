extension TableStatistics.Column {
  /// The largest number of levels of an input.
  static let levelLimit = 1000

  /// The statistics of a column over the given rows.
  ///
  /// - Throws: ``TableError`` if no row has a value, or if a column has too many levels.
  init(_ table: Table, _ column: Int, over rows: [Int32]) throws(TableError) {
    name = table.header[column]
    switch table.contents[column] {
    case .levels(let names):
      var isPresent = [Bool](repeating: false, count: names.count)
      let levels = table.levels(of: column)
      for row in rows where levels[Int(row)] >= 0 { isPresent[Int(levels[Int(row)])] = true }
      let present = names.indices.filter { isPresent[$0] }.map { names[$0] }.sorted()
      if present.isEmpty { throw .emptyInTraining(column: name) }
      guard present.count <= Self.levelLimit else {
        throw .tooManyLevels(column: name, count: present.count, limit: Self.levelLimit)
      }
      self.levels = present
    case .numbers:
      guard let (mean, deviation) = Self.moments(table.numbers(of: column), rows) else { throw .emptyInTraining(column: name) }
      guard mean.isFinite, deviation.isFinite else { throw .tooLarge(column: name) }
      (self.mean, self.deviation) = (mean, deviation)
    case .unused: fatalError("column \(name) was not read")
    }
  }

  /// The mean and the standard deviation, divisor n, without the missing values; nil if all are missing.
  private static func moments(_ values: [Double], _ rows: [Int32]) -> (mean: Double, deviation: Double)? {
    var (count, sum) = (0.0, 0.0)
    var (least, largest) = (Double.infinity, -Double.infinity)
    for row in rows {
      let value = values[Int(row)]
      if value.isNaN { continue }
      count += 1
      sum += value
      (least, largest) = (min(least, value), max(largest, value))
    }
    guard count > 0 else { return nil }
    // Rounding would give a constant column a small deviation.
    if least == largest { return (least, 0) }
    let mean = sum / count
    var squares = 0.0
    for row in rows {
      let value = values[Int(row)]
      if !value.isNaN { squares += (value - mean) * (value - mean) }
    }
    return (mean, (squares / count).squareRoot())
  }
}
