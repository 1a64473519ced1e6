import Foundation
import Registry
import TableTasks
import Tasks
import _TestSupport

/// Loads a table from text, with settings by key.
func load(_ text: String, _ settings: [String: String], statistics: String? = nil) throws -> GroupedTable {
  try load(Array(text.utf8), settings, statistics: statistics)
}

/// Loads a table from bytes; errors in its content come without the path.
func load(_ bytes: [UInt8], _ settings: [String: String], statistics: String? = nil) throws -> GroupedTable {
  try withTemporaryFolder { folder in
    let path = "\(folder)/table.csv"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    var table = try configured(settings)
    do { try table.prepare(source: path, statistics: statistics) } catch TableError.inTable(path: path, let error) { throw error }
    return table
  }
}

/// A distribution with settings and without data.
func configured(_ settings: [String: String]) throws -> GroupedTable {
  var table = GroupedTable()
  for (key, value) in settings { try GroupedTable.hyperparameters.set(key, to: value, in: &table) }
  return table
}

/// The text of a table: a header and generated rows.
func csv(_ header: String, rows: Int, _ row: (Int) -> String) -> String {
  ([header] + (0..<rows).map(row)).joined(separator: "\n") + "\n"
}

/// Ten groups of five rows: x counts all rows, y is x + 100 · group, colour alternates.
enum Ten {
  static let settings = ["group": "g", "target": "y", "shots": "2", "queries": "3"]
  static let header = "g,x,y,colour"
  static let text = csv(header, rows: 50) { row in
    let group = row / 5
    let colour = row % 2 == 0 ? "red" : "blue"
    return "g\(group),\(row),\(row + 100 * group),\(colour)"
  }
  /// The lines after the header.
  static var rows: [String] { text.split(separator: "\n").dropFirst().map(String.init) }
}

/// The part of the statistics' JSON under a key.
func member(_ key: String, of table: GroupedTable) throws -> Any? {
  let text = table.statistics ?? "{}"
  return (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?[key]
}
