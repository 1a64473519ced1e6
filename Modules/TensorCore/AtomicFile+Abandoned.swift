import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension AtomicFile {
  /// Removes the temporary files that killed processes left in a folder.
  ///
  /// A writer holds a lock on its temporary file, and the system releases it when the writer ends, however it ends. Only unlocked files
  /// with the exact name of a temporary file, `NAME.PROCESS-ATTEMPT.tmp`, are removed.
  /// - Parameters:
  ///   - folder: The folder; one that cannot be read is passed over.
  ///   - isOwn: Whether the caller writes a file of this name there.
  package static func removeAbandoned(in folder: String, of isOwn: (_ name: String) -> Bool) {
    for name in names(in: folder) {
      guard let target = temporaryTarget(name), isOwn(target) else { continue }
      removeIfAbandoned("\(folder)/\(name)")
    }
  }

  /// The name of the file that a temporary file was to become; nil if the name is not that of a temporary file.
  static func temporaryTarget(_ name: String) -> String? {
    guard name.hasSuffix(".tmp") else { return nil }
    let stem = name.dropLast(4)
    guard let dot = stem.lastIndex(of: "."), dot != stem.startIndex else { return nil }
    let numbers = stem[stem.index(after: dot)...].split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, let process = Int32(numbers[0]), let attempt = Int(numbers[1]), process > 0, 0..<1000 ~= attempt,
      numbers[0] == "\(process)", numbers[1] == "\(attempt)"
    else { return nil }
    return String(stem[..<dot])
  }

  private static func removeIfAbandoned(_ path: String) {
    let file = open(systemPath(path), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return }
    defer { _ = close(file) }
    var status = stat()
    // The name is checked after the lock is taken: the writer may have renamed the file, and another one may have the name now.
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, flock(file, LOCK_EX | LOCK_NB) == 0, isNamed(path, file)
    else { return }
    _ = unlink(systemPath(path))
  }

  /// The names in a folder; none if it cannot be read.
  package static func names(in path: String) -> [String] {
    guard let folder = opendir(systemPath(path)) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      names.append(withUnsafeBytes(of: &entry.pointee.d_name) { systemText($0.prefix { $0 != 0 }) })
    }
    return names
  }
}
