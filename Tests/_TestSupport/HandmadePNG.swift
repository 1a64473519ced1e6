import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A PNG file, written byte by byte without the library that the reader uses, with uncompressed data.
///
/// - Parameters:
///   - width: Columns.
///   - height: Rows.
///   - depth: Bits of a channel, or of a palette's index.
///   - colour: The colour type: 0 grey, 2 colours, 3 palette, 4 grey and alpha, 6 colours and alpha.
///   - chunks: Chunks between header and data, such as a palette.
///   - rows: The bytes of each row, without the byte of the filter.
/// - Returns: The bytes of the file.
public func handmadePNG(
  width: Int, height: Int, depth: UInt8, colour: UInt8 = 0, chunks: [(type: String, data: [UInt8])] = [], rows: [[UInt8]]
) -> [UInt8] {
  let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [depth, colour, 0, 0, 0]
  var file = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", header)
  for (type, data) in chunks { file += chunk(type, data) }
  return file + chunk("IDAT", zlib(rows.flatMap { [0] + $0 })) + chunk("IEND", [])
}

/// The checksum of zip archives and PNG files.
public func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(0xffff_ffff as UInt32) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
  }
}

/// Writes a file without waiting for the disk, unlike `AtomicFile`.
public func writeFile(_ bytes: [UInt8], to path: String) throws {
  guard let file = fopen(path, "wb") else { throw FileError.unwritable(path: path, code: errno) }
  let count = fwrite(bytes, 1, bytes.count, file)
  guard fclose(file) == 0, count == bytes.count else { throw FileError.unwritable(path: path, code: errno) }
}

private func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
  bigEndian(UInt32(data.count)) + type.utf8 + data + bigEndian(crc32(Array(type.utf8) + data))
}

/// A zlib stream of stored blocks.
private func zlib(_ bytes: [UInt8]) -> [UInt8] {
  var sums: (a: UInt32, b: UInt32) = (1, 0)
  for byte in bytes {
    sums.a = (sums.a + UInt32(byte)) % 65521
    sums.b = (sums.b + sums.a) % 65521
  }
  var stream: [UInt8] = [0x78, 0x01]
  for start in stride(from: 0, to: bytes.count, by: 65_535) {
    let block = bytes[start..<min(start + 65_535, bytes.count)]
    let length = UInt16(block.count)
    let isLast: UInt8 = block.endIndex == bytes.count ? 1 : 0
    stream += [isLast, UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)]
    stream += block
  }
  return stream + bigEndian(sums.b << 16 | sums.a)
}

private func bigEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
