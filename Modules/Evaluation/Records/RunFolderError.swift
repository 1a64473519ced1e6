import Registry
public import TensorCore

/// An error of the output folder of a run.
public enum RunFolderError: Error, Hashable, CustomStringConvertible {
  /// The folder contains a file of an earlier run.
  case holdsRun(path: String, file: String)
  /// The path exists and is not a folder.
  case notAFolder(path: String)
  /// The folder cannot be created; `code` is errno.
  case cannotMake(path: String, code: Int32)
  /// A file in the folder cannot be written.
  case file(FileError)

  public var description: String {
    switch self {
    case .holdsRun(let path, let file):
      "\(legible(path, limit: nil)) holds a run already (\(file)); name another folder with --out, or replace the run with --overwrite."
    case .notAFolder(let path): "\(legible(path, limit: nil)) is not a folder; name another one with --out."
    case .cannotMake(let path, let code):
      "the folder '\(legible(path, limit: nil))' cannot be created: \(reason(code)); name another one with --out."
    case .file(let error): error.description
    }
  }
}
