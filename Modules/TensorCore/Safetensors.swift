/// Named tensors with a few words about them, as the safetensors format keeps them.
///
/// A file is 8 bytes of header length, a JSON header that gives each tensor's type, shape and place, and the elements.
/// F32, F64, I32 and I64 are read and written.
/// - SeeAlso: <https://github.com/huggingface/safetensors#format>
public struct Safetensors: Sendable {
  /// The tensors by name.
  public var tensors: [String: Tensor]
  /// Free text by key.
  public var metadata: [String: String]

  /// The longest header that is read, 100 MB.
  public static let headerLimit = 100_000_000

  /// The key of the header that holds metadata, hence no tensor's name.
  static let metadataKey = "__metadata__"

  /// Collects tensors to be written.
  public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// - Throws: ``SafetensorsError`` for a file that is missing, unreadable or malformed in any way.
  public init(contentsOf path: String) throws(SafetensorsError) {
    let bytes: [UInt8]
    do {
      bytes = try AtomicFile.read(path)
    } catch {
      throw .file(error)
    }
    try self.init(decoding: bytes)
  }

  /// Writes a file: what was there before is replaced as a whole, or stays when this throws.
  ///
  /// - Throws: ``SafetensorsError/file(_:)``
  public func write(to path: String) throws(SafetensorsError) {
    do {
      try AtomicFile.write(encoded(), to: path)
    } catch {
      throw .file(error)
    }
  }
}

extension DType {
  /// The name of the type in a safetensors header.
  var safetensorsName: String {
    switch self {
    case .float32: "F32"
    case .float64: "F64"
    case .int32: "I32"
    case .int64: "I64"
    }
  }
}
