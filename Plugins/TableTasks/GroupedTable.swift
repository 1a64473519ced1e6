public import Registry
public import Tasks
import TensorCore

/// Tasks from the rows of a CSV file.
///
/// With a group column, each of its values is a task: a few rows of a group are the support set, others the query set. The target is a
/// number (or several), or a class; then all tasks have the same classes. Without a group column, the target names classes, and a task
/// distinguishes a few classes that are drawn as in Omniglot.
///
/// With `window`, an input is a signal: consecutive rows of a group, [window, columns]. Windows do not overlap, so support and query share
/// no row; the rows after the last whole window are left out. The label of a window is the most frequent one of its rows, or the smallest
/// of several; its numbers to predict are those of its last row.
///
/// Groups, or classes, are split into meta-training, meta-validation and meta-test; rows never are. Numbers are standardised, and the
/// levels of categorical columns counted, by meta-training alone. A checkpoint stores these statistics and the split.
///
/// A file of 1,000,000 rows of ten numeric columns (81 MB) takes 1.2 s of user time: the whole command `tools run chance --task table
/// --iterations 1` with two test episodes, release build, the file in the system's cache, median of three on a busy server. A third of it, the
/// digest of the file, runs beside the reading if there is a second core.
public struct GroupedTable: TaskDistribution {
  public static let card = TaskCard(
    id: "table", title: "rows of a CSV file, one task per group, or few-shot classes", citation: "your own data", needsData: true)

  public static let hyperparameters = HyperparameterTable<GroupedTable>([
    .text("group", \.group, "The column whose values are the tasks; empty to draw tasks of a few classes of the target."),
    .list("target", \.target, of: .text, "The column to predict, or several columns of numbers."),
    .list("inputs", \.inputs, of: .text, "The input columns; empty for all others."),
    .list("categorical", \.categorical, of: .text, "Input columns of numbers that name categories."),
    .choice("kind", \.kind, "What the target is; auto takes texts and at most ten whole numbers for classes."),
    .integer("ways", \.ways, in: 2...100_000, "Classes of an episode, without a group column."),
    .count("shots", \.shots, least: \.leastShots, in: 1...100_000, "Support rows of a group, or of a class without a group column."),
    .integer("queries", \.queries, in: 1...100_000, "Query rows of a group, or of a class without a group column."),
    .text("split", \.split, "How groups are split: random, first (in the order of the file), or a CSV file with columns group and split."),
    .integer("splitSeed", \.splitSeed, in: 0...(.max), "Random seed of the split."),
    .text("time", \.time, "The column of numbers by which the rows of a group are ordered; empty for the order of the file."),
    .integer("window", \.window, in: 0...1_000_000, "Rows of a window, if an input is a signal; 0 makes each row an input."),
    .choice("missing", \.missing, "What to do about empty cells, NA, NaN and null: refuse, drop the row, or use the mean."),
    .choice("separator", \.separator, "What separates cells; auto decides by the header."),
  ])

  /// The group column; empty for tasks of classes.
  public var group = ""
  /// The columns to predict.
  public var target: [String] = []
  /// The input columns; empty for all others.
  public var inputs: [String] = []
  /// Input columns of numbers that name categories.
  public var categorical: [String] = []
  /// What the target is.
  public var kind = TableKind.auto
  /// Classes per episode, without a group column.
  public var ways = 5
  /// Support rows per group, or per class without a group column.
  public var shots = 10
  /// Fewest of them, if a number is drawn for each task; nil if all have ``shots``.
  public var leastShots: Int?
  /// Query rows per group, or per class without a group column.
  public var queries = 10
  /// "random", "first", or the path of a CSV file with the columns "group" and "split".
  public var split = "random"
  /// The seed of the random split.
  public var splitSeed = 0
  /// The column by which the rows of a group are ordered; empty for the order of the file.
  public var time = ""
  /// The rows of a window; 0 makes each row an input.
  public var window = 0
  /// What to do about missing values.
  public var missing = MissingValues.error
  /// What separates cells.
  public var separator = TableSeparator.auto

  var data: TableData?
  /// The table before its groups are assigned, kept for cross-validation only.
  var content: TableContent?

  public init() {}

  public mutating func prepare(source: String?) throws { try prepare(source: source, statistics: nil) }

  public mutating func prepare(source: String?, statistics: String?) throws {
    do { try prepare(source: source, statistics: statistics, latest: .shared) } catch let error as TableError {
      throw error.locatedInTable(source ?? "")
    }
  }

