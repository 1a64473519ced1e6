import Evaluation
import TensorCore

/// A preset in a file of the user.
enum PresetFile {
  /// The content of the file.
  ///
  /// - Throws: ``ConfigurationError/file(_:)``
  static func bytes(at path: String) throws -> [UInt8] {
    do {
      return try AtomicFile.read(path)
    } catch {
      throw ConfigurationError.file(error)
    }
  }
}
