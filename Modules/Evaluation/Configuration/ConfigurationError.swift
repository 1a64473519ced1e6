public import Registry
public import TensorCore

/// A config.json that cannot be read.
public enum ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// The file itself cannot be read.
  case file(FileError)
  /// The file is not well-formed JSON, or not an object.
  case json(path: String, line: Int, JSONError)
  /// The file has another format version.
  case version(path: String, line: Int, expected: Int, found: String)
  /// A required key is missing.
  case missing(path: String, key: String)
  /// A preset, or a part of it, lacks a key.
  case incompletePreset(path: String, line: Int, key: String)
  /// A key, a setting, an algorithm, a task or a model that is not known.
  case unknown(path: String, line: Int, LookupError)
  /// A value of the wrong type.
  case value(path: String, line: Int, key: String, expected: String)
  /// A setting with a value of the wrong type or out of range.
  case setting(path: String, line: Int, HyperparameterError)

  public var description: String {
    switch self {
    case .file(let error): "the configuration cannot be used: \(error)"
    case .json(let path, let line, let error):
      "line \(line) of \(legible(path, limit: nil)) is not valid: \(error); correct it, or name another file with --config."
    case .version(let path, let line, let expected, let found):
      "line \(line) of \(legible(path, limit: nil)): formatVersion is \(legible(found)), this program reads \(expected); use the program "
        + "that wrote the file."
    case .missing(let path, let key):
      "\(legible(path, limit: nil)) is not a configuration: it has no '\(key)'; name a config.json that `run` wrote, or its folder."
    case .incompletePreset(let path, let line, let key):
      "line \(line) of \(legible(path, limit: nil)): the preset or this part of it has no '\(key)'; `tools reproduce NAME --print` shows a "
        + "whole preset."
    case .unknown(let path, let line, let error): "line \(line) of \(legible(path, limit: nil)): \(error)"
    case .value(let path, let line, let key, let expected):
      "line \(line) of \(legible(path, limit: nil)): \(legible(key)) has a value of another kind, expected \(expected)."
    case .setting(let path, let line, let error): "line \(line) of \(legible(path, limit: nil)): \(error)"
    }
  }
}
