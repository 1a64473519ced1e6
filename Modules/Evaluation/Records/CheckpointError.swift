public import TensorCore

/// An error of reading, writing or using a checkpoint.
public enum CheckpointError: Error, Hashable, CustomStringConvertible {
  /// The file cannot be read or written, or is not a well-formed safetensors file.
  case file(path: String, SafetensorsError)
  /// A required metadata key is missing.
  case missingMetadata(path: String, key: String)
  /// A metadata value is not valid for its key.
  case metadata(path: String, key: String, found: String)
  /// The file has another format version.
  case formatVersion(path: String, expected: Int, found: String)
  /// A tensor that the algorithm and model need is missing.
  case missingTensor(name: String)
  /// A tensor is unknown to the algorithm and model.
  case unexpectedTensor(name: String)
  /// A tensor has another shape than the algorithm and model expect.
  case shape(name: String, expected: Shape, found: Shape)
  /// A tensor is not float32.
  case type(name: String, found: DType)
  /// A tensor contains a number that is not finite.
  case notFinite(name: String)
  /// The assignment of classes to splits differs from the run's.
  case otherSplits(found: String, expected: String)
  /// The task's data differ from the run's; nil for synthetic tasks.
  case otherData(found: String?, expected: String?)

  public var description: String {
    switch self {
    case .file(_, .file(let error)): "the checkpoint cannot be used: \(error)"
    case .file(let path, let error): "\(path) is not a valid checkpoint: \(error)"
    case .missingMetadata(let path, let key):
      "\(path) is not a checkpoint: its metadata have no '\(key)'; name a checkpoint.safetensors that `run` wrote, or its folder."
    case .metadata(let path, let key, let found): "\(path) is not a valid checkpoint: its \(key) is '\(found)'."
    case .formatVersion(let path, let expected, let found):
      "\(path) has format version '\(found)', this program reads \(expected); use the program that wrote it."
    case .missingTensor(let name): "the checkpoint has no tensor '\(name)'; it belongs to another algorithm, model or outer optimizer."
    case .unexpectedTensor(let name):
      "the checkpoint has a tensor '\(name)' that is not expected; it belongs to another algorithm, model or outer optimizer."
    case .shape(let name, let expected, let found):
      "tensor '\(name)' of the checkpoint has shape \(found), expected \(expected); the checkpoint is of another model or task."
    case .type(let name, let found): "tensor '\(name)' of the checkpoint is \(found.rawValue), expected float32."
    case .notFinite(let name): "tensor '\(name)' of the checkpoint holds a number that is not finite; the run had diverged."
    case .otherSplits(let found, let expected):
      "the run's tasks have the split fingerprint \(expected), these have \(found); name the data and the task settings of the run."
    case .otherData(let found, let expected):
      "the run's data have the digest \(expected ?? "of no data"), these have \(found ?? "that of no data"); name the run's data by --data."
    }
  }
}
