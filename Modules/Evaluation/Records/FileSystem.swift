#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whether the path is a folder.
func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Whether anything exists at the path.
func exists(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0
}

/// Creates a folder and its parents; existing folders are not an error.
///
/// - Returns: nil on success, or errno.
func makeFolder(_ path: String) -> Int32? {
  if isFolder(path) { return nil }
  if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
    if let code = makeFolder(String(path[..<slash])) { return code }
  }
  guard mkdir(path, 0o777) != 0 else { return nil }
  let code = errno
  return isFolder(path) ? nil : code
}

/// Removes a file.
///
/// - Returns: nil on success or if there was no file, otherwise errno.
func removeFile(_ path: String) -> Int32? { unlink(path) == 0 || errno == ENOENT ? nil : errno }

/// Appends bytes to a file, and creates it if needed.
///
/// - Returns: nil on success, or errno.
func appendBytes(_ bytes: [UInt8], to path: String) -> Int32? {
  let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
  guard file >= 0 else { return errno }
  var code: Int32?
  bytes.withUnsafeBytes { buffer in
    var rest = buffer[...]
    while !rest.isEmpty, code == nil {
      let count = write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { code = errno }
    }
  }
  if close(file) != 0, code == nil { code = errno }
  return code
}

/// The system's message for an errno.
func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
