public import Algorithms
public import Models
public import Registry
public import TensorCore

/// A file that is not a valid reference case.
public struct ParityError: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Fault: Hashable, Sendable {
    /// The file is missing, or it is not a safetensors file.
    case file(SafetensorsError)
    /// The metadata lack the key `case`.
    case missingCase
    /// The case is not JSON.
    case invalidJSON
    /// A key of the case is missing; it is dotted, such as "inner.optimizer".
    case missingKey(String)
    /// A value of the case has the wrong type.
    case wrongType(key: String)
    /// A name is unknown.
    case unknownName(key: String, found: String, known: [String])
    /// A number is out of range.
    case outOfRange(key: String, found: Int, expected: ClosedRange<Int>)
    /// A setting of the objective that its own range or the inner loop refuses.
    case objective(HyperparameterError)
    /// The algorithm of the case does not suit its model or its loss.
    case algorithm(AlgorithmError)
    /// The model cannot be built, or the file's parameters are not its own.
    case model(ModelError)
    /// A tensor that the case needs is missing.
    case missingTensor(String)
    /// A tensor does not have the shape that the case implies.
    case tensorShape(name: String, expected: Shape, found: Shape)
    /// A tensor holds labels where numbers are expected, or the reverse.
    case tensorType(name: String, expected: DType, found: DType)
    /// A label is outside 0..<ways.
    case label(tensor: String, found: Int, ways: Int)
    /// A target of a binary loss is neither 0 nor 1.
    case target(tensor: String, found: Double)
    /// The model's values for the case's samples do not fit into the machine's memory.
    case tooLarge(bytes: Int, limit: Int)
  }

  /// The path of the file.
  public let path: String
  /// What is wrong with it.
  public let fault: Fault

  /// Creates the error of a file.
  public init(path: String, fault: Fault) {
    self.path = path
    self.fault = fault
  }

  public var description: String { "\(legible(path, limit: nil)): \(text)" }

  private var text: String {
    switch fault {
    case .file(let error): error.description
    case .missingCase: "the metadata have no key 'case'; write the case's definition there as JSON."
    case .invalidJSON: "the metadata's 'case' is not JSON."
    case .missingKey(let key): "the case has no key '\(legible(key))'."
    case .wrongType(let key): "the case's '\(legible(key))' is of the wrong type."
    case .unknownName(let key, let found, let known):
      "the case's '\(legible(key))' is '\(legible(found))', expected one of \(known.joined(separator: ", "))."
    case .outOfRange(let key, let found, let expected):
      "the case's '\(legible(key))' is \(found), expected \(expected.lowerBound) to \(expected.upperBound)."
    case .objective(let error): "in the case's 'objective', \(error)"
    case .algorithm(let error): "the case's algorithm: \(error)"
    case .model(let error): error.description
    case .missingTensor(let name): "tensor '\(legible(name))' is missing, and the case needs it."
    case .tensorShape(let name, let expected, let found): "tensor '\(legible(name))' has shape \(found), the case makes it \(expected)."
    case .tensorType(let name, let expected, let found):
      "tensor '\(legible(name))' is of type \(found.rawValue), expected \(expected.rawValue)."
    case .label(let tensor, let found, let ways): "tensor '\(legible(tensor))' holds the label \(found), expected 0 to \(ways - 1)."
    case .target(let tensor, let found): "tensor '\(legible(tensor))' holds the target \(found), expected 0 or 1."
    case .tooLarge(let bytes, let limit):
      "the case needs at least \(byteText(bytes)) of memory, of which this machine has \(byteText(limit)); reduce its tasks, support, "
        + "query or model."
    }
  }
}
