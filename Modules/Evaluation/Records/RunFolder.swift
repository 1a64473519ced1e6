public import Algorithms
import Tasks
import TensorCore

/// The output folder of a run or a comparison; it is checked to be writable before any work is done.
public struct RunFolder: Sendable {
  /// The names of all files that are written into a folder.
  public static let fileNames = [
    Checkpoint.fileName, "metrics.jsonl", "results.json", "results.csv", "report.md", "timing.json",
  ]

  /// The folder's path.
  public let path: String

  /// Creates the folder if needed, and checks that files can be written into it.
  ///
  /// - Parameters:
  ///   - path: The folder; its parents are created too.
  ///   - overwrite: Whether to remove the files of an earlier run. If false, their presence is an error.
  /// - Throws: ``RunFolderError``
  public init(_ path: String, overwrite: Bool = false) throws(RunFolderError) {
    guard !path.isEmpty else { throw .cannotMake(path: path, code: 2) }
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    if exists(path), !isFolder(path) { throw .notAFolder(path: path) }
    let present = Self.fileNames.filter { exists("\(path)/\($0)") }
    if let first = present.first, !overwrite { throw .holdsRun(path: path, file: first) }
    if let code = makeFolder(path) { throw .cannotMake(path: path, code: code) }
    try put("", "writable.tmp")
    for name in present + ["writable.tmp"] {
      if let code = removeFile("\(path)/\(name)") { throw .file(.unwritable(path: "\(path)/\(name)", code: code)) }
    }
  }

  /// Opens the folder of a run that resumes from its checkpoint.
  ///
  /// Lines of metrics.jsonl after the checkpoint are dropped, because their iterations are repeated. Results and timing are removed.
  /// The checkpoint is kept.
  /// - Throws: ``RunFolderError``
  public init(resuming path: String, after iteration: Int) throws(RunFolderError) {
    self.path = path
    let metrics = "\(path)/metrics.jsonl"
    if exists(metrics) {
      let kept: [UInt8]
      do {
        kept = Self.lines(try AtomicFile.read(metrics), through: iteration)
      } catch {
        throw .file(error)
      }
      try put(String(decoding: kept, as: UTF8.self), "metrics.jsonl")
    } else {
      try put("", "metrics.jsonl")
    }
    for name in ["results.json", "results.csv", "report.md", "timing.json"] where exists("\(path)/\(name)") {
      if let code = removeFile("\(path)/\(name)") { throw .file(.unwritable(path: "\(path)/\(name)", code: code)) }
    }
  }

  /// The complete lines of a log, up to and including an iteration.
  private static func lines(_ bytes: [UInt8], through iteration: Int) -> [UInt8] {
    let head = Array("{\"iteration\":".utf8)
    return Array(
      bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).filter { line in
        guard line.starts(with: head), line.last == UInt8(ascii: "}") else { return false }
        let digits = line.dropFirst(head.count).prefix { (48...57).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self)).map { $0 <= iteration } ?? false
      }.map { $0 + [UInt8(ascii: "\n")] }.joined())
  }

  /// Writes checkpoint.safetensors atomically.
  ///
  /// - Throws: ``CheckpointError/file(path:_:)``
  public func write(_ checkpoint: Checkpoint) throws(CheckpointError) {
    try checkpoint.write(to: "\(path)/\(Checkpoint.fileName)")
  }

  /// Appends a line for a meta-training step to metrics.jsonl; it contains deterministic quantities only.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  public func append(_ report: StepReport, learned: [LearnedValue] = []) throws(RunFolderError) {
    let file = "\(path)/metrics.jsonl"
    let line = Self.metricsLine(report, learned: learned) + "\n"
    if let code = appendBytes(Array(line.utf8), to: file) { throw .file(.unwritable(path: file, code: code)) }
  }

  /// Writes results.json of a single run.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  public func write(_ row: Comparison.Row) throws(RunFolderError) { try put(row.json.text, "results.json") }

  /// Writes results.json, results.csv and report.md of a comparison.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  public func write(_ comparison: Comparison) throws(RunFolderError) {
    try put(comparison.json, "results.json")
    try put(comparison.csv, "results.csv")
    try put(comparison.markdown, "report.md")
  }

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

  private func put(_ text: String, _ name: String) throws(RunFolderError) {
    do {
      try AtomicFile.write(Array(text.utf8), to: "\(path)/\(name)")
    } catch {
      throw .file(error)
    }
  }
}