  /// Prepares a table, or takes the latest one if it is the same: a comparison prepares it for every algorithm.
  package mutating func prepare(source: String?, statistics: String?, latest: LatestTable) throws {
    guard let source else { throw TableError.noFile }
    let identity = TableIdentity(source, self, statistics: statistics)
    if let kept = latest.data(of: identity) {
      data = kept
      return
    }
    let known = try statistics.map { text throws(TableError) in try TableStatistics(text: text) }
    let content = try TableContent(source, self, statistics: known)
    let data = try TableData(content, splits: content.parts(self, known), statistics: known)
    if data.statistics.group == nil, known == nil {
      let sampler = FewShotSampler(ways: ways, shots: shots, queries: queries)
      for split in Split.allCases {
        try sampler.validate((data.groups[split] ?? []).map { (name: $0.name, drawings: $0.count) }, in: split)
      }
    }
    self.data = data
    latest.keep(data, of: identity)
  }

  /// Throws if a setting contradicts the run's statistics.
  func compare(with known: TableStatistics) throws(TableError) {
    func check(_ role: String, _ found: [String], _ expected: [String]) throws(TableError) {
      if !found.isEmpty, found != expected { throw .otherColumns(role: role, found: found, expected: expected) }
    }
    try check("task.group", group.isEmpty ? [] : [group], [known.group].compactMap(\.self))
    try check("task.target", target, known.targets.map(\.name))
    try check("task.inputs", inputs, known.inputs.map(\.name))
    let expected: TableKind = known.isClassification ? .classification : .regression
    try check("task.kind", kind == .auto ? [] : [kind.rawValue], [expected.rawValue])
  }

  public var signature: TaskSignature {
    guard let statistics = data?.statistics else {
      // Before the data are loaded, only help asks.
      let isClassification = kind == .classification
      return signature(
        inputs: max(inputs.count, 1), outputs: isClassification ? ways : max(target.count, 1), isClassification, isByClass: false)
    }
    let isByClass = statistics.group == nil
    let classes = isByClass ? ways : statistics.classes.count
    return signature(
      inputs: statistics.width, outputs: statistics.isClassification ? classes : statistics.targets.count, statistics.isClassification,
      isByClass: isByClass)
  }

  private func signature(inputs: Int, outputs: Int, _ isClassification: Bool, isByClass: Bool) -> TaskSignature {
    let sets = isByClass ? ways : 1
    return TaskSignature(
      inputShape: window > 0 ? [window, inputs] : [inputs], outputs: outputs,
      taskLoss: isClassification ? .crossEntropy : .meanSquaredError, supportCount: sets * shots,
      queryCount: sets * queries, suggestedModel: window > 0 ? "conv1d" : "mlp",
      inputKind: window > 0 ? .signal : .vector, shots: leastShots.map { $0...shots })
  }

  public var splitFingerprint: String { SplitFingerprint.digest(classesOf: self) }

  public var dataDigest: String? { data?.digest ?? content?.digest }

  public var statistics: String? { data?.statistics.text }

  public var notes: [String] { data?.notes ?? content?.notes.sentences ?? [] }

  /// The groups, or the classes if there is no group column.
  public func classes(in split: Split) -> [String] { data?.groups[split]?.map(\.name) ?? [] }

  public func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    try episode(index, in: split, seed: seed, supports: 1)
  }

  public func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64) throws -> Episodes {
    try episodes(indices, in: split, seed: seed, supports: 1)
  }

  public func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) throws -> Episode {
    try episodes(index..<index + 1, in: split, seed: seed, supports: supports)[task: 0]
  }

  public func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64, supports: Int) throws -> Episodes {
    guard let data else { throw TaskError.notPrepared(task: Self.card.id) }
    let groups = data.groups[split] ?? []
    if groups.isEmpty { throw TableError.otherGroups(split: split) }
    let streams = indices.map { stream($0, in: split, seed: seed) }
    guard data.statistics.group == nil else {
      return try data.episodes(streams, from: groups, RowSampler(shots: shots, queries: queries, supports: supports))
    }
    let sampler = FewShotSampler(ways: ways, shots: shots, queries: queries, supports: supports)
    return try Episodes(streams.map { try data.episode($0, from: groups, in: split, sampler) })
  }
}

#if objectFormat(ELF)
@section("task_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__tasks") @used
#endif
private let record: RegistryRecord = (
  version: 1, accessor: { $0.initializeMemory(as: (any TaskDistribution.Type).self, to: GroupedTable.self) }
)
