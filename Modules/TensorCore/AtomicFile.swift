import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads and writes whole files; a reader sees the old content or the new, never a part.
package enum AtomicFile {
  /// Reads the bytes of an ordinary file.
  ///
  /// - Throws: ``FileError`` if there is no file, if the path names a folder, a pipe or a device, or if the system refuses.
  package static func read(_ path: String) throws(FileError) -> [UInt8] {
    let file = try OrdinaryFile(path)
    return try file.read(file.byteCount)
  }

  /// Writes bytes to a temporary file in the same folder, flushes it to the disk, and renames it to the path.
  ///
  /// If this throws, the path keeps its old content. A symbolic link at the path is replaced, not followed.
  /// - Parameters:
  ///   - bytes: The new content.
  ///   - path: The path of the file.
  ///   - previous: A second path, which gets the old file and loses its own; nil to drop the old content.
  /// - Throws: ``FileError/unwritable(path:code:)``
  package static func write(_ bytes: [UInt8], to path: String, keepingOldAs previous: String? = nil) throws(FileError) {
    let (file, temporary) = try makeTemporary(beside: path)
    var written = 0
    var code: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      while written < buffer.count, let base = buffer.baseAddress {
        let count = retrying { writeDescriptor(file, base + written, buffer.count - written) }
        if count < 0 {
          code = errno
          return
        }
        written += count
      }
    }
    if code == 0, retrying({ fsync(file) }) != 0 { code = errno }
    if code == 0, let previous { keep(path, as: previous) }
    // Closing gives up the lock, and somebody may then remove the file as abandoned. So the rename comes first.
    if code == 0, rename(systemPath(temporary), systemPath(path)) != 0 { code = errno }
    // The bytes are on the disk already, so an error in closing changes nothing.
    _ = close(file)
    guard code == 0 else {
      _ = unlink(systemPath(temporary))
      throw .unwritable(path: path, code: code)
    }
    flushFolder(of: path)
  }

  /// Gives a file a second name, so that the first one can be replaced; a failure leaves the file under at least one of the two names.
  private static func keep(_ path: String, as previous: String) {
    var status = stat()
    guard lstat(systemPath(path), &status) == 0 else { return }
    _ = unlink(systemPath(previous))
    // With a link, the path always names a whole file. Some file systems have no links.
    if link(systemPath(path), systemPath(previous)) != 0 { _ = rename(systemPath(path), systemPath(previous)) }
  }

  /// Throws if no file can be made in the path's folder; nothing stays there.
  ///
  /// - Throws: ``FileError/unwritable(path:code:)``
  package static func checkWritable(_ path: String) throws(FileError) {
    let (file, temporary) = try makeTemporary(beside: path)
    _ = unlink(systemPath(temporary))
    _ = close(file)
  }

  private static func makeTemporary(beside path: String) throws(FileError) -> (file: Int32, path: String) {
    // O_EXCL claims the name, also against other threads. The loop skips leftovers of a killed process.
    for attempt in 0..<1000 {
      let temporary = "\(path).\(getpid())-\(attempt).tmp"
      let file = retrying { open(systemPath(temporary), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
      guard file >= 0 else {
        guard errno == EEXIST else { break }
        continue
      }
      // The lock tells others that the writer lives. Before it was taken, somebody may have removed the file as abandoned; who is about to
      // remove it holds the lock for a moment.
      _ = retrying { flock(file, LOCK_EX) }
      if isNamed(temporary, file) { return (file, temporary) }
      _ = close(file)
      errno = EEXIST
    }
    throw .unwritable(path: path, code: errno)
  }

  /// Whether a path names an open file; symbolic links are not followed.
  package static func isNamed(_ path: String, _ file: Int32) -> Bool {
    var (named, opened) = (stat(), stat())
    return lstat(systemPath(path), &named) == 0 && fstat(file, &opened) == 0 && named.st_ino == opened.st_ino
      && named.st_dev == opened.st_dev
  }

  /// Flushes the folder so that the rename is durable; some file systems cannot, and the content is safe either way.
  private static func flushFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let file = open(systemPath(folder), O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = fsync(file)
    _ = close(file)
  }
}

/// Repeats a system call that a signal interrupted.
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}

// Inside the type, the member `write` hides the C function.
private func writeDescriptor(_ file: Int32, _ base: UnsafeRawPointer, _ count: Int) -> Int { write(file, base, count) }
