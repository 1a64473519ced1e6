public import Registry
public import Tasks
public import TensorCore

/// A table that cannot be read, or from which no tasks can be drawn.
///
/// Rows are numbered as in a spreadsheet: the header is row 1.
public enum TableError: Error, Hashable, CustomStringConvertible {
  case noFile
  case file(FileError)
  case notText(path: String, kind: String)
  case empty(path: String)
  case noRows(path: String)
  case duplicateColumn(name: String)
  case unterminatedQuote(row: Int)
  case textAfterQuote(row: Int)
  /// A row with another number of cells than the header; `found` is the count, or a lower bound of it.
  case raggedRow(row: Int, found: Int, expected: Int, isMore: Bool)
  case unknownColumn(LookupError)
  case noTarget(columns: [String])
  case noGroup(columns: [String])
  /// Cross-validation needs a group column.
  case noGroupToLeaveOut(columns: [String])
  /// A setting of the split beside the folds of a cross-validation.
  case splitBesideFolds(key: String)
  case noInputs
  case twoRoles(column: String)
  case severalClassTargets(count: Int)
  case notANumber(row: Int, column: String, value: String)
  case mixedColumn(row: Int, column: String, value: String)
  /// A number as many languages write it, which would otherwise count as a text.
  case decimalComma(row: Int, column: String, value: String)
  case emptyColumn(name: String)
  case emptyInTraining(column: String)
  case missingValue(row: Int, column: String, count: Int)
  case tooManyLevels(column: String, count: Int, limit: Int)
  /// The sum of the squares of a column overflows.
  case tooLarge(column: String)
  case constantTarget(column: String, inTraining: Bool)
  /// Too few groups, or classes, are left to split.
  case tooFewGroups(found: Int, required: Int)
  /// No group has enough rows; the largest group is named.
  case groupsTooSmall(required: Int, largest: String, rows: Int)
  case groupsTooShort(windows: Int, window: Int, largest: String, rows: Int)
  case tooFewRows(group: String, found: Int, required: Int)
  case splitFileColumns(path: String, found: [String])
  case unknownSplit(path: String, group: String, found: String)
  case unknownGroup(path: String, LookupError)
  case twoSplits(path: String, group: String)
  case emptySplit(path: String, split: Split)
  case unknownClass(column: String, value: String)
  case otherColumns(role: String, found: [String], expected: [String])
  case otherGroups(split: Split)
  case damagedStatistics
  /// A support set has rows of several groups; the first two are named.
  case severalGroups(column: String, first: String, second: String)
  /// A support set has no row without missing values.
  case noSupport(path: String)
  case noWindow(path: String, rows: Int, window: Int)
  /// A query cannot be predicted because of its missing values, or a support set cannot be used.
  case missingExample(path: String, row: Int, column: String, count: Int)
  /// A column of the query has the name of a predicted one.
  case predictedColumn(path: String, name: String)
  /// An error in a file to which the settings of a column do not apply: examples of a user's own, or a list of splits.
  indirect case inFile(path: String, TableError)
  /// An error in the table of a task.
  indirect case inTable(path: String, TableError)

