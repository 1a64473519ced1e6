import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes a file without waiting for the disk, unlike `AtomicFile`.
package func write(_ bytes: [UInt8], to path: String) throws {
  guard let file = fopen(path, "wb") else { throw FileError.unwritable(path: path, code: errno) }
  let count = fwrite(bytes, 1, bytes.count, file)
  guard fclose(file) == 0, count == bytes.count else { throw FileError.unwritable(path: path, code: errno) }
}

/// Runs a body with the path of a new folder, and removes the folder with its files afterwards.
package func inFolder<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
  let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  var template = Array("\(root)/metalearning-fuzz-XXXXXX".utf8CString)
  guard let made = mkdtemp(&template) else { throw FileError.unwritable(path: root, code: errno) }
  let path = String(cString: made)
  defer {
    for name in names(in: path) { _ = unlink("\(path)/\(name)") }
    _ = rmdir(path)
  }
  return try body(path)
}

/// Runs a body with the path of a file that does not exist yet.
func inFile<Result>(_ body: (_ path: String) throws -> Result) throws -> Result { try inFolder { try body("\($0)/file") } }

/// The names in a folder, sorted, without hidden ones.
package func names(in folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names.sorted()
}
