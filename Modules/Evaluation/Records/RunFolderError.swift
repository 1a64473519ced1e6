import Registry
public import TensorCore

/// An error of the output folder of a run.
public enum RunFolderError: Error, Hashable, CustomStringConvertible {
  /// The folder contains a file of an earlier run.
  case holdsRun(path: String, file: String)
  /// The folder contains the file that the command reads, and would overwrite it.
  case holdsInput(path: String, file: String)
  /// The path exists and is not a folder.
  case notAFolder(path: String)
  /// The folder cannot be created; `code` is errno.
  case cannotMake(path: String, code: Int32)
  /// A file in the folder cannot be written.
  case file(FileError)
  /// Another process, or another part of this one, writes into the folder; `owner` is nil if it is unknown.
  case inUse(path: String, owner: String?)
  /// A run is to resume, but there is no checkpoint, and another file would be lost.
  case noCheckpoint(path: String, file: String)
  /// A line of metrics.jsonl is not that of the expected iteration; `found` is nil if it is not a line of a run at all.
  case metrics(path: String, line: Int, expected: Int, found: Int?)
  /// The last line of metrics.jsonl is cut, and the checkpoint is of a later iteration.
  case metricsCut(path: String, line: Int, expected: Int)
  /// metrics.jsonl ends before the iteration of the checkpoint; `line` is the number of its lines.
  case metricsEnd(path: String, line: Int, expected: Int)
  /// A line of validation.jsonl is not that of the expected iteration; `found` is nil if it is missing or not a line of a run.
  case validation(path: String, line: Int, expected: Int, found: Int?)
  /// The best checkpoint is not of the best validation in validation.jsonl, or of a later one; `found` is the iteration that it is of.
  case best(path: String, expected: Int, found: Int)

  public var description: String {
    switch self {
    case .holdsRun(let path, let file):
      "\(legible(path, limit: nil)) holds a run already (\(file)); name another folder with --out, or replace the run with --overwrite."
    case .holdsInput(let path, let file):
      "\(legible(path, limit: nil)) contains the \(file) that is to be tested, and --overwrite would remove it; name another folder with "
        + "--out."
    case .notAFolder(let path): "\(legible(path, limit: nil)) is not a folder; name another one with --out."
    case .cannotMake(let path, let code):
      "the folder '\(legible(path, limit: nil))' cannot be created: \(reason(code)); name another one with --out."
    case .file(let error): error.description
    case .inUse(let path, let owner):
      "\(path) is in use by \(owner ?? "another process"); wait until it has ended, or name another folder with --out."
    case .noCheckpoint(let path, let file):
      "\(path) contains \(file) but no checkpoint to resume from; name another folder with --out, or replace the files with --overwrite."
    case .metrics(let path, let line, let expected, let found):
      "line \(line) of \(path) is "
        + (found.map { "of iteration \($0)" } ?? "not a line of a run") + ", expected iteration \(expected); \(Self.metricsAdvice)"
    case .metricsCut(let path, let line, let expected):
      "line \(line) of \(path) is cut, expected the whole line of iteration \(expected); \(Self.metricsAdvice)"
    case .metricsEnd(let path, let line, let expected):
      "\(path) ends after \(line) line\(line == 1 ? "" : "s"), expected line \(line + 1) with iteration \(expected); \(Self.metricsAdvice)"
    case .validation(let path, let line, let expected, let found):
      "line \(line) of \(path) is "
        + (found.map { "of iteration \($0)" } ?? "missing or damaged")
        + ", expected the validation after iteration \(expected); \(Self.metricsAdvice)"
    case .best(let path, let expected, let found):
      "\(path) is of iteration \(found), expected iteration \(expected), which has the best validation; restore the file, name another "
        + "folder with --out, or start again with --overwrite."
    }
  }

  private static var metricsAdvice: String {
    "the checkpoint is of a later state: restore the file, name another folder with --out, or start again with --overwrite."
  }
}