  public var description: String {
    switch self {
    case .noFile: "table needs a file; name it by --data table=FILE."
    case .file(let error): error.description
    case .notText(let path, let kind):
      "\(legible(path, limit: nil)) is \(kind), expected a text of rows and cells (CSV) in UTF-8; export it as CSV."
    case .empty(let path): "\(legible(path, limit: nil)) is empty; expected a header and rows."
    case .noRows(let path): "\(legible(path, limit: nil)) has a header, but no rows."
    case .duplicateColumn(let name): "the header has the column '\(legible(name))' twice; rename one of them."
    case .unterminatedQuote(let row): "row \(row): a quote is not closed; close it, or double it if it belongs to the text."
    case .textAfterQuote(let row):
      "row \(row): a quote is followed by other text, expected a separator or the end of the row; double a quote that belongs to the text."
    case .raggedRow(let row, let found, let expected, let isMore):
      "row \(row) has \(isMore ? "more than \(expected)" : "\(found)") cells, expected \(expected) as in the header; "
        + "correct the row, or set task.separator."
    case .unknownColumn(let error): error.description
    case .noTarget(let columns): "task.target is not set; name the column to predict. Columns: \(Self.list(columns))."
    case .noGroup(let columns):
      "task.group is not set; name the column whose values are the tasks, or predict classes (task.kind=classification). "
        + "Columns: \(Self.list(columns))."
    case .noGroupToLeaveOut(let columns):
      "task.group is not set, and cross-validation tests whole groups; name the column whose values are the groups. "
        + "Columns: \(Self.list(columns))."
    case .splitBesideFolds(let key): "\(key) is set, but the folds of a cross-validation are the split; leave the setting out."
    case .noInputs: "the table has no column for inputs besides group and target; add one."
    case .twoRoles(let column):
      "column '\(legible(column))' has two roles; name it once in task.group, task.time, task.target and task.inputs."
    case .severalClassTargets(let count):
      "task.target names \(count) columns, but classification has one; name one, or set task.kind=regression."
    case .notANumber(let row, let column, let value):
      "row \(row), column '\(legible(column))': '\(legible(value))' is not a finite number; correct it."
    case .mixedColumn(let row, let column, let value):
      "row \(row), column '\(legible(column))': '\(legible(value))' is not a finite number, but other rows have numbers; correct it, "
        + "leave the column out of task.inputs, or declare it as texts by task.categorical (an input) or task.kind=classification (the target)."
    case .decimalComma(let row, let column, let value):
      "row \(row), column '\(legible(column))': '\(legible(value))' has a decimal comma; export the table with decimal "
        + "points, or declare the column as texts by task.categorical (an input) or task.kind=classification (the target)."
    case .emptyColumn(let name):
      "column '\(legible(name))' has no values; fill them in, or name other columns by task.inputs or task.target."
    case .emptyInTraining(let column): "column '\(legible(column))' has no values in meta-training; leave it out of task.inputs."
    case .missingValue(let row, let column, let count):
      "column '\(legible(column))' lacks \(count) \(count == 1 ? "value" : "values"), the first in row \(row); set task.missing=drop to leave "
        + "such rows out, or task.missing=mean."
    case .tooManyLevels(let column, let count, let limit):
      "column '\(legible(column))' has \(count) different texts in meta-training, expected at most \(limit); leave it out of task.inputs."
    case .tooLarge(let column):
      "column '\(legible(column))' has numbers too large to standardise; rescale it, or leave it out of task.inputs."
    case .constantTarget(let column, let inTraining):
      "target '\(legible(column))' has the same value in all rows\(inTraining ? " of meta-training" : ""); name another column in task.target."
    case .tooFewGroups(let found, let required):
      "the table has \(found) \(found == 1 ? "group" : "groups") with enough rows, expected at least \(required), one for each split; name "
        + "another column in task.group, or lower --shots or --queries."
    case .groupsTooSmall(let required, let largest, let rows):
      "shots and queries ask for \(required) rows of a group, but the largest group, \(legible(largest)), has \(rows); lower --shots or "
        + "--queries."
    case .groupsTooShort(let windows, let window, let largest, let rows):
      "shots and queries ask for \(windows) windows of \(window) rows of a group, but the largest group, \(legible(largest)), has \(rows) "
        + "rows; lower --shots, --queries or task.window."
    case .tooFewRows(let group, let found, let required):
      "group \(legible(group)) has \(found) rows, but the meta-loss asks for \(required) rows of a group; lower --shots or --queries."
    case .splitFileColumns(let path, let found):
      "\(legible(path, limit: nil)) has the columns \(Self.list(found)), expected group and split; task.split takes random, first, or such a file."
    case .unknownSplit(let path, let group, let found):
      "\(legible(path, limit: nil)): group \(legible(group)) has the split '\(legible(found))', expected train, validation or test."
    case .unknownGroup(let path, let error): "\(legible(path, limit: nil)): \(error)"
    case .twoSplits(let path, let group): "\(legible(path, limit: nil)): group \(legible(group)) is in two splits; name it once."
    case .emptySplit(let path, let split):
      "\(legible(path, limit: nil)) leaves \(split.rawValue) without a group that has enough rows; list at least one."
    case .unknownClass(let column, let value):
      "target '\(legible(column))' has the class '\(legible(value))', which the run does not know; remove its rows, or train anew."
    case .otherColumns(let role, let found, let expected):
      "\(role) is \(Self.list(found)), but the run was trained with \(Self.list(expected)); leave the setting as it was."
    case .otherGroups(let split):
      "the table has no group of the run's \(split.rawValue) with enough rows; name the run's data, or lower --shots or --queries."
    case .damagedStatistics: "the checkpoint's statistics of the table cannot be read; use another copy, or repeat the run."
    case .severalGroups(let column, let first, let second):
      "there are rows of several groups: '\(legible(first))' and '\(legible(second))' in column '\(legible(column))'; give the rows "
        + "of one group, or leave the column out."
    case .noWindow(let path, let rows, let window):
      "\(legible(path, limit: nil)) has \(rows) usable rows, but a window of the run has \(window); give at least as many."
    case .noSupport(let path): "\(legible(path, limit: nil)) has no row without missing values; fill them in."
    case .missingExample(let path, let row, let column, let count):
      "\(legible(path, limit: nil)): column '\(legible(column))' lacks \(count) \(count == 1 ? "value" : "values"), the first in row \(row); "
        + "fill them in, remove the rows, or train with task.missing=mean or drop, which the checkpoint keeps."
    case .predictedColumn(let path, let name):
      "\(legible(path, limit: nil)) has a column '\(legible(name))', as the predictions will; rename or remove it."
    case .inFile(let path, let error): "\(legible(path, limit: nil)): \(error.adviceWithoutSettings)"
    case .inTable(let path, let error): "\(legible(path, limit: nil)): \(error)"
    }
  }

