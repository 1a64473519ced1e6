import Registry
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whether the path is a folder.
package func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(systemPath(path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Whether anything exists at the path.
package func exists(_ path: String) -> Bool {
  var status = stat()
  return lstat(systemPath(path), &status) == 0
}

/// The names of the folders in a folder, sorted; empty if it cannot be read.
func folderNames(in path: String) -> [String] {
  AtomicFile.names(in: path).filter { $0 != "." && $0 != ".." && isFolder("\(path)/\($0)") }.sorted()
}

/// Whether two paths name the same file, symbolic links followed.
func isSameFile(_ first: String, _ second: String) -> Bool {
  var (one, other) = (stat(), stat())
  return stat(systemPath(first), &one) == 0 && stat(systemPath(second), &other) == 0 && one.st_ino == other.st_ino
    && one.st_dev == other.st_dev
}

/// Creates a folder and its parents; existing folders are not an error.
///
/// - Returns: nil on success, or errno.
package func makeFolder(_ path: String) -> Int32? {
  if isFolder(path) { return nil }
  if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
    if let code = makeFolder(String(path[..<slash])) { return code }
  }
  guard mkdir(systemPath(path), 0o777) != 0 else { return nil }
  let code = errno
  return isFolder(path) ? nil : code
}

/// Removes a file.
///
/// - Returns: nil on success or if there was no file, otherwise errno.
func removeFile(_ path: String) -> Int32? { unlink(systemPath(path)) == 0 || errno == ENOENT ? nil : errno }

/// Gives a file another name; a file that has that name is replaced.
///
/// - Returns: nil on success, or errno.
func renameFile(_ path: String, to other: String) -> Int32? { rename(systemPath(path), systemPath(other)) == 0 ? nil : errno }

/// Appends bytes to a file, and creates it if needed; a failure leaves the file as it was.
///
/// - Returns: nil on success, or errno.
func appendBytes(_ bytes: [UInt8], to path: String) -> Int32? {
  let file = open(systemPath(path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
  guard file >= 0 else { return errno }
  var status = stat()
  guard fstat(file, &status) == 0 else {
    let code = errno
    _ = close(file)
    return code
  }
  var code: Int32?
  bytes.withUnsafeBytes { buffer in
    var rest = buffer[...]
    while !rest.isEmpty, code == nil {
      let count = write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { code = errno }
    }
  }
  if code != nil { _ = ftruncate(file, status.st_size) }
  if close(file) != 0, code == nil { code = errno }
  return code
}

/// Flushes a file to the disk; a file that does not exist, or a file system that cannot flush, is not an error.
///
/// - Returns: nil on success, or errno.
func flushFile(_ path: String) -> Int32? {
  let file = open(systemPath(path), O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return errno == ENOENT ? nil : errno }
  defer { _ = close(file) }
  return fsync(file) == 0 || errno == EINVAL ? nil : errno
}

/// Creates a folder that nobody else has: "PATH", or otherwise "PATH-2", "PATH-3" and so on; its parents are created too.
///
/// - Returns: The folder's path on success, or errno.
func makeNewFolder(_ path: String) -> (path: String, code: Int32?) {
  if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
    if let code = makeFolder(String(path[..<slash])) { return (path, code) }
  }
  for number in 1..<10_000 {
    let name = number == 1 ? path : "\(path)-\(number)"
    if mkdir(systemPath(name), 0o777) == 0 { return (name, nil) }
    guard errno == EEXIST else { break }
  }
  return (path, errno)
}

/// The system's message for an errno.
func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
