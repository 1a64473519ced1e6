public import Algorithms
import Tasks
import TensorCore

/// The output folder of a run or a comparison; it is checked to be writable before any work is done.
///
/// A folder has one owner: a second one is refused, in this process and in any other.
public struct RunFolder: Sendable {
  /// The names of all files that are written into a folder.
  public static let fileNames = [
    Checkpoint.fileName, "metrics.jsonl", resultsName, "results.csv", scoresName, "report.md", pageName, "timing.json",
    "cross-validation.json", "groups.csv", RunConfiguration.fileName, Checkpoint.previousFileName, ValidationLog.fileName,
    Checkpoint.bestFileName, "reproduction.json", "reproduction.md", TestExample.fileName,
  ]

  /// The name of the file of results.
  package static let resultsName = "results.json"
  /// The name of the file of every episode's scores.
  package static let scoresName = "scores.csv"

  /// The name of a comparison's page.
  package static let pageName = "report.html"

  /// The name of the folder, in a run's folder, of its test in other domains.
  package static let shiftName = "domain-shift"

  /// The folder's path.
  public let path: String

  /// The ownership of the folder; nobody else can open it while a copy of this value exists.
  private let lock: FolderLock

  /// Creates the folder if needed, and checks that files can be written into it.
  ///
  /// - Parameters:
  ///   - path: The folder; its parents are created too.
  ///   - overwrite: Whether to remove the files of an earlier run. If false, their presence is an error.
  ///   - input: A file, or the folder of a checkpoint, that the caller has read and that must not be removed.
  /// - Throws: ``RunFolderError``
  public init(_ path: String, overwrite: Bool = false, input: String? = nil) throws(RunFolderError) {
    try self.init(opening: path)
    let present = Self.fileNames.filter { exists("\(self.path)/\($0)") }
    if let first = present.first, !overwrite { throw .holdsRun(path: self.path, file: first) }
    if let input {
      let input = isFolder(input) ? "\(input)/\(Checkpoint.fileName)" : input
      if let file = present.first(where: { isSameFile("\(self.path)/\($0)", input) }) { throw .holdsInput(path: self.path, file: file) }
    }
    try remove(present)
  }

  /// Creates a folder that nobody else has, for a default name: "PATH", or "PATH-2", "PATH-3" and so on if it is taken.
  ///
  /// - Throws: ``RunFolderError``
  public init(new path: String) throws(RunFolderError) {
    let (made, code) = makeNewFolder(path)
    if let code { throw .cannotMake(path: path, code: code) }
    try self.init(opening: made)
  }

  /// Opens the folder of a run that resumes, or creates it; ``resume(from:)`` must follow.
  ///
  /// - Throws: ``RunFolderError``
  public init(resuming path: String) throws(RunFolderError) { try self.init(opening: path) }

  /// Locks the folder, removes temporary files of killed processes, and changes nothing else.
  private init(opening path: String) throws(RunFolderError) {
    guard !path.isEmpty else { throw .cannotMake(path: path, code: 2) }
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if exists(path), !isFolder(path) { throw .notAFolder(path: path) }
    if let code = makeFolder(path) { throw .cannotMake(path: path, code: code) }
    self.path = path
    lock = try FolderLock(path)
    do {
      try AtomicFile.checkWritable("\(path)/\(Checkpoint.fileName)")
    } catch {
      throw .file(error)
    }
    if lock.isHeld { AtomicFile.removeAbandoned(in: path, of: Self.fileNames.contains) }
  }

  /// Whether the folder contains a checkpoint to resume from.
  public var hasCheckpoint: Bool { [Checkpoint.fileName, Checkpoint.previousFileName].contains { exists("\(path)/\($0)") } }

  /// Prepares the files for a run that resumes from the folder's checkpoint, or begins because there is none.
  ///
  /// metrics.jsonl is checked against the checkpoint. Its lines after the checkpoint are dropped, because their iterations are
  /// repeated. Results and timing are removed. The checkpoint is kept; one that replaces a damaged latest one gets its name.
  /// - Parameters:
  ///   - checkpoint: The folder's checkpoint, from ``Checkpoint/latest(in:)``; nil if the folder has none.
  ///   - iterations: The number of iterations of the run that resumes; nil for the checkpoint's.
  /// - Throws: ``RunFolderError``; nothing in the folder is changed then, unless a file cannot be written.
  public func resume(from checkpoint: Checkpoint?, iterations: Int? = nil) throws(RunFolderError) {
    let results = [Self.resultsName, "results.csv", Self.scoresName, "report.md", Self.pageName, "timing.json", TestExample.fileName].filter
    {
      exists("\(path)/\($0)")
    }
    if checkpoint == nil, let first = results.first { throw .noCheckpoint(path: path, file: first) }
    let metrics = "\(path)/metrics.jsonl"
    var bytes: [UInt8] = []
    do {
      if exists(metrics) { bytes = try AtomicFile.read(metrics) }
    } catch {
      throw .file(error)
    }
    let kept = try MetricsLog.kept(
      bytes, through: checkpoint?.iteration ?? 0, of: iterations ?? checkpoint?.iterations ?? 1, path: metrics)
    if checkpoint?.replaces != nil, let code = renameFile("\(path)/\(Checkpoint.previousFileName)", to: "\(path)/\(Checkpoint.fileName)") {
      throw .file(.unwritable(path: "\(path)/\(Checkpoint.fileName)", code: code))
    }
    if kept != bytes || !exists(metrics) { try put(kept, "metrics.jsonl") }
    try remove(results)
  }

