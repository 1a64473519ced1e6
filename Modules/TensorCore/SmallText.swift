#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The first 64 KiB of a file as text; nil if it cannot be read.
///
/// For files of /proc and /sys, whose size is reported as 0.
package func smallText(_ path: String) -> String? {
  let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard file >= 0 else { return nil }
  defer { _ = close(file) }
  var failed = false
  let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
    while count < buffer.count, let base = buffer.baseAddress {
      let got = read(file, base + count, buffer.count - count)
      if got < 0, errno == EINTR { continue }
      failed = got < 0
      if got <= 0 { break }
      count += got
    }
  }
  return failed ? nil : String(decoding: bytes, as: UTF8.self)
}
