import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that could not be read or written.
public enum FileError: Error, Hashable, CustomStringConvertible {
  /// Nothing is at the path.
  case missing(path: String)
  /// A folder, a pipe or a device is at the path.
  case notAFile(path: String)
  /// The system refused to read; `code` is its errno.
  case unreadable(path: String, code: Int32)
  /// The system refused to write; `code` is its errno.
  case unwritable(path: String, code: Int32)

  /// The path that was read or written.
  public var path: String {
    switch self {
    case .missing(let path), .notAFile(let path), .unreadable(let path, _), .unwritable(let path, _): path
    }
  }

  public var description: String {
    switch self {
    case .missing(let path): "there is no file \(legible(path, limit: nil)); check the path."
    case .notAFile(let path): "\(legible(path, limit: nil)) is not an ordinary file; name a file."
    case .unreadable(let path, let code): "\(legible(path, limit: nil)) cannot be read: \(Self.reason(code))."
    case .unwritable(let path, let code):
      "\(legible(path, limit: nil)) cannot be written: \(Self.reason(code)); check the folder, its permissions and free space."
    }
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
