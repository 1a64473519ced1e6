#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Runs a test's body with a new, empty folder, and removes the folder and its content afterwards.
public func withTemporaryFolder<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
  let path = try makeTemporaryFolder()
  defer { removeTree(path) }
  return try body(path)
}

/// Runs a test's asynchronous body with a new, empty folder, and removes the folder and its content afterwards.
public func withTemporaryFolder<Result>(
  isolation: isolated (any Actor)? = #isolation, _ body: (_ path: String) async throws -> Result
) async throws -> Result {
  let path = try makeTemporaryFolder()
  defer { removeTree(path) }
  return try await body(path)
}

/// The names in a folder, sorted, without `.` and `..`.
public func fileNames(in path: String) -> [String] {
  guard let folder = opendir(path) else { return [] }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// A folder for a test could not be created.
public struct TemporaryFolderError: Error, Hashable {
  /// The folder in which it was to be created.
  public let root: String
  /// The system's error number, errno.
  public let code: Int32
}

private func makeTemporaryFolder() throws -> String {
  let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  var template = Array("\(root)/metalearning-test-XXXXXX".utf8CString)
  guard let made = mkdtemp(&template) else { throw TemporaryFolderError(root: root, code: errno) }
  return String(cString: made)
}

private func removeTree(_ path: String) {
  for name in fileNames(in: path) where unlink("\(path)/\(name)") != 0 { removeTree("\(path)/\(name)") }
  _ = rmdir(path)
}
