/// Finds the orientation that a camera stored in a file; damaged or missing EXIF data mean 1, as stored.
///
/// - SeeAlso: CIPA DC-008 (EXIF 2.32), sections 4.5 and 4.6.4; ISO/IEC 10918-1, annex B (segments of JPEG); PNG specification, eXIf.
enum ExifOrientation {
  /// The orientation in the first APP1 segment with EXIF data before the picture, 1...8.
  static func ofJPEG(_ bytes: [UInt8]) -> Int {
    var position = 2
    while position + 4 <= bytes.count, bytes[position] == 0xff {
      let marker = bytes[position + 1]
      if marker == 0xff {  // a fill byte
        position += 1
        continue
      }
      // The picture, or its end.
      if marker == 0xda || marker == 0xd9 { return 1 }
      let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
      let end = position + 2 + length
      guard length >= 2, end <= bytes.count else { return 1 }
      let content = bytes[position + 4..<end]
      if marker == 0xe1, content.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) { return ofTIFF(Array(content.dropFirst(6))) }
      position = end
    }
    return 1
  }

  /// The orientation in the eXIf chunk, 1...8.
  static func ofPNG(_ bytes: [UInt8]) -> Int {
    var position = 8
    while position + 12 <= bytes.count {
      let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = position + 8 + length
      guard end + 4 <= bytes.count else { return 1 }
      if bytes[position + 4..<position + 8].elementsEqual("eXIf".utf8) { return ofTIFF(Array(bytes[position + 8..<end])) }
      position = end + 4
    }
    return 1
  }

  /// The orientation in the first directory of a TIFF file.
  private static func ofTIFF(_ bytes: [UInt8]) -> Int {
    guard bytes.count >= 8, bytes[0] == bytes[1], bytes[0] == 0x49 || bytes[0] == 0x4d else { return 1 }
    let isLittleEndian = bytes[0] == 0x49
    /// The number of `count` bytes at a position; nil beyond the end.
    func number(_ position: Int, _ count: Int) -> Int? {
      guard position >= 0, position + count <= bytes.count else { return nil }
      let field = bytes[position..<position + count]
      return isLittleEndian ? field.reversed().reduce(0) { $0 << 8 | Int($1) } : field.reduce(0) { $0 << 8 | Int($1) }
    }
    guard number(2, 2) == 42, let directory = number(4, 4), let entries = number(directory, 2) else { return 1 }
    for entry in 0..<entries {
      let place = directory + 2 + 12 * entry
      guard let tag = number(place, 2) else { return 1 }
      // One number of type SHORT.
      if tag == 0x0112, number(place + 2, 2) == 3, number(place + 4, 4) == 1, let value = number(place + 8, 2), 1...8 ~= value {
        return value
      }
    }
    return 1
  }
}
