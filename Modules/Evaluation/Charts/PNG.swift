import CPng
import Tasks

/// Pictures as PNG files.
enum PNG {
  /// The content of a PNG file; equal pictures give equal bytes with the same libpng.
  ///
  /// - Parameter picture: A picture of 1 or 3 channels.
  /// - Returns: nil if libpng refuses the picture, for example for lack of memory.
  static func encoded(_ picture: Picture) -> [UInt8]? {
    let format = picture.channels == 1 ? png_file_grey : png_file_rgb
    let (width, height) = (UInt32(picture.width), UInt32(picture.height))
    var count = png_file_bound(width, height, format)
    guard picture.channels == 1 || picture.channels == 3, count > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    guard png_file_encode(picture.pixels, width, height, format, &bytes, &count) == 0 else { return nil }
    return Array(bytes[..<count])
  }

  /// The content of a PNG file as an address that needs no network.
  static func address(_ bytes: [UInt8]) -> String { "data:image/png;base64,\(base64(bytes))" }

  /// - SeeAlso: RFC 4648, section 4, <https://www.rfc-editor.org/rfc/rfc4648>
  static func base64(_ bytes: [UInt8]) -> String {
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
