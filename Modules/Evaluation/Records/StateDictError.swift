import Registry
public import TensorCore

/// A file that gives no initialisation to a model, or a run without one.
public enum StateDictError: Error, Hashable, CustomStringConvertible {
  /// What is wrong with a parameter in a file.
  public enum Fault: Sendable, Hashable {
    /// The file has no such tensor.
    case missing(name: String, expected: Shape)
    /// The tensor has another shape than PyTorch gives the parameter.
    case shape(name: String, expected: Shape, found: Shape)
    /// The tensor's type is none of F32, F64, F16 and BF16.
    case type(name: String, found: String)
    /// The tensor has a number that is not finite in float32.
    case notFinite(name: String)
  }

  /// The file cannot be read, or is not a well-formed safetensors file.
  case file(path: String, SafetensorsError)
  /// The file is a checkpoint.
  case checkpoint(path: String)
  /// Parameters of the model that the file does not give, or gives in another shape or type.
  case parameters(path: String, model: String, [Fault])
  /// The algorithm has no initialisation.
  case noInitialisation(algorithm: String)
  /// A file would be written over.
  case exists(path: String)
  /// The file to write is the one that is read.
  case isInput(path: String)
  /// The file cannot be written.
  case unwritable(path: String, SafetensorsError)

  public var description: String {
    switch self {
    case .file(_, .file(let error)): "the state dict cannot be used: \(error)"
    case .file(let path, let error): "\(legible(path, limit: nil)) is not a valid state dict: \(error)"
    case .checkpoint(let path):
      "\(legible(path, limit: nil)) is a checkpoint, expected a state dict; make one of it with `tools export`."
    case .parameters(let path, let model, let faults):
      "\(legible(path, limit: nil)) does not fit the model \(legible(model)); name another file, or the settings of its model:\n"
        + faults.map { "  \($0)" }.joined(separator: "\n")
    case .noInitialisation(let algorithm): "\(legible(algorithm)) has no initialisation; name another algorithm, or its checkpoint."
    case .exists(let path): "\(legible(path, limit: nil)) exists; name another file with --out, or replace it with --overwrite."
    case .isInput(let path): "\(legible(path, limit: nil)) is the checkpoint that is read; name another file with --out."
    case .unwritable(_, let error): "\(error)"
    }
  }
}

extension StateDictError.Fault: CustomStringConvertible {
  /// A line without a full stop.
  public var description: String {
    switch self {
    case .missing(let name, let expected): "tensor '\(legible(name))' is missing, expected shape \(expected)"
    case .shape(let name, let expected, let found): "tensor '\(legible(name))' has shape \(found), expected \(expected)"
    case .type(let name, let found): "tensor '\(legible(name))' has type \(found), expected F32, F64, F16 or BF16"
    case .notFinite(let name): "tensor '\(legible(name))' holds a number that is not finite in float32"
    }
  }
}
