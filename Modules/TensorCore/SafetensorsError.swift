import Registry

/// A safetensors file that cannot be read or written.
public enum SafetensorsError: Error, Hashable, CustomStringConvertible {
  /// The file itself cannot be read or written.
  case file(FileError)
  /// Fewer than the 8 bytes that hold the header's length.
  case tooShort(byteCount: Int)
  /// A header length above ``Safetensors/headerLimit``.
  case headerAboveLimit(claimed: UInt64, limit: Int)
  /// A header length above the number of bytes that follow.
  case headerTruncated(claimed: Int, available: Int)
  /// A header that is not valid JSON of the supported kind.
  case invalidHeader(JSONError)
  /// A header that is JSON, but not an object.
  case headerNotAnObject
  /// Two tensors with the same name.
  case duplicateName(String)
  /// `__metadata__` that is not an object of strings.
  case invalidMetadata
  /// A tensor's header entry with a missing field, an unknown field, or a field of the wrong type.
  case invalidEntry(tensor: String, field: String)
  /// A type that the format does not have, or a needed tensor of a type that has no exact conversion.
  case unsupportedType(tensor: String, type: String)
  /// More axes than ``Shape/maximumRank``.
  case tooManyAxes(tensor: String, rank: Int)
  /// A shape whose extents or byte count cannot be represented.
  case shapeTooLarge(tensor: String, shape: [Int])
  /// A number of elements of less than a byte that does not fill whole bytes.
  case partialByte(tensor: String, type: String, shape: [Int])
  /// Offsets that end before they begin.
  case reversedOffsets(tensor: String, begin: Int, end: Int)
  /// A byte range whose size does not match the type and shape.
  case sizeMismatch(tensor: String, expected: Int, actual: Int)
  /// A tensor that extends past the end of the file.
  case truncated(tensor: String, required: Int, available: Int)
  /// Two tensors whose byte ranges overlap.
  case overlap(tensor: String, begin: Int, previousEnd: Int)
  /// Bytes before a tensor that belong to no tensor.
  case hole(tensor: String, begin: Int, previousEnd: Int)
  /// Bytes after the last tensor.
  case trailingBytes(count: Int)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .tooShort(let count): "the file has \(count) bytes, a safetensors file has at least 8; it is truncated or of another format."
    case .headerAboveLimit(let claimed, let limit):
      "the header claims \(claimed) bytes, at most \(limit) are read; the file is probably of another format."
    case .headerTruncated(let claimed, let available):
      "the header claims \(claimed) bytes, the file holds \(available) more; it is truncated."
    case .invalidHeader(let error): "the header is not valid: \(error)."
    case .headerNotAnObject: "the header is not a JSON object."
    case .duplicateName(let name): "two tensors are called '\(legible(name))'."
    case .invalidMetadata: "__metadata__ is not an object of strings."
    case .invalidEntry(let tensor, let field):
      "tensor '\(legible(tensor))': the field '\(legible(field))' is missing, unknown or of the wrong type."
    case .unsupportedType(let tensor, let type):
      "tensor '\(legible(tensor))' has type \(legible(type)); convert it to F32, F64, I32 or I64."
    case .tooManyAxes(let tensor, let rank): "tensor '\(legible(tensor))' has \(rank) axes, at most \(Shape.maximumRank) are supported."
    case .shapeTooLarge(let tensor, let shape): "tensor '\(legible(tensor))' has shape \(shape), which is too large to address."
    case .partialByte(let tensor, let type, let shape):
      "tensor '\(legible(tensor))' has shape \(shape), whose elements of type \(type) do not fill whole bytes."
    case .reversedOffsets(let tensor, let begin, let end):
      "tensor '\(legible(tensor))' begins at byte \(begin) and ends at \(end), before that."
    case .sizeMismatch(let tensor, let expected, let actual):
      "tensor '\(legible(tensor))' has \(actual) bytes, its type and shape need \(expected)."
    case .truncated(let tensor, let required, let available):
      "tensor '\(legible(tensor))' ends at data byte \(required), the file holds \(available); it is truncated."
    case .overlap(let tensor, let begin, let previousEnd):
      "tensor '\(legible(tensor))' begins at data byte \(begin), within another one that ends at \(previousEnd)."
    case .hole(let tensor, let begin, let previousEnd):
      "tensor '\(legible(tensor))' begins at data byte \(begin), but the one before ends at \(previousEnd); no bytes may lie between."
    case .trailingBytes(let count): "\(count) bytes follow the last tensor; the file is damaged or of another format."
    }
  }
}
