import TensorCore
import Testing

/// Damaged files are read or refused, but never crash; a crash would end the test process.
@Suite struct SafetensorsFuzzTests {
  static let valid: [UInt8] = {
    let file = Safetensors(
      tensors: ["a": Tensor.ones([2, 1]), "b": Tensor(3, dtype: .float64), "é\n": Tensor.zeros([0])], metadata: ["k": "v"])
    return file.encoded()
  }()

  @Test func `every proper prefix is refused`() {
    for count in Self.valid.indices {
      #expect(throws: SafetensorsError.self, "a prefix of \(count) bytes") { try Safetensors(decoding: Array(Self.valid.prefix(count))) }
    }
    #expect(throws: Never.self) { try Safetensors(decoding: Self.valid) }
  }

  @Test func `every byte changed to every value is read or refused`() {
    var accepted = 0
    for index in Self.valid.indices {
      for value in UInt8.min...UInt8.max where value != Self.valid[index] {
        var bytes = Self.valid
        bytes[index] = value
        if isAccepted(bytes) { accepted += 1 }
      }
    }
    // The 16 data bytes are valid with any value, and some changes of a name give another valid name.
    #expect(accepted >= 16 * 255)
  }

  @Test func `every pair of bytes exchanged, every byte doubled or left out is read or refused`() {
    for first in Self.valid.indices {
      for second in Self.valid.indices.dropFirst(first + 1) {
        var bytes = Self.valid
        bytes.swapAt(first, second)
        _ = isAccepted(bytes)
      }
      var shorter = Self.valid
      shorter.remove(at: first)
      #expect(!isAccepted(shorter))
      var longer = Self.valid
      longer.insert(longer[first], at: first)
      #expect(!isAccepted(longer))
    }
  }

  @Test func `random splices of header text are read or refused`() {
    let pieces = ["{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d800", "0", "9", "99999999999", "F32", "shape", "dtype", " ", "é"]
    var stream = RandomStream(seed: 1)
    for _ in 0..<20_000 {
      var bytes = Self.valid
      for _ in 0...stream.integer(below: 3) {
        let start = 8 + stream.integer(below: bytes.count - 8)
        let end = min(bytes.count, start + stream.integer(below: 8))
        bytes.replaceSubrange(start..<end, with: Array(pieces[stream.integer(below: pieces.count)].utf8))
        // Every second time the length is corrected, so that other errors are reached too.
        if stream.integer(below: 2) == 0 { bytes[0] = UInt8(truncatingIfNeeded: bytes.count - 24) }
      }
      _ = isAccepted(bytes)
    }
  }

  /// Whether the bytes can be read; if so, the result must be consistent.
  private func isAccepted(_ bytes: [UInt8]) -> Bool {
    guard let file = try? Safetensors(decoding: bytes) else { return false }
    let count = file.tensors.values.reduce(0) { $0 + $1.shape.elementCount * $1.dtype.byteCount }
    #expect(count <= bytes.count)
    #expect((try? Safetensors(decoding: file.encoded()))?.tensors.count == file.tensors.count)
    return true
  }
}
