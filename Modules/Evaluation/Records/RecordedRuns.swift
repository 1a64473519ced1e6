import TensorCore

/// The ends of recorded runs, found in folders.
public struct RecordedRuns: Sendable {
  /// The ends of the runs, in the order of the folders.
  public private(set) var outcomes: [Comparison.Outcome] = []
  /// Tests of some runs in other domains than those of training.
  public private(set) var outOfDomain: [Comparison.Row] = []
  /// The folders of runs in a comparison that have not ended.
  public private(set) var unfinished: [String] = []

  /// Reads the folders of runs and of comparisons.
  ///
  /// A comparison's runs are in the order of its results.json, then of their paths.
  /// - Parameter folders: The --out folders of runs and comparisons.
  /// - Throws: ``RunRecordError``
  public init(_ folders: [String]) throws(RunRecordError) {
    for folder in folders { try read(folder) }
  }

  /// Reads the folders of the runs of one comparison, in this order; those that have not ended, or not begun, are ``unfinished``.
  ///
  /// - Throws: ``RunRecordError`` for a file that cannot be read.
  public init(ended paths: [String]) throws(RunRecordError) {
    for path in paths {
      guard exists("\(path)/\(RunFolder.resultsName)") else {
        unfinished.append(path)
        continue
      }
      outcomes.append(try Comparison.Outcome(recordedIn: path))
      try readShift(of: path)
    }
  }

  /// Reads the test of a run in other domains, if there is one.
  private mutating func readShift(of path: String) throws(RunRecordError) {
    let shifted = "\(path)/\(RunFolder.shiftName)"
    if exists("\(shifted)/\(RunFolder.resultsName)"), case .tested(let row) = try Comparison.Outcome(recordedIn: shifted) {
      outOfDomain.append(row)
    }
  }

  private mutating func read(_ folder: String) throws(RunRecordError) {
    var folder = folder
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    guard exists("\(folder)/\(RunFolder.resultsName)") || exists("\(folder)/\(Checkpoint.fileName)") else {
      // A comparison that was killed before its first run ended has runs, but no results.
      guard isFolder(folder), !Self.runs(in: folder).isEmpty else { throw .nothing(path: folder) }
      try readComparison(folder, tasks: [])
      return
    }
    guard RunFolder.holdsComparison(folder) else {
      outcomes.append(try Comparison.Outcome(recordedIn: folder))
      return
    }
    let record = try RecordReader(file: "\(folder)/\(RunFolder.resultsName)")
    try readComparison(folder, tasks: try record.objects("tasks").map { (task) throws(RunRecordError) in try task.string("task") })
  }

  private mutating func readComparison(_ folder: String, tasks: [String]) throws(RunRecordError) {
    let paths = Self.runs(in: folder)
    guard !paths.isEmpty else { throw .nothing(path: folder) }
    var found: [Comparison.Outcome] = []
    for path in paths {
      do {
        found.append(try Comparison.Outcome(recordedIn: path))
      } catch {
        guard case .unfinished = error else { throw error }
        unfinished.append(path)
        continue
      }
      try readShift(of: path)
    }
    func place(_ outcome: Comparison.Outcome) -> Int { tasks.firstIndex(of: outcome.run.task) ?? tasks.count }
    // A stable sort: equal places keep the order of their paths.
    outcomes += found.enumerated().sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }.map(\.element)
  }

  /// The folders of runs below a comparison's folder, TASK/ALGORITHM and TASK/ALGORITHM/seed-S, in the order of their paths.
  private static func runs(in folder: String, depth: Int = 3) -> [String] {
    guard depth > 0 else { return [] }
    return folderNames(in: folder).filter { $0 != RunFolder.shiftName }.flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      let isRun = exists("\(path)/\(RunFolder.resultsName)") || exists("\(path)/\(Checkpoint.fileName)")
      return isRun ? [path] : runs(in: path, depth: depth - 1)
    }
  }
}
