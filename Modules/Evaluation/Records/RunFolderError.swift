public import TensorCore

/// A folder that a run cannot write into.
public enum RunFolderError: Error, Hashable, CustomStringConvertible {
  /// The folder has a file of an earlier run.
  case holdsRun(path: String, file: String)
  /// Something else than a folder is at the path.
  case notAFolder(path: String)
  /// The system refused to make the folder; `code` is its errno.
  case cannotMake(path: String, code: Int32)
  /// A file in the folder cannot be written.
  case file(FileError)

  public var description: String {
    switch self {
    case .holdsRun(let path, let file):
      "\(path) holds a run already (\(file)); name another folder with --out, or replace the run with --overwrite."
    case .notAFolder(let path): "\(path) is not a folder; name another one with --out."
    case .cannotMake(let path, let code): "the folder '\(path)' cannot be made: \(reason(code)); name another one with --out."
    case .file(let error): error.description
    }
  }
}
