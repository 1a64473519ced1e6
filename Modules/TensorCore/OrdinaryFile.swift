import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An ordinary file that is open for reading, piece by piece from its beginning.
final class OrdinaryFile {
  private let path: String
  private let descriptor: Int32
  /// The size of the file when it was opened.
  let byteCount: Int

  /// Opens a file.
  ///
  /// - Throws: ``FileError`` if there is no file, if the path names a folder, a pipe or a device, or if the system refuses.
  init(_ path: String) throws(FileError) {
    // Without O_NONBLOCK, opening a pipe without a writer would block forever.
    let file = retrying { open(systemPath(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard file >= 0 else { throw errno == ENOENT ? .missing(path: path) : .unreadable(path: path, code: errno) }
    var status = stat()
    let code = fstat(file, &status) == 0 ? 0 : errno
    guard code == 0, status.st_mode & S_IFMT == S_IFREG else {
      _ = close(file)
      throw code == 0 ? .notAFile(path: path) : .unreadable(path: path, code: code)
    }
    self.path = path
    descriptor = file
    byteCount = Int(status.st_size)
  }

  deinit { _ = close(descriptor) }

  /// Reads the next bytes; fewer than asked for if the file has shrunk meanwhile.
  ///
  /// - Throws: ``FileError/unreadable(path:code:)``
  func read(_ wanted: Int) throws(FileError) -> [UInt8] {
    // Allocating an array larger than memory traps, so reject such a file here.
    let memory = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE))).partialValue
    guard wanted < memory else { throw .unreadable(path: path, code: ENOMEM) }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      while count < wanted, let base = buffer.baseAddress {
        let got = retrying { readDescriptor(descriptor, base + count, wanted - count) }
        if got < 0 { failure = errno }
        if got <= 0 { break }  // 0: the file has shrunk since fstat
        count += got
      }
    }
    guard failure == 0 else { throw .unreadable(path: path, code: failure) }
    return bytes
  }
}

// Inside the type, the member `read` hides the C function.
private func readDescriptor(_ file: Int32, _ base: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int { read(file, base, count) }
