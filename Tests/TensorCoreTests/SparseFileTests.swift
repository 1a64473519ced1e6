import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files with a wrong header and terabytes of zeros behind it: reading all of one is impossible.
@Suite struct SparseFileTests {
  @Test(
    arguments: [
      ([], .invalidHeader(JSONError(fault: .unexpectedEnd, offset: 0))),
      (file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#), .trailingBytes(count: (1 << 42) - 8 - 54 - 4)),
    ] as [([UInt8], SafetensorsError)])
  func `the header is checked before the data are read`(start: [UInt8], error: SafetensorsError) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/sparse"
      try AtomicFile.write(start, to: path)
      // A file system that refuses such a size has no such files.
      guard truncate(path, 1 << 42) == 0 else { return }
      #expect(throws: error) { try Safetensors(contentsOf: path) }
    }
  }
}
