/// A zip archive, written byte by byte without the library that the reader uses.
struct ZipFile {
  /// How members are packed.
  enum Method: UInt8 {
    case stored = 0
    case deflated = 8
  }

  let bytes: [UInt8]

  init(_ members: [(name: String, content: [UInt8])], _ method: Method) {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for (name, content) in members {
      let packed = method == .stored ? content : deflated(content)
      let common =
        [20, 0, 0, 0, method.rawValue, 0, 0, 0, 0x21, 0x47] + littleEndian(crc32(content[...])) + littleEndian(UInt32(packed.count))
        + littleEndian(UInt32(content.count)) + littleEndian(UInt16(name.utf8.count))
      directory += littleEndian(0x0201_4b50 as UInt32) + [20, 3] + common + [UInt8](repeating: 0, count: 8)
      // External attributes: the Unix mode of a file in the upper half.
      directory += littleEndian(0o100644 << 16 as UInt32) + littleEndian(UInt32(archive.count)) + name.utf8
      archive += littleEndian(0x0403_4b50 as UInt32) + common + [0, 0] + name.utf8 + packed
    }
    let count = littleEndian(UInt16(members.count))
    let sizes = littleEndian(UInt32(directory.count)) + littleEndian(UInt32(archive.count))
    bytes = archive + directory + littleEndian(0x0605_4b50 as UInt32) + [0, 0, 0, 0] + count + count + sizes + [0, 0]
  }

  /// The archive with the right checksum of each stored member, in its own header and in the directory.
  static func withChecksums(_ input: [UInt8]) -> [UInt8] {
    var bytes = input
    var sums: [[UInt8]] = []
    var start = 0
    func number(_ offset: Int, _ count: Int) -> Int {
      bytes[(start + offset)..<(start + offset + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    while start + 30 <= bytes.count, bytes[start..<start + 4].elementsEqual([0x50, 0x4b, 3, 4]) {
      let content = start + 30 + number(26, 2) + number(28, 2)
      let end = content + number(18, 4)
      guard end <= bytes.count else { return bytes }
      if number(8, 2) == 0 { bytes.replaceSubrange((start + 14)..<(start + 18), with: littleEndian(crc32(bytes[content..<end]))) }
      sums.append(Array(bytes[(start + 14)..<(start + 18)]))
      start = end
    }
    for sum in sums {
      guard start + 46 <= bytes.count, bytes[start..<start + 4].elementsEqual([0x50, 0x4b, 1, 2]) else { return bytes }
      bytes.replaceSubrange((start + 16)..<(start + 20), with: sum)
      start += 46 + number(28, 2) + number(30, 2) + number(32, 2)
    }
    return bytes
  }
}
