/// A PNG file of any kind of pixels, written byte by byte and without compression.
struct PNGFile {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  let bytes: [UInt8]

  /// A picture of one byte repeated.
  ///
  /// - Parameters:
  ///   - kind: The colour type: 0 grey, 2 colours, 3 a palette, 4 grey with opacity, 6 colours with opacity.
  ///   - depth: The bits of a sample.
  ///   - side: The number of rows and columns.
  ///   - fill: The byte of all pixels.
  ///   - extra: Chunks before the pixels, by type.
  init(kind: UInt8, depth: UInt8, side: Int = 105, fill: UInt8 = 0x55, extra: [(type: String, data: [UInt8])] = []) {
    let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][Int(kind)] ?? 1
    let row = [0] + [UInt8](repeating: fill, count: (side * samples * Int(depth) + 7) / 8)
    let header = bigEndian(UInt32(side)) + bigEndian(UInt32(side)) + [depth, kind, 0, 0, 0]
    let pixels = Array(repeatElement(row, count: side).joined())
    let chunks = [("IHDR", header)] + extra + [("IDAT", Self.zlib(pixels)), ("IEND", [])]
    bytes = Self.signature + chunks.flatMap { Self.chunk($0.0, $0.1) }
  }

  /// One file of each kind.
  static let examples = [
    PNGFile(kind: 0, depth: 1), PNGFile(kind: 0, depth: 8, extra: [("gAMA", bigEndian(45455)), ("tEXt", Array("Title\u{0}drawing".utf8))]),
    PNGFile(kind: 3, depth: 2, extra: [("PLTE", [0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0]), ("tRNS", [0, 128])]),
    PNGFile(kind: 4, depth: 8), PNGFile(kind: 0, depth: 16, side: 1), PNGFile(kind: 6, depth: 8, side: 8),
    PNGFile(kind: 2, depth: 8, side: 3, extra: [("sRGB", [0]), ("bKGD", [0, 0, 0, 0, 0, 0])]),
  ]

  /// The file with the right checksum of each chunk whose length is plausible.
  static func withChecksums(_ input: [UInt8]) -> [UInt8] {
    var bytes = input
    var start = signature.count
    while start + 12 <= bytes.count {
      let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      guard start + 12 + length <= bytes.count else { break }
      let end = start + 8 + length
      bytes.replaceSubrange(end..<end + 4, with: bigEndian(crc32(bytes[(start + 4)..<end])))
      start = end + 4
    }
    return bytes
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let content = type.utf8 + data
    return bigEndian(UInt32(data.count)) + content + bigEndian(crc32(content[...]))
  }

  /// A zlib stream of stored blocks.
  private static func zlib(_ bytes: [UInt8]) -> [UInt8] {
    var sums: (a: UInt32, b: UInt32) = (1, 0)
    for byte in bytes {
      sums.a = (sums.a + UInt32(byte)) % 65521
      sums.b = (sums.b + sums.a) % 65521
    }
    return [0x78, 0x01] + deflated(bytes) + bigEndian(sums.b << 16 | sums.a)
  }
}

/// A deflate stream of stored blocks.
func deflated(_ bytes: [UInt8]) -> [UInt8] {
  var stream: [UInt8] = []
  var position = 0
  repeat {
    let block = bytes[position..<min(position + 65535, bytes.count)]
    position += block.count
    stream += [position == bytes.count ? 1 : 0] + littleEndian(UInt16(block.count)) + littleEndian(~UInt16(block.count)) + block
  } while position < bytes.count
  return stream
}

/// The checksum of PNG and zip.
func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  ~bytes.reduce(0xffff_ffff as UInt32) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
  }
}

func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
func bigEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