  private func remove(_ names: [String]) throws(RunFolderError) {
    for name in names {
      if let code = removeFile("\(path)/\(name)") { throw .file(.unwritable(path: "\(path)/\(name)", code: code)) }
    }
  }

  /// Writes checkpoint.safetensors atomically, and keeps the one before it as checkpoint.previous.safetensors.
  ///
  /// metrics.jsonl and validation.jsonl are flushed first: after a power failure, they have the lines of all iterations up to the
  /// checkpoint.
  /// - Throws: ``CheckpointError/file(path:_:)``
  public func write(_ checkpoint: Checkpoint) throws(CheckpointError) {
    for name in ["metrics.jsonl", ValidationLog.fileName] {
      let file = "\(path)/\(name)"
      if let code = flushFile(file) { throw .file(path: file, .file(.unwritable(path: file, code: code))) }
    }
    try checkpoint.write(to: "\(path)/\(Checkpoint.fileName)", keepingOldAs: "\(path)/\(Checkpoint.previousFileName)")
  }

  /// Appends a line for a meta-training step to metrics.jsonl; it contains deterministic quantities only.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  public func append(_ report: StepReport, learned: [LearnedValue] = []) throws(RunFolderError) {
    try append(Self.metricsLine(report, learned: learned), to: "metrics.jsonl")
  }

  /// Appends a line to a file of the folder.
  func append(_ line: String, to name: String) throws(RunFolderError) {
    let file = "\(path)/\(name)"
    if let code = appendBytes(Array("\(line)\n".utf8), to: file) { throw .file(.unwritable(path: file, code: code)) }
  }

  /// Writes scores.csv and results.json of a single run.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  public func write(_ row: Comparison.Row) throws(RunFolderError) {
    // A folder with results has their scores too.
    try put(row.scores, Self.scoresName)
    try put(row.json.text, Self.resultsName)
  }

  /// Writes results.json of a run that failed.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  public func write(_ failure: Comparison.Failure) throws(RunFolderError) { try put(failure.json.text, Self.resultsName) }

  /// Writes results.json, results.csv, scores.csv, report.md and report.html of a comparison.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  public func write(_ comparison: Comparison) throws(RunFolderError) {
    try put(comparison.scores, Self.scoresName)
    try put(comparison.json, Self.resultsName)
    try put(comparison.csv, "results.csv")
    try put(comparison.markdown, "report.md")
    try put(comparison.html, Self.pageName)
  }

  /// Writes reproduction.json and reproduction.md.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  public func write(_ reproduction: Reproduction) throws(RunFolderError) {
    try put(reproduction.json, "reproduction.json")
    try put(reproduction.markdown, "reproduction.md")
  }

  /// Writes cross-validation.json, groups.csv and report.md.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  public func write(_ result: CrossValidationResult) throws(RunFolderError) {
    try put(result.json.text, "cross-validation.json")
    try put(result.csv, "groups.csv")
    try put(result.markdown, "report.md")
  }

  /// Writes example.json.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  package func write(_ example: TestExample) throws(RunFolderError) { try put(example.json.text, TestExample.fileName) }

  /// Writes timing.json.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  public func write(_ timing: Timing) throws(RunFolderError) { try put(timing.json.text, "timing.json") }

  /// One line of metrics.jsonl, without the line feed.
  package static func metricsLine(_ report: StepReport, learned: [LearnedValue] = []) -> String {
    let further = report.metrics.map { JSON.Member($0.name, .number($0.mean)) }
    return JSON.object(
      [
        .init("iteration", .integer(report.iteration)), .init("loss", .number(report.loss)),
        .init((report.measure ?? .accuracy).id, .optional(report.score)), .init("gradientNorm", .number(report.gradientNorm)),
        .init("learningRate", .number(report.learningRate)),
      ] + (further.isEmpty ? [] : [.init("metrics", .object(further))])
        + (learned.isEmpty ? [] : [.init("learned", .object(learned.map(\.member)))])
    ).line
  }

  func put(_ text: String, _ name: String) throws(RunFolderError) { try put(Array(text.utf8), name) }

  func put(_ bytes: [UInt8], _ name: String) throws(RunFolderError) {
    do {
      try AtomicFile.write(bytes, to: "\(path)/\(name)")
    } catch {
      throw .file(error)
    }
  }
}
