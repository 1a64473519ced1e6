import CJpegReader
import CPng
package import Tasks

/// Why a file is not a picture: the decoder's own message.
package struct PictureError: Error, Hashable {
  /// The reason, without a full stop.
  package let reason: String

  /// Creates an error.
  package init(_ reason: String) { self.reason = reason }
}

extension Picture {
  /// The most pixels of a picture.
  ///
  /// A picture has to fit into memory, and a small file can claim any size.
  package static let pixelLimit = 1 << 26
  /// The largest size of a file in bytes.
  package static let fileLimit = 1 << 28

  /// Decodes a PNG or JPEG file, which its first bytes tell apart.
  ///
  /// PNG files may be grey, coloured or with a palette, have 1 to 16 bits for each channel, and be transparent; JPEG files may be grey or
  /// coloured, sequential or progressive. Transparent pixels are put on white paper, 16 bits are rounded to 8, and the orientation that
  /// a camera stored is applied.
  /// - Parameter bytes: The content of the file.
  /// - Returns: A picture of three channels, no side longer than ``AreaReduction/sideLimit``.
  /// - Throws: ``PictureError`` for a damaged or truncated file, for other kinds of file, and for one that is too large.
  package static func decoded(_ bytes: [UInt8]) throws(PictureError) -> Picture {
    if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      return try png(bytes).oriented(ExifOrientation.ofPNG(bytes))
    }
    if bytes.starts(with: [0xff, 0xd8, 0xff]) { return try jpeg(bytes).oriented(ExifOrientation.ofJPEG(bytes)) }
    throw PictureError(bytes.isEmpty ? "it is empty" : "it is neither a PNG nor a JPEG file")
  }

  private static func png(_ bytes: [UInt8]) throws(PictureError) -> Picture {
    var (width, height, hasAlpha): (UInt32, UInt32, Int32) = (0, 0, 0)
    var message = [CChar](repeating: 0, count: Int(PNG_FILE_MESSAGE))
    guard png_file_header(bytes, bytes.count, &width, &height, &hasAlpha, &message) == 0 else { throw PictureError(text(message)) }
    let (columns, rows) = try checked(width, height)
    var pixels = [UInt8](repeating: 0, count: columns * rows * (hasAlpha == 0 ? 3 : 4))
    guard png_file_decode(bytes, bytes.count, hasAlpha == 0 ? png_file_rgb : png_file_rgba, &pixels, &message) == 0 else {
      throw PictureError(text(message))
    }
    return hasAlpha == 0
      ? Picture(width: columns, height: rows, channels: 3, pixels: pixels) : Picture(width: columns, height: rows, onWhite: pixels)
  }

  private static func jpeg(_ bytes: [UInt8]) throws(PictureError) -> Picture {
    var (width, height): (UInt32, UInt32) = (0, 0)
    var message = [CChar](repeating: 0, count: Int(JPEG_READER_MESSAGE))
    guard jpeg_reader_header(bytes, bytes.count, &width, &height, &message) == 0 else { throw PictureError(text(message)) }
    let (columns, rows) = try checked(width, height)
    var pixels = [UInt8](repeating: 0, count: columns * rows * 3)
    guard jpeg_reader_decode(bytes, bytes.count, width, height, &pixels, &message) == 0 else { throw PictureError(text(message)) }
    return Picture(width: columns, height: rows, channels: 3, pixels: pixels)
  }

  /// Checks a size that a file claims, before memory is allocated.
  private static func checked(_ width: UInt32, _ height: UInt32) throws(PictureError) -> (Int, Int) {
    let (columns, rows) = (Int(width), Int(height))
    let side = AreaReduction.sideLimit
    guard 1...side ~= columns, 1...side ~= rows, columns * rows <= pixelLimit else {
      throw PictureError("it has \(columns)×\(rows) pixels, expected at most \(side) along a side and \(pixelLimit) in all")
    }
    return (columns, rows)
  }

  private static func text(_ message: [CChar]) -> String {
    let bytes = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return bytes.isEmpty ? "no reason is known" : String(decoding: bytes, as: UTF8.self)
  }
}
