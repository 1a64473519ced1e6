import Foundation
import TableTasks
import Tasks
import _TestSupport

/// Loads a table from text, with settings by key.
func load(_ text: String, _ settings: [String: String], statistics: String? = nil) throws -> GroupedTable {
  try load(Array(text.utf8), settings, statistics: statistics)
}

/// Loads a table from bytes.
func load(_ bytes: [UInt8], _ settings: [String: String], statistics: String? = nil) throws -> GroupedTable {
  try withTemporaryFolder { folder in
    let path = "\(folder)/table.csv"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    var table = try configured(settings)
    try table.prepare(source: path, statistics: statistics)
    return table
  }
}

/// A distribution with settings and without data.
func configured(_ settings: [String: String]) throws -> GroupedTable {
  var table = GroupedTable()
  for (key, value) in settings { try GroupedTable.hyperparameters.set(key, to: value, in: &table) }
  return table
}

/// Ten groups of five rows: x counts all rows, y is x + 100 · group, colour alternates.
enum Ten {
  static let settings = ["group": "g", "target": "y", "shots": "2", "queries": "3"]
  static let rows = (0..<50).map { "g\($0 / 5),\($0),\($0 + 100 * ($0 / 5)),\($0 % 2 == 0 ? "red" : "blue")" }
  static let header = "g,x,y,colour"
  static var text: String { ([header] + rows).joined(separator: "\n") + "\n" }
}

/// The part of the statistics' JSON under a key.
func member(_ key: String, of table: GroupedTable) throws -> Any? {
  let text = table.statistics ?? "{}"
  return (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?[key]
}
