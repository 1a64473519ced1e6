package import Tasks

/// Pictures as PNG files without compression.
///
/// Evaluation is linked into apps, where libpng is missing, and a report has a few small pictures. So these lines write the file: one
/// stored block of the deflate format for each 64 KiB. Equal pictures give equal bytes on every machine.
/// - SeeAlso: PNG specification, second edition, ISO/IEC 15948, sections 5 and 9; RFC 1950, section 2.2, and RFC 1951, section 3.2.4.
package enum PNG {
  /// The content of a PNG file.
  /// - Precondition: The picture has 1 or 3 channels.
  package static func encoded(_ picture: Picture) -> [UInt8] {
    let row = picture.width * picture.channels
    var data: [UInt8] = []
    data.reserveCapacity((row + 1) * picture.height)
    for start in stride(from: 0, to: picture.pixels.count, by: row) {
      data.append(0)  // no filter
      data += picture.pixels[start..<(start + row)]
    }
    let header = bytes(UInt32(picture.width)) + bytes(UInt32(picture.height)) + [8, picture.channels == 1 ? 0 : 2, 0, 0, 0]
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", header) + chunk("IDAT", stored(data)) + chunk("IEND", [])
  }

  /// The content of a PNG file as an address that needs no network.
  static func address(_ bytes: [UInt8]) -> String { "data:image/png;base64,\(base64(bytes))" }

  private static func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) } }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let content = Array(type.utf8) + data
    return bytes(UInt32(data.count)) + content + bytes(checksum(content))
  }

  /// Data in the zlib format, in stored blocks.
  private static func stored(_ data: [UInt8]) -> [UInt8] {
    let limit = 0xffff
    var result: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: data.count, by: limit) {
      let end = min(start + limit, data.count)
      let count = UInt16(end - start)
      result.append(end == data.count ? 1 : 0)
      for value in [count, ~count] { result += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)] }
      result += data[start..<end]
    }
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in data {
      low = (low + UInt32(byte)) % 65521
      high = (high + low) % 65521
    }
    return result + bytes(high << 16 | low)
  }

  /// The cyclic redundancy check of a chunk, bit by bit.
  private static func checksum(_ data: [UInt8]) -> UInt32 {
    var remainder: UInt32 = 0xffff_ffff
    for byte in data {
      remainder ^= UInt32(byte)
      for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return ~remainder
  }

  /// - SeeAlso: RFC 4648, section 4, <https://www.rfc-editor.org/rfc/rfc4648>
  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        text.append(place <= group.count ? digits[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
