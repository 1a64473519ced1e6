import CArchive  // the system headers that it includes define `stat`
import Registry
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The drawings of an unpacked half; symbolic links are followed.
extension OmniglotSource.Container {
  /// All drawings of the folder.
  func folderMembers() throws(OmniglotError) -> [Member] {
    var members: [Member] = []
    try walkFolder { (name, path, status) throws(OmniglotError) in
      guard Int(status.st_size) <= Self.memberLimit else { throw .oversizedMember(member: name, limit: Self.memberLimit) }
      do throws(FileError) {
        members.append(Member(name: name, bytes: try AtomicFile.read(path)))
      } catch {
        throw .unreadable(error)
      }
    }
    return members
  }

  /// The drawings of the folder with size and modification time, those of a link's target.
  func folderFiles() throws(OmniglotError) -> [File] {
    var files: [File] = []
    try walkFolder { (name, _, status) throws(OmniglotError) in files.append(File(path: "\(self.path): \(name)", status)) }
    return files
  }

  /// Visits the drawings of the folder with name, path and status.
  ///
  /// - Throws: ``OmniglotError`` for a folder or a link that cannot be read, and for a character without drawings.
  private func walkFolder(
    _ visit: (_ name: String, _ path: String, _ status: stat) throws(OmniglotError) -> Void
  ) throws(OmniglotError) {
    let status = try Self.status(of: path)
    guard Self.isFolder(status) else { throw .unreadable(.unreadable(path: path, code: ENOTDIR)) }
    try walk(name, path, above: [Identity(status)], visit)
  }

  /// Visits the drawings below a folder with the given member name and path.
  ///
  /// `above` are the folder and those that it was reached through; a link to one of them would never end.
  /// - Throws: ``OmniglotError``, as for the whole folder.
  private func walk(
    _ name: String, _ path: String, above: [Identity],
    _ visit: (_ name: String, _ path: String, _ status: stat) throws(OmniglotError) -> Void
  ) throws(OmniglotError) {
    var hasContent = false
    for entry in try Self.entries(of: path) where !entry.hasPrefix(".") {
      let (name, path) = ("\(name)/\(entry)", "\(path)/\(entry)")
      let status = try Self.status(of: path)
      if Self.isFolder(status) {
        let identity = Identity(status)
        if above.contains(identity) { throw .cyclicLink(path: path) }
        hasContent = true
        try walk(name, path, above: above + [identity], visit)
      } else if Self.isDrawing(name) {
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(.notAFile(path: path)) }
        hasContent = true
        try visit(name, path, status)
      }
    }
    let isCharacter = above.count == 3 && name.split(separator: "/").last?.hasPrefix("character") ?? false
    if isCharacter, !hasContent { throw .emptyCharacter(path: path) }
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
  private static func status(of path: String) throws(OmniglotError) -> stat {
    var status = stat()
    if stat(systemPath(path), &status) == 0 { return status }
    let code = errno
    if lstat(systemPath(path), &status) == 0, status.st_mode & S_IFMT == S_IFLNK { throw .brokenLink(path: path, code: code) }
    throw .unreadable(.unreadable(path: path, code: code))
  }

  /// The names in a folder.
  private static func entries(of path: String) throws(OmniglotError) -> [String] {
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
