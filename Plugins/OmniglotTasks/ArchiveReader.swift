import CArchive
import Registry
import Tasks
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

  /// The largest size of a member in bytes; real drawings have at most a few hundred.
  package static let memberLimit = 1 << 16

  /// All drawings, in no particular order.
  ///
  /// Files that are not drawings are skipped.
  ///
  /// - Throws: ``OmniglotError`` when the archive or folder cannot be read to its end, or a member is too long.
  package func members() throws(OmniglotError) -> [Member] { try isArchive ? archiveMembers() : folderMembers() }

  /// The archive itself, or the drawings of the folder, sorted; with names for the source's identity.
  func files() throws(OmniglotError) -> [(name: String, file: FolderTree.File)] {
    guard isArchive else {
      return try folderDrawings().map { (name: "\(path): \($0.name)", file: $0.file) }.sorted { $0.name < $1.name }
    }
    do throws(FolderError) {
      return [(name: path, file: try FolderTree.File(path: path))]
    } catch {
      throw OmniglotError(error)
    }
  }

  private func archiveMembers() throws(OmniglotError) -> [Member] {
    var members: [Member] = []
    // One byte more than the limit, to detect longer members.
    var buffer = [UInt8](repeating: 0, count: Self.memberLimit + 1)
    try walk { (archive, name) throws(OmniglotError) in
      var count = 0
      while count < buffer.count {
        let got = buffer.withUnsafeMutableBytes {
          archive_read_data(archive, $0.baseAddress.map { $0 + count }, $0.count - count)
        }
        if got < 0 { throw Self.failure(archive, at: path) }
        if got == 0 { break }
        count += got
      }
      if count > Self.memberLimit { throw .oversizedMember(member: name, limit: Self.memberLimit) }
      members.append(Member(name: name, bytes: Array(buffer[..<count])))
    }
    return members
  }

  /// Visits the drawings of the archive.
  private func walk(_ visit: (_ archive: OpaquePointer, _ name: String) throws(OmniglotError) -> Void) throws(OmniglotError) {
    try refuseUnreadable()
    guard let archive = archive_read_new() else { throw .unreadable(.unreadable(path: path, code: ENOMEM)) }
    defer { archive_read_free(archive) }
    guard let entry = archive_entry_new2(archive) else { throw .unreadable(.unreadable(path: path, code: ENOMEM)) }
    defer { archive_entry_free(entry) }
    archive_read_support_format_zip(archive)
    guard archive_read_open_filename(archive, systemPath(path), 1 << 20) == ARCHIVE_OK else { throw Self.failure(archive, at: path) }
    while true {
      let status = archive_read_next_header2(archive, entry)
      if status == ARCHIVE_EOF { return }
      // A warning concerns the character set of a name, for example. The member can still be read.
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw Self.failure(archive, at: path) }
      guard let stored = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry) else { continue }
      let name = Self.memberName(String(cString: stored))
      let kind = archive_entry_filetype(entry) & S_IFMT
      // The link of a drawing or of a folder of drawings; its target is not unpacked.
      if kind == S_IFLNK, !Self.isHidden(name) { throw .archivedLink(path: path, member: name) }
      if kind == S_IFREG, Self.isDrawing(name) { try visit(archive, name) }
    }
  }

  /// Opens the path first, because libarchive's messages do not distinguish a missing permission from damage.
  private func refuseUnreadable() throws(OmniglotError) {
    let file = open(systemPath(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .unreadable(.unreadable(path: path, code: errno)) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .unreadable(.unreadable(path: path, code: errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(.notAFile(path: path)) }
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

  private static func memberName(_ stored: String) -> String { stored.hasPrefix("./") ? String(stored.dropFirst(2)) : stored }

  /// Whether a member is a PNG file; a camera or an old system may write the extension in capitals.
  static func isDrawing(_ name: String) -> Bool { name.lowercased().hasSuffix(".png") && !isHidden(name) }

  /// Whether a file manager added a member: "__MACOSX/…", "._0709_01.png".
  static func isHidden(_ name: String) -> Bool { name.hasPrefix("__MACOSX/") || name.hasPrefix(".") || name.contains("/.") }
}
