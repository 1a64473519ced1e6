import Registry

/// A tensor of a file that a reader does not need.
public struct IgnoredTensor: Sendable, Hashable, CustomStringConvertible {
  /// The path of the file.
  public let path: String
  /// The name of the tensor.
  public let name: String
  /// The name of its type in the file, such as "F16".
  public let type: String

  public var description: String {
    "\(legible(path, limit: nil)): tensor '\(legible(name))' of type \(type) is not needed and was ignored."
  }
}
