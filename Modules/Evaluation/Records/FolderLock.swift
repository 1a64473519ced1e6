import Registry
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The ownership of a folder by one process, or by one part of a process; it ends with the last copy, or with the process.
///
/// The system holds the lock, on a file in the folder. A killed process therefore leaves the file but no lock, and blocks nobody.
/// The file names the owner for the message of those who come second, and is removed with the lock.
///
/// Some file systems have no locks. There the folder is used without.
public final class FolderLock: Sendable {
  /// The name of the locked file.
  public static let fileName = ".metalearning-lock"

  private let file: Int32
  private let path: String
  /// Whether the file was made for the lock; a user's file of the same name is locked, but neither changed nor removed.
  private let isOwn: Bool
  /// Whether the system holds the lock; false on a file system without locks.
  package let isHeld: Bool

  /// Locks a folder that exists.
  ///
  /// - Throws: ``RunFolderError/inUse(path:owner:)`` if somebody else has it, ``RunFolderError/file(_:)`` if it cannot be written.
  package init(_ folder: String) throws(RunFolderError) {
    path = "\(folder)/\(Self.fileName)"
    // An owner may remove the file between opening and locking it. The lock is then worth nothing, and the next file is tried.
    for _ in 0..<1000 {
      let file = open(systemPath(path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
      guard file >= 0 else {
        if errno == EINTR { continue }
        throw .file(.unwritable(path: path, code: errno))
      }
      let isHeld: Bool
      if flock(file, LOCK_EX | LOCK_NB) == 0 {
        isHeld = true
      } else {
        let code = errno
        if code == EWOULDBLOCK {
          let owner = Self.owner(Self.text(path))
          _ = close(file)
          throw .inUse(path: folder, owner: owner)
        }
        isHeld = false
      }
      guard AtomicFile.isNamed(path, file) else {
        _ = close(file)
        continue
      }
      let text = Self.text(path)
      self.file = file
      self.isHeld = isHeld
      isOwn = isHeld && (text.isEmpty || Self.owner(text) != nil)
      if isOwn { Self.write("\(getpid()) \(Self.host)\n", to: file) }
      return
    }
    throw .inUse(path: folder, owner: nil)
  }

  deinit {
    // The name is checked, because the folder may have been removed and made anew by somebody else.
    if isOwn, AtomicFile.isNamed(path, file) { _ = unlink(systemPath(path)) }
    _ = close(file)
  }

  /// The owner as messages name it, such as "process 4711 on node3"; nil if the text is not that of a lock.
  private static func owner(_ text: String) -> String? {
    let words = text.split(separator: "\n", omittingEmptySubsequences: false).first?.split(separator: " ") ?? []
    guard words.count == 2, let process = Int32(words[0]), process > 0, words[1].utf8.count <= 255, words[1].utf8.allSatisfy(isHostByte)
    else { return nil }
    return "process \(process) on \(words[1])"
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }

  private static var host: String {
    let name = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      buffer.initialize(repeating: 0)
      guard let base = buffer.baseAddress, gethostname(base, buffer.count - 1) == 0 else { return "" }
      return String(cString: base)
    }
    return name.isEmpty || !name.utf8.allSatisfy(isHostByte) ? "localhost" : name
  }

  private static func text(_ path: String) -> String { smallText(path) ?? "" }

  /// Replaces the content; a failure only costs the owner's name in a message.
  private static func write(_ text: String, to file: Int32) {
    guard ftruncate(file, 0) == 0, lseek(file, 0, SEEK_SET) == 0 else { return }
    _ = text.utf8.withContiguousStorageIfAvailable { writeDescriptor(file, $0.baseAddress, $0.count) }
  }
}

// Inside the type, its member `write` hides the C function.
private func writeDescriptor(_ file: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int { write(file, base, count) }
