import Registry
package import TensorCore

/// A file that a command writes: never over one of its inputs, and over another file only if asked to.
package struct OutputFile: Sendable {
  /// A file that is not written.
  package enum Failure: Error, Hashable, CustomStringConvertible {
    /// A file would be written over.
    case exists(path: String)
    /// The file is read, too.
    case isInput(path: String)
    /// The system refuses.
    case unwritable(FileError)

    package var description: String {
      switch self {
      case .exists(let path): "\(legible(path, limit: nil)) exists; name another file with --out, or replace it with --overwrite."
      case .isInput(let path): "\(legible(path, limit: nil)) is a file that is read; name another file with --out."
      case .unwritable(let error): error.description
      }
    }
  }

  private let path: String

  /// Checks a path, before anything is computed.
  ///
  /// - Parameters:
  ///   - path: The file to write.
  ///   - overwrite: Whether to replace a file.
  ///   - inputs: The files and folders that are read; a checkpoint may be named by its folder.
  /// - Throws: ``Failure``
  package init(_ path: String, overwrite: Bool, inputs: [String]) throws(Failure) {
    if inputs.contains(where: { isSameFile(path, $0) || isSameFile(path, Checkpoint.file(at: $0)) }) { throw .isInput(path: path) }
    if exists(path), !overwrite { throw .exists(path: path) }
    self.path = path
  }

  /// Writes the file atomically.
  ///
  /// - Throws: ``Failure/unwritable(_:)``
  package func write(_ bytes: [UInt8]) throws(Failure) {
    do throws(FileError) {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw .unwritable(error)
    }
  }
}
