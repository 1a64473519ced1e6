import Registry
public import TensorCore

/// An error of the event files for TensorBoard.
public enum EventLogError: Error, Hashable, CustomStringConvertible {
  /// The path exists and is not a folder.
  case notAFolder(path: String)
  /// The folder cannot be created; `code` is errno.
  case cannotMake(path: String, code: Int32)
  /// An event file cannot be written.
  case file(FileError)

  public var description: String {
    switch self {
    case .notAFolder(let path): "\(legible(path, limit: nil)) is not a folder; name another one with --log-dir."
    case .cannotMake(let path, let code):
      "the folder '\(legible(path, limit: nil))' cannot be created: \(reason(code)); name another one with --log-dir."
    case .file(let error): error.description
    }
  }
}
