import CArchive
import Registry
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension OmniglotSource.Container {
  /// A stored drawing.
  package struct Member: Sendable, Hashable {
    /// The path, beginning with the half's own folder: "images_background/Latin/character01/0709_01.png".
    package let name: String
    /// The PNG file.
    package let bytes: [UInt8]
  }

  /// A file with the facts that show whether it has changed.
  struct File {
    let path: String
    let size: Int64
    let modified: (seconds: Int64, nanoseconds: Int64)
  }

  /// The largest size of a member in bytes; real drawings have at most a few hundred.
  package static let memberLimit = 1 << 16

  /// All drawings, in no particular order.
  ///
  /// Files that are not drawings are skipped.
  ///
  /// - Throws: ``OmniglotError`` when the archive or folder cannot be read to its end, or a member is too long.
  package func members() throws(OmniglotError) -> [Member] {
    var members: [Member] = []
    // One byte more than the limit, to detect longer members.
    var buffer = [UInt8](repeating: 0, count: Self.memberLimit + 1)
    try walk { (archive, _, name) throws(OmniglotError) in
      guard Self.isDrawing(name) else { return }
      var count = 0
      while count < buffer.count {
        let got = buffer.withUnsafeMutableBytes {
          archive_read_data(archive, $0.baseAddress.map { $0 + count }, $0.count - count)
        }
        if got < 0 { throw Self.failure(archive, at: isArchive ? path : "\(path)\(name.dropFirst(self.name.count))") }
        if got == 0 { break }
        count += got
      }
      if count > Self.memberLimit { throw .oversizedMember(member: name, limit: Self.memberLimit) }
      members.append(Member(name: name, bytes: Array(buffer[..<count])))
    }
    return members
  }

  /// The archive itself, or the drawings of the folder, sorted by path.
  func files() throws(OmniglotError) -> [File] {
    if isArchive {
      var status = stat()
      guard stat(systemPath(path), &status) == 0 else { throw .unreadable(.unreadable(path: path, code: errno)) }
      #if canImport(Darwin)
      let modified = status.st_mtimespec
      #else
      let modified = status.st_mtim
      #endif
      return [File(path: path, size: Int64(status.st_size), modified: (Int64(modified.tv_sec), Int64(modified.tv_nsec)))]
    }
    var files: [File] = []
    try walk { (_, entry, name) throws(OmniglotError) in
      guard Self.isDrawing(name) else { return }
      let modified = (Int64(archive_entry_mtime(entry)), Int64(archive_entry_mtime_nsec(entry)))
      files.append(File(path: "\(path): \(name)", size: archive_entry_size(entry), modified: modified))
    }
    return files.sorted { $0.path < $1.path }
  }

  /// Visits the regular files of the archive or folder; libarchive reads both.
  private func walk(
    _ visit: (_ archive: OpaquePointer, _ entry: OpaquePointer, _ name: String) throws(OmniglotError) -> Void
  ) throws(OmniglotError) {
    try refuseUnreadable()
    guard let archive = isArchive ? archive_read_new() : archive_read_disk_new() else {
      throw .unreadable(.unreadable(path: path, code: ENOMEM))
    }
    defer { archive_read_free(archive) }
    guard let entry = archive_entry_new2(archive) else { throw .unreadable(.unreadable(path: path, code: ENOMEM)) }
    defer { archive_entry_free(entry) }
    let opened = isArchive ? openArchive(archive) : openFolder(archive)
    guard opened == ARCHIVE_OK else { throw Self.failure(archive, at: path) }
    while true {
      let status = archive_read_next_header2(archive, entry)
      if status == ARCHIVE_EOF { return }
      // A warning concerns the character set of a name, for example. The member can still be read.
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw Self.failure(archive, at: path) }
      if !isArchive { archive_read_disk_descend(archive) }
      let isFile = archive_entry_filetype(entry) & S_IFMT == S_IFREG
      guard isFile, let stored = storedName(entry) else { continue }
      try visit(archive, entry, memberName(systemText(stored)))
    }
  }

  /// Opens the path first, because libarchive's messages do not distinguish a missing permission from damage.
  private func refuseUnreadable() throws(OmniglotError) {
    let file = open(systemPath(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .unreadable(.unreadable(path: path, code: errno)) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .unreadable(.unreadable(path: path, code: errno)) }
    let kind = status.st_mode & S_IFMT
    if isArchive, kind != S_IFREG { throw .unreadable(.notAFile(path: path)) }
    if !isArchive, kind != S_IFDIR { throw .unreadable(.unreadable(path: path, code: ENOTDIR)) }
  }

  /// Translates an error of libarchive: a system error if it has one, otherwise damage.
  private static func failure(_ archive: OpaquePointer, at path: String) -> OmniglotError {
    let code = archive_errno(archive)
    // libarchive reports invalid content as -1, EINVAL or a format error, which is EILSEQ, or EFTYPE on Darwin.
    guard code <= 0 || code == EINVAL || code == EILSEQ || code == formatError else {
      return .unreadable(.unreadable(path: path, code: code))
    }
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "no reason is known"
    return .damagedArchive(path: path, reason: reason)
  }

  #if canImport(Darwin)
  private static var formatError: Int32 { EFTYPE }
  #else
  private static var formatError: Int32 { EILSEQ }
  #endif

  private func openArchive(_ archive: OpaquePointer) -> Int32 {
    archive_read_support_format_zip(archive)
    return archive_read_open_filename(archive, systemPath(path), 1 << 20)
  }

  private func openFolder(_ archive: OpaquePointer) -> Int32 {
    archive_read_disk_set_symlink_hybrid(archive)  // the folder itself may be a link
    archive_read_disk_set_behavior(
      archive, ARCHIVE_READDISK_NO_XATTR | ARCHIVE_READDISK_NO_ACL | ARCHIVE_READDISK_NO_FFLAGS | ARCHIVE_READDISK_NO_SPARSE)
    return archive_read_disk_open(archive, systemPath(path))
  }

  /// A folder's names have the system's bytes, which need not be UTF-8; an archive's may be in another character set.
  private func storedName(_ entry: OpaquePointer) -> UnsafePointer<CChar>? {
    isArchive ? archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry) : archive_entry_pathname(entry)
  }

  private func memberName(_ stored: String) -> String {
    if isArchive { return stored.hasPrefix("./") ? String(stored.dropFirst(2)) : stored }
    return name + stored.dropFirst(path.count)
  }

  /// Whether a member is a PNG file, other than one that a file manager added ("__MACOSX/…", "._0709_01.png").
  private static func isDrawing(_ name: String) -> Bool {
    guard name.hasSuffix(".png") else { return false }
    return !name.hasPrefix("__MACOSX/") && !name.hasPrefix(".") && !name.contains("/.")
  }
}
