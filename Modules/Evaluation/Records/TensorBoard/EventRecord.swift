/// One event of a TensorBoard event file: a protocol buffer in a TFRecord frame.
///
/// ```
/// Event:     1 double wall_time, 2 int64 step, 3 string file_version | 5 Summary | 7 SessionLog
/// Summary:   1 repeated Value (1 string tag, 2 float simple_value)
/// frame:     uint64 length, uint32 masked CRC of the length, the event, uint32 masked CRC of the event
/// ```
/// All numbers of the frame are little-endian.
/// - SeeAlso: `event.proto`, `summary.proto` and the TFRecord format, in TensorFlow's documentation,
///   <https://www.tensorflow.org/tutorials/load_data/tfrecord>
package struct EventRecord: Sendable, Hashable {
  /// What an event says.
  package enum Content: Sendable, Hashable {
    /// The first event of a file.
    case fileVersion
    /// The run starts or resumes: events of this step and of later ones in older files are void.
    case start
    /// Numbers by tag.
    case scalars([Scalar])
  }

  /// A number with its tag.
  package struct Scalar: Sendable, Hashable {
    let tag: String
    let value: Float

    /// Creates a number.
    package init(_ tag: String, _ value: Double) { (self.tag, self.value) = (tag, Float(value)) }
  }

  /// Seconds since 1970.
  package let wallTime: Double
  /// The number of meta-updates done.
  package let step: Int
  /// What the event says.
  package let content: Content

  /// Creates an event.
  package init(wallTime: Double, step: Int, _ content: Content) {
    self.wallTime = wallTime
    self.step = step
    self.content = content
  }

  /// The bytes of the event in its frame.
  package var framed: [UInt8] {
    let (body, length) = (encoded, littleEndian(UInt64(encoded.count)))
    return length + littleEndian(CRC32C.masked(length)) + body + littleEndian(CRC32C.masked(body))
  }

  private var encoded: [UInt8] {
    var message = ProtocolBuffer()
    message.add(1, wallTime)
    if step != 0 { message.add(2, step) }
    switch content {
    case .fileVersion: message.add(3, Array("brain.Event:2".utf8))
    case .start:
      var log = ProtocolBuffer()
      log.add(1, 1)
      message.add(7, log.bytes)
    case .scalars(let scalars):
      var summary = ProtocolBuffer()
      for scalar in scalars {
        var value = ProtocolBuffer()
        value.add(1, Array(scalar.tag.utf8))
        value.add(2, scalar.value)
        summary.add(1, value.bytes)
      }
      message.add(5, summary.bytes)
    }
    return message.bytes
  }
}

/// The few encodings of protocol buffers that events need.
private struct ProtocolBuffer {
  var bytes: [UInt8] = []

  mutating func add(_ field: Int, _ value: Double) {
    tag(field, wireType: 1)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func add(_ field: Int, _ value: Float) {
    tag(field, wireType: 5)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func add(_ field: Int, _ value: Int) {
    tag(field, wireType: 0)
    variable(UInt64(bitPattern: Int64(value)))
  }

  mutating func add(_ field: Int, _ value: [UInt8]) {
    tag(field, wireType: 2)
    variable(UInt64(value.count))
    bytes += value
  }

  private mutating func tag(_ field: Int, wireType: Int) { variable(UInt64(field << 3 | wireType)) }

  /// Appends seven bits per byte, the lowest first; the high bit of a byte says that another one follows.
  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
