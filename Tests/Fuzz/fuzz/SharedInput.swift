import _Fuzz

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The input that a process is reading, in a mapped file: it outlives the process, however that ends.
///
/// The file holds the number of inputs so far, the size of the current one, and its bytes.
struct SharedInput {
  private let memory: UnsafeMutableRawPointer

  /// Maps a file, which is created if there is none.
  init?(_ path: String) {
    let size = 16 + Mutator.sizeLimit
    let file = open(path, O_RDWR | O_CREAT, 0o600)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard ftruncate(file, off_t(size)) == 0, let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED
    else { return nil }
    self.memory = memory
  }

  /// The number of inputs so far.
  var count: Int { memory.load(as: Int.self) }

  /// The current input.
  var bytes: [UInt8] {
    Array(UnsafeRawBufferPointer(start: memory + 16, count: min(memory.load(fromByteOffset: 8, as: Int.self), Mutator.sizeLimit)))
  }

  /// Replaces the input.
  func store(_ input: [UInt8]) {
    input.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: memory + 16, count: Mutator.sizeLimit).copyBytes(from: $0) }
    memory.storeBytes(of: input.count, toByteOffset: 8, as: Int.self)
    memory.storeBytes(of: count + 1, as: Int.self)
  }
}
