import ImageTasks
import Tasks
import _TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A folder of small grey PNG files; a picture's brightness tells it apart from all others.
struct SyntheticImages {
  /// Files by path in the folder.
  var files: [String: [UInt8]] = [:]

  /// Classes of the given names with some pictures each.
  init(_ classes: [String], pictures: Int = 4) {
    for name in classes { add(name, pictures: pictures) }
  }

  mutating func add(_ name: String, pictures: Int = 4) {
    for picture in 1...pictures { files["\(name)/\(picture).png"] = Self.picture(files.count) }
  }

  /// A picture of 8 × 8 pixels, bright on the left and dark on the right.
  static func picture(_ number: Int) -> [UInt8] {
    let row = (0..<8).map { UInt8(($0 < 4 ? 128 : 0) + number % 128) }
    return handmadePNG(width: 8, height: 8, depth: 8, rows: [[UInt8]](repeating: row, count: 8))
  }

  /// Names of twelve classes, "a" to "l".
  static let letters = "abcdefghijkl".map { String($0) }

  func write(to folder: String) throws {
    for (name, bytes) in files {
      var path = folder
      for part in name.split(separator: "/").dropLast() {
        path += "/\(part)"
        _ = mkdir(path, 0o700)
      }
      try writeFile(bytes, to: "\(folder)/\(name)")
    }
  }
}

extension Images {
  /// A task with settings small enough for the synthetic images.
  static var small: Images {
    var task = Images()
    (task.ways, task.shots, task.queries, task.size) = (2, 1, 2, 8)
    return task
  }
}

/// The path of a folder without links, as messages show it.
func resolved(_ folder: String) -> String {
  guard let path = realpath(folder, nil) else { return folder }
  defer { free(path) }
  return String(cString: path)
}

let noCache = ImageCollection.cache(in: nil)
