/// Named tensors with text metadata, the content of a safetensors file.
///
/// A file consists of the header length in 8 bytes, a JSON header with each tensor's type, shape and byte range, and the elements.
/// The types F32, F64, I32 and I64 are those of tensors; tensors of the format's other types are ``foreign``.
/// - SeeAlso: <https://github.com/huggingface/safetensors#format>
public struct Safetensors: Sendable {
  /// The tensors by name.
  public var tensors: [String: Tensor]
  /// Free text by key.
  public var metadata: [String: String]
  /// The tensors of a file that have other types than ``DType``, by name; ``encoded()`` leaves them out.
  public internal(set) var foreign: [String: ForeignTensor] = [:]

  /// The longest header that the reader accepts, in bytes: 100 MB.
  public static let headerLimit = 100_000_000

  /// The header key that holds the metadata; no tensor can have this name.
  static let metadataKey = "__metadata__"

  /// The content of a file, for ``write(to:)`` or ``encoded()``.
  public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// The header is checked against the file's size before anything else is read.
  /// - Throws: ``SafetensorsError`` for a file that is missing, unreadable or malformed in any way.
  public init(contentsOf path: String) throws(SafetensorsError) {
    let file: OrdinaryFile
    do { file = try OrdinaryFile(path) } catch { throw .file(error) }
    try self.init(byteCount: file.byteCount) { (wanted) throws(SafetensorsError) in
      do throws(FileError) { return try file.read(wanted)[...] } catch { throw .file(error) }
    }
  }

  /// A tensor by name, converted if its type in the file is none of ``DType``; nil if there is none of this name.
  ///
  /// - Throws: ``SafetensorsError/unsupportedType(tensor:type:)`` if no conversion is exact.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor? {
    if let tensor = tensors[name] { return tensor }
    guard let other = foreign[name] else { return nil }
    guard let tensor = other.converted() else { throw .unsupportedType(tensor: name, type: other.type) }
    return tensor
  }

  /// Writes a file; an existing file is replaced as a whole, or stays unchanged if this throws.
  ///
  /// - Throws: ``SafetensorsError/file(_:)``
  public func write(to path: String) throws(SafetensorsError) { try write(to: path, keepingOldAs: nil) }

  /// Writes a file as ``write(to:)`` does, and keeps the existing one under another name.
  ///
  /// - Throws: ``SafetensorsError/file(_:)``
  package func write(to path: String, keepingOldAs previous: String?) throws(SafetensorsError) {
    do {
      try AtomicFile.write(encoded(), to: path, keepingOldAs: previous)
    } catch {
      throw .file(error)
    }
  }
}

extension DType {
  /// The name of the type in a safetensors header.
  package var safetensorsName: String {
    switch self {
    case .float32: "F32"
    case .float64: "F64"
    case .int32: "I32"
    case .int64: "I64"
    }
  }
}
