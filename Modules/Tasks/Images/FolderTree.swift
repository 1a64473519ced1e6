import Registry
package import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder, the files in it that the caller wants, and its subfolders; symbolic links are followed.
///
/// Entries whose name begins with a dot are left out.
package struct FolderTree: Sendable {
  /// A file, with the facts that show whether it has changed; those of the target if it is a link.
  package struct File: Sendable {
    /// The name in its folder.
    package let name: String
    /// The path from which it is read.
    package let path: String
    /// The size in bytes.
    package let size: Int64
    /// The time of the last change, since 1970.
    package let modified: (seconds: Int64, nanoseconds: Int64)

    /// Looks a file up.
    ///
    /// - Throws: ``FolderError``
    package init(path: String) throws(FolderError) {
      self.init(name: path.split(separator: "/").last.map(String.init) ?? path, path: path, try FolderTree.status(of: path))
    }

    fileprivate init(name: String, path: String, _ status: stat) {
      self.name = name
      self.path = path
      size = Int64(status.st_size)
      #if canImport(Darwin)
      let time = status.st_mtimespec
      #else
      let time = status.st_mtim
      #endif
      modified = (Int64(time.tv_sec), Int64(time.tv_nsec))
    }
  }

  /// The name in the folder above; empty for the top.
  package let name: String
  /// The path.
  package let path: String
  /// The wanted files, sorted by name.
  package let files: [File]
  /// The subfolders, sorted by name.
  package let folders: [FolderTree]

  /// Lists a folder and all folders below it.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - isWanted: Whether a file of this name is listed.
  /// - Throws: ``FolderError`` for a folder or a link that cannot be followed, and for a pipe or a device with a wanted name.
  package init(_ path: String, where isWanted: (_ name: String) -> Bool) throws(FolderError) {
    let status = try Self.status(of: path)
    guard Self.isFolder(status) else { throw .unreadable(.unreadable(path: path, code: ENOTDIR)) }
    try self.init(name: "", path, above: [Identity(status)], where: isWanted)
  }

  /// Lists a folder.
  ///
  /// `above` are the folder and those through which it was reached; a link to one of them would never end.
  private init(name: String, _ path: String, above: [Identity], where isWanted: (String) -> Bool) throws(FolderError) {
    var files: [File] = []
    var folders: [FolderTree] = []
    for entry in try Self.entries(of: path).sorted() where !entry.hasPrefix(".") {
      let path = "\(path)/\(entry)"
      let status = try Self.status(of: path)
      if Self.isFolder(status) {
        let identity = Identity(status)
        if above.contains(identity) { throw .cyclicLink(path: path) }
        folders.append(try FolderTree(name: entry, path, above: above + [identity], where: isWanted))
      } else if isWanted(entry) {
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(.notAFile(path: path)) }
        files.append(File(name: entry, path: path, status))
      }
    }
    self.name = name
    self.path = path
    self.files = files
    self.folders = folders
  }

  /// What tells whether two paths lead to the same folder.
  private struct Identity: Hashable {
    let device: UInt64
    let number: UInt64

    init(_ status: stat) {
      device = UInt64(truncatingIfNeeded: status.st_dev)
      number = UInt64(truncatingIfNeeded: status.st_ino)
    }
  }

  private static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }

  /// The status of a file, of a link's target if it is a link.
  private static func status(of path: String) throws(FolderError) -> stat {
    var status = stat()
    if stat(systemPath(path), &status) == 0 { return status }
    let code = errno
    if lstat(systemPath(path), &status) == 0, status.st_mode & S_IFMT == S_IFLNK { throw .brokenLink(path: path, code: code) }
    throw .unreadable(.unreadable(path: path, code: code))
  }

  /// The names in a folder.
  private static func entries(of path: String) throws(FolderError) -> [String] {
    guard let folder = opendir(systemPath(path)) else { throw .unreadable(.unreadable(path: path, code: errno)) }
    defer { closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else {
        guard errno == 0 else { throw .unreadable(.unreadable(path: path, code: errno)) }
        return names
      }
      names.append(withUnsafeBytes(of: &entry.pointee.d_name) { systemText($0.prefix { $0 != 0 }) })
    }
  }
}

/// A folder of data that cannot be listed.
package enum FolderError: Error, Hashable, CustomStringConvertible {
  /// The system refuses to open or read a folder or a file in it.
  case unreadable(FileError)
  /// A symbolic link leads nowhere, or only to other links; `code` is errno.
  case brokenLink(path: String, code: Int32)
  /// A symbolic link leads to a folder that contains it.
  case cyclicLink(path: String)

  package var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .brokenLink(let path, let code):
      "\(legible(path, limit: nil)) is a symbolic link that cannot be followed: \(String(cString: strerror(code))); mend or remove the link."
    case .cyclicLink(let path): "\(legible(path, limit: nil)) leads to a folder that contains it; remove the symbolic link."
    }
  }
}
