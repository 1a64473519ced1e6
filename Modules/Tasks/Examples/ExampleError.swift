import Registry
public import TensorCore

/// Examples of a user's own that cannot be read.
public enum ExampleError: Error, Hashable, CustomStringConvertible {
  /// The task has no examples in files.
  case unsupported(task: String, supported: [String])
  /// Nothing is at the path; `expected` names what should be there.
  case missing(path: String, expected: String)
  /// The folder has no examples.
  case empty(path: String, expected: String)
  /// A picture cannot be read; `reason` has no full stop.
  case undecodable(path: String, reason: String)
  /// All examples to adapt to have the same class.
  case oneClass(name: String, others: [String])
  /// The file cannot be read.
  case file(FileError)

  public var description: String {
    switch self {
    case .unsupported(let task, let supported):
      "\(legible(task)) does not read examples from files; tasks that do: \(supported.isEmpty ? "none" : supported.joined(separator: ", "))."
    case .missing(let path, let expected): "there is no file or folder \(legible(path, limit: nil)); name \(expected)."
    case .empty(let path, let expected): "\(legible(path, limit: nil)) has no pictures; name \(expected)."
    case .undecodable(let path, let reason):
      "\(legible(path, limit: nil)) cannot be decoded: \(legible(reason)); replace or remove the file."
    case .oneClass(let name, let others):
      "all examples of the support set have the class '\(legible(name))', expected at least two classes; add examples of another class. "
        + "Others: \(others.prefix(30).map { legible($0) }.joined(separator: ", "))\(others.count > 30 ? " and \(others.count - 30) more" : "")."
    case .file(let error): error.description
    }
  }
}
