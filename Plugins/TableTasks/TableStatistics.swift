#if canImport(FoundationEssentials)
import Registry
import FoundationEssentials
#else
import Foundation
#endif

/// What is learned from the rows of meta-training, and the split; a checkpoint stores it.
struct TableStatistics: Codable, Hashable, Sendable {
  /// A column with its statistics.
  struct Column: Codable, Hashable, Sendable {
    var name: String
    /// The mean over the rows of meta-training.
    var mean = 0.0
    /// The standard deviation over the rows of meta-training, divisor n; 0 for a constant column.
    var deviation = 0.0
    /// The levels of a categorical column in meta-training, sorted; nil for numbers.
    var levels: [String]?

    /// The number of model inputs for the column.
    var width: Int { levels?.count ?? 1 }
  }

  /// The group column; nil if classes are drawn from the target.
  var group: String?
  /// True for classification.
  var isClassification: Bool
  /// The targets; without statistics for classification.
  var targets: [Column]
  /// The labels of classification with groups, sorted.
  var classes: [String]
  var inputs: [Column]
  /// The names of the groups or classes of each split, sorted.
  var splits: [String: [String]]

  /// The number of model inputs.
  var width: Int { inputs.reduce(0) { $0 + $1.width } }

  /// JSON with sorted keys; equal statistics give equal texts.
  var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { fatalError("statistics are finite numbers and texts") }
    return String(decoding: data, as: UTF8.self)
  }

  init(
    group: String?, isClassification: Bool, targets: [Column], classes: [String], inputs: [Column], splits: [String: [String]]
  ) {
    self.group = group
    self.isClassification = isClassification
    self.targets = targets
    self.classes = classes
    self.inputs = inputs
    self.splits = splits
  }

  /// Reads what ``text`` wrote.
  ///
  /// - Throws: ``TableError/damagedStatistics`` for any other text.
  init(text: String) throws(TableError) {
    guard let read = try? JSONDecoder().decode(TableStatistics.self, from: Data(text.utf8)) else { throw .damagedStatistics }
    self = read
  }
}
