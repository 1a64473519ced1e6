/// A safetensors file that cannot be read or written.
public enum SafetensorsError: Error, Hashable, CustomStringConvertible {
  /// The file itself cannot be read or written.
  case file(FileError)
  /// Fewer bytes than the 8 of the header's length.
  case tooShort(byteCount: Int)
  /// A header length above ``Safetensors/headerLimit``.
  case headerAboveLimit(claimed: UInt64, limit: Int)
  /// A header length above what follows.
  case headerTruncated(claimed: Int, available: Int)
  /// A header that is not the JSON it should be.
  case invalidHeader(JSONError)
  /// A header that is JSON, but not an object.
  case headerNotAnObject
  /// A name for the second time.
  case duplicateName(String)
  /// `__metadata__` that is not an object of strings.
  case invalidMetadata
  /// A description that lacks a field, has an unknown one, or one of the wrong type.
  case invalidEntry(tensor: String, field: String)
  /// A type that is not one of F32, F64, I32 and I64.
  case unsupportedType(tensor: String, type: String)
  /// More axes than ``Shape/maximumRank``.
  case tooManyAxes(tensor: String, rank: Int)
  /// A shape whose extents or byte count cannot be represented.
  case shapeTooLarge(tensor: String, shape: [Int])
  /// Offsets that end before they begin.
  case reversedOffsets(tensor: String, begin: Int, end: Int)
  /// A range of bytes that is not what type and shape need.
  case sizeMismatch(tensor: String, expected: Int, actual: Int)
  /// A tensor that reaches beyond the file's end.
  case truncated(tensor: String, required: Int, available: Int)
  /// Bytes that belong to two tensors.
  case overlap(tensor: String, begin: Int, previousEnd: Int)
  /// Bytes before a tensor that belong to none.
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
    case .duplicateName(let name): "two tensors are called '\(name)'."
    case .invalidMetadata: "__metadata__ is not an object of strings."
    case .invalidEntry(let tensor, let field): "tensor '\(tensor)': the field '\(field)' is missing, unknown or of the wrong type."
    case .unsupportedType(let tensor, let type): "tensor '\(tensor)' has type \(type); convert it to F32, F64, I32 or I64."
    case .tooManyAxes(let tensor, let rank): "tensor '\(tensor)' has \(rank) axes, at most \(Shape.maximumRank) are supported."
    case .shapeTooLarge(let tensor, let shape): "tensor '\(tensor)' has shape \(shape), which is too large to address."
    case .reversedOffsets(let tensor, let begin, let end): "tensor '\(tensor)' begins at byte \(begin) and ends at \(end), before that."
    case .sizeMismatch(let tensor, let expected, let actual):
      "tensor '\(tensor)' has \(actual) bytes, its type and shape need \(expected)."
    case .truncated(let tensor, let required, let available):
      "tensor '\(tensor)' ends at data byte \(required), the file holds \(available); it is truncated."
    case .overlap(let tensor, let begin, let previousEnd):
      "tensor '\(tensor)' begins at data byte \(begin), within another one that ends at \(previousEnd)."
    case .hole(let tensor, let begin, let previousEnd):
      "tensor '\(tensor)' begins at data byte \(begin), but the one before ends at \(previousEnd); no bytes may lie between."
    case .trailingBytes(let count): "\(count) bytes follow the last tensor; the file is damaged or of another format."
    }
  }
}
