import TensorCore

/// The kinds of messages between ranks; the first byte of a message.
enum RankMessageKind: UInt8 {
  // From a rank to rank 0.
  /// What must be equal on all ranks.
  case facts = 1
  /// The rank awaits the state to start from.
  case ready = 2
  /// The sums of a rank's shards.
  case part = 3
  /// The rank has nothing more to do.
  case done = 4
  /// An error ended the rank's work.
  case failure = 5
  // From rank 0 to the others.
  /// The facts agree.
  case agreed = 6
  /// The state to compute the next step with.
  case state = 7
  /// The exit code of all ranks.
  case end = 8
}

/// Writes a message: fixed-size numbers in the machine's byte order, texts and tensors with their lengths.
///
/// Ranks of other byte orders are not supported.
struct RankMessageWriter {
  private(set) var bytes: [UInt8]

  init(_ kind: RankMessageKind, signal: Int32 = 0, capacity: Int = 0) {
    bytes = []
    bytes.reserveCapacity(capacity + 64)
    bytes.append(kind.rawValue)
    withUnsafeBytes(of: signal) { bytes.append(contentsOf: $0) }
  }

  mutating func add(_ number: Int) { withUnsafeBytes(of: Int64(number)) { bytes.append(contentsOf: $0) } }

  mutating func add(_ numbers: [Double]) {
    add(numbers.count)
    numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      add(utf8.count)
      bytes.append(contentsOf: utf8)
    }
  }

  /// Adds the elements of a float32 tensor.
  mutating func add(_ tensor: Tensor) {
    let tensor = tensor.contiguous
    add(tensor.shape.elementCount)
    tensor.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
}

/// Reads a message in the order in which it was written.
struct RankMessageReader {
  /// The message does not have the expected form.
  struct Malformed: Error {}

  let kind: RankMessageKind?
  let signal: Int32
  private let bytes: [UInt8]
  private var place: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    place = min(5, bytes.count)
    kind = bytes.first.flatMap(RankMessageKind.init)
    signal = bytes.count < 5 ? 0 : bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 1, as: Int32.self) }
  }

  private mutating func take(_ count: Int) throws(Malformed) -> Range<Int> {
    guard count >= 0, count <= bytes.count - place else { throw Malformed() }
    defer { place += count }
    return place..<place + count
  }

  mutating func integer() throws(Malformed) -> Int {
    let range = try take(8)
    return Int(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: range.lowerBound, as: Int64.self) })
  }

  /// A number of items of a size in bytes, which the rest of the message must hold.
  mutating func count(of size: Int = 1) throws(Malformed) -> Int {
    let count = try integer()
    guard count >= 0, count <= (bytes.count - place) / size else { throw Malformed() }
    return count
  }

  mutating func doubles() throws(Malformed) -> [Double] {
    let count = try count(of: 8)
    let range = try take(8 * count)
    return [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range])) }
      initialized = count
    }
  }

  mutating func text() throws(Malformed) -> String {
    let range = try take(count(of: 1))
    return String(decoding: bytes[range], as: UTF8.self)
  }

  /// A float32 vector in storage of its own.
  mutating func vector() throws(Malformed) -> Tensor {
    let count = try count(of: 4)
    let range = try take(4 * count)
    return Tensor(shape: [count], dtype: .float32) { memory in
      bytes.withUnsafeBytes { memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
  }
}
