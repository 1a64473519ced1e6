import Algorithms

extension SamplePath {
  /// The member of results.json.
  var json: JSON {
    func numbers(_ values: [Double]) -> JSON { .array(values.map { .number($0) }) }
    return .object([
      .init("episode", .integer(episode)), .init("step", .integer(step)), .init("goal", numbers([goal.x, goal.y])),
      .init("x", numbers(positions.map(\.x))), .init("y", numbers(positions.map(\.y))),
    ])
  }

  /// Restores the paths of a recorded mode; none in records without paths.
  static func all(recordedIn mode: RecordReader) throws(RunRecordError) -> [SamplePath] {
    guard !mode.isNull("paths") else { return [] }
    return try mode.objects("paths").map { (record) throws(RunRecordError) in
      let (goal, x, y) = (try record.numbers("goal"), try record.numbers("x"), try record.numbers("y"))
      guard goal.count == 2 else { throw record.fault("goal") }
      guard x.count == y.count else { throw record.fault("y") }
      return SamplePath(
        episode: try record.count("episode"), step: try record.count("step"), goal: Position(x: goal[0], y: goal[1]),
        positions: zip(x, y).map { Position(x: $0, y: $1) })
    }
  }
}