  /// The text for a file to which the settings of a column do not apply.
  private var adviceWithoutSettings: String {
    switch self {
    case .raggedRow(let row, let found, let expected, let isMore):
      "row \(row) has \(isMore ? "more than \(expected)" : "\(found)") cells, expected \(expected) as in the header; correct the row."
    case .unknownColumn(let error):
      "there is no column '\(legible(error.name))', which the run uses; add it"
        + "\(error.suggestion.map { ", or rename '\(legible($0))'" } ?? ""). Columns: \(Self.list(error.known))."
    case .decimalComma(let row, let column, let value):
      "row \(row), column '\(legible(column))': '\(legible(value))' has a decimal comma; export the table with decimal points."
    default: description
    }
  }

  /// The error with the file's path, unless its text has a path; see ``inFile(path:_:)``.
  func located(in path: String) -> TableError {
    switch self {
    case .duplicateColumn, .unterminatedQuote, .textAfterQuote, .raggedRow, .unknownColumn, .notANumber, .decimalComma, .unknownClass,
      .severalGroups:
      .inFile(path: path, self)
    default: self
    }
  }

  /// The error with the path of the task's table, if it is about the table's content; see ``inTable(path:_:)``.
  func locatedInTable(_ path: String) -> TableError {
    switch self {
    case .duplicateColumn, .unterminatedQuote, .textAfterQuote, .raggedRow, .unknownColumn, .noInputs, .notANumber, .mixedColumn,
      .decimalComma, .emptyColumn, .emptyInTraining, .missingValue, .tooManyLevels, .tooLarge, .constantTarget, .tooFewGroups,
      .groupsTooSmall, .groupsTooShort, .tooFewRows, .unknownClass, .otherGroups:
      .inTable(path: path, self)
    default: self
    }
  }

  private static func list(_ names: [String]) -> String {
    let more = names.count > 30 ? " and \(names.count - 30) more" : ""
    return names.isEmpty ? "none" : names.prefix(30).map { legible($0) }.joined(separator: ", ") + more
  }
}
