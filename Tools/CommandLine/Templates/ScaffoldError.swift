import Registry
import TensorCore

/// A copy of a template that cannot be written.
enum ScaffoldError: Error, Hashable, CustomStringConvertible {
  case name(String)
  case taken(kind: String, id: String)
  case noCheckout(path: String)
  case exists(path: String)
  case known(name: String, path: String)
  case folder(FileError)

  var description: String {
    switch self {
    case .name(let name):
      "'\(legible(name))' is no name of a Swift type; expected a capital letter and then letters and digits, at most 60, such as FlatMAML."
    case .taken(let kind, let id): "the \(kind) '\(id)' is registered; choose another name."
    case .noCheckout(let path):
      "\(legible(path, limit: nil)) has no Package.swift of this framework; run the command in a checkout of it, or name one with "
        + "--framework DIR."
    case .exists(let path): "\(legible(path, limit: nil)) exists and is not empty; choose another name, or remove it."
    case .known(let name, let path): "\(legible(path, limit: nil)) has a module '\(name)'; choose another name."
    case .folder(let error): error.description
    }
  }
}
