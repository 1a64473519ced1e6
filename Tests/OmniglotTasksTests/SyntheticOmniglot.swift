import OmniglotTasks
import _TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Small data in Omniglot's layout, written byte by byte without the libraries that the reader uses.
///
/// There are seven background alphabets of two characters and one evaluation alphabet of three, with four drawings per character. Under
/// `background-evaluation` the splits have 12, 2 and 3 classes.
struct SyntheticOmniglot {
  /// PNG files by member name.
  var members: [String: [UInt8]] = [:]

  init() {
    for alphabet in 1...7 { add("images_background/Alphabet\(alphabet)", characters: 2) }
    add("images_evaluation/Test", characters: 3)
  }

  private mutating func add(_ alphabet: String, characters: Int) {
    for character in 1...characters {
      for drawing in 1...4 { members["\(alphabet)/character0\(character)/0001_0\(drawing).png"] = picture(of: members.count) }
    }
  }

  /// A drawing that identifies its number: a black box whose position and width depend on it.
  private func picture(of number: Int) -> [UInt8] {
    png(width: 105, height: 105) { x, y in (10 + number..<20 + number).contains(y) && (5..<30 + number % 7).contains(x) }
  }

  func names(in half: String) -> [String] { members.keys.filter { $0.hasPrefix(half + "/") }.sorted() }

  /// Writes the two archives with members in reverse order, so that the reader must sort.
  func writeArchives(to folder: String) throws {
    for half in OmniglotSource.names {
      try writeFile(archive(of: half), to: "\(folder)/\(half).zip")
    }
  }

  func archive(of half: String) -> [UInt8] {
    zip([("\(half)/", [])] + names(in: half).reversed().map { ($0, members[$0] ?? []) })
  }

  func writeFolders(to folder: String) throws {
    for (name, bytes) in members {
      var path = folder
      for part in name.split(separator: "/").dropLast() {
        path += "/\(part)"
        _ = mkdir(path, 0o700)
      }
      try writeFile(bytes, to: "\(folder)/\(name)")
    }
  }
}

extension Omniglot {
  /// A task with settings small enough for the synthetic data.
  static var small: Omniglot {
    var task = Omniglot()
    (task.ways, task.shots, task.queries, task.split) = (2, 1, 2, .backgroundEvaluation)
    return task
  }
}

/// A grey PNG file with one bit per pixel and uncompressed data.
func png(width: Int, height: Int, isInk: (_ x: Int, _ y: Int) -> Bool) -> [UInt8] {
  handmadePNG(
    width: width, height: height, depth: 1,
    rows: (0..<height).map { y in
      stride(from: 0, to: width, by: 8).map { start in
        (0..<8).reduce(0) { byte, bit in byte << 1 | (start + bit < width && isInk(start + bit, y) ? 0 : 1) }
      }
    })
}

/// A zip archive of stored members; names that end in a slash are folders.
func zip(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
  var archive: [UInt8] = []
  var directory: [UInt8] = []
  for (name, bytes) in members {
    let size = littleEndian(UInt32(bytes.count))
    let common = [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x47] + littleEndian(crc32(bytes)) + size + size + littleEndian(UInt16(name.utf8.count))
    directory += littleEndian(0x0201_4b50 as UInt32) + [20, 3] + common + [UInt8](repeating: 0, count: 8)
    // External attributes: the Unix mode of a folder or a file in the upper half.
    let mode: UInt32 = name.hasSuffix("/") ? 0o040755 : 0o100644
    directory += littleEndian(mode << 16) + littleEndian(UInt32(archive.count)) + name.utf8
    archive += littleEndian(0x0403_4b50 as UInt32) + common + [0, 0] + name.utf8 + bytes
  }
  let count = littleEndian(UInt16(members.count))
  let end =
    littleEndian(0x0605_4b50 as UInt32) + [0, 0, 0, 0] + count + count + littleEndian(UInt32(directory.count))
    + littleEndian(UInt32(archive.count)) + [0, 0]
  return archive + directory + end
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
