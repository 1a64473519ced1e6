import Registry
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A cache of decoded data in the user's cache folder, one checked file for each source.
///
/// A cache that cannot be written is not an error. A file that is damaged or belongs to other data is ignored.
///
/// A file consists of a magic text of 8 bytes, the source's identity (64 hexadecimal digits), the content, and the SHA-256 of everything
/// before. Numbers are 8 bytes, little-endian; a text follows its length.
package struct CheckedCache: Sendable {
  /// The folder that holds the files; nil without a home folder.
  package let folder: String?
  /// What the files hold, "omniglot" for example; their names begin with it.
  package let kind: String
  private let magic: [UInt8]

  /// Creates a cache.
  /// - Precondition: The magic text has 8 bytes.
  package init(folder: String?, kind: String, magic: String) {
    require(magic.utf8.count == 8, "the magic text '\(magic)' has to be 8 bytes")
    self.folder = folder
    self.kind = kind
    self.magic = Array(magic.utf8)
  }

  /// The user's cache folder of this package: in XDG_CACHE_HOME, or otherwise in `.cache` in the home folder.
  ///
  /// - SeeAlso: The XDG base directory specification, which says to ignore relative paths.
  package static func standardFolder(in environment: (String) -> String? = environmentText) -> String? {
    let named = environment("XDG_CACHE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    let root = named ?? environment("HOME").map { "\($0)/.cache" }
    return root.map { "\($0)/swift-metalearning" }
  }

  /// The path of a source's file.
  package func path(of identity: String) -> String? { folder.map { "\($0)/\(kind)-\(identity.prefix(16)).cache" } }

  /// Whether a name is that of a cache file: the kind, a hyphen, 16 hexadecimal digits, ".cache".
  private func isFileName(_ name: String) -> Bool {
    guard name.hasPrefix("\(kind)-"), name.hasSuffix(".cache"), name.utf8.count == kind.utf8.count + 23 else { return false }
    return name.dropFirst(kind.count + 1).prefix(16).allSatisfy { "0123456789abcdef".contains($0) }
  }

  /// Reads the content of a source's file; nil if it is missing or damaged, or if `decode` returns nil.
  ///
  /// Temporary files that killed processes left in the folder are removed.
  package func read<Value>(_ identity: String, _ decode: (inout Reader) -> Value?) -> Value? {
    if let folder { AtomicFile.removeAbandoned(in: folder, of: isFileName) }
    guard let path = path(of: identity), let bytes = try? AtomicFile.read(path) else { return nil }
    let bodyCount = bytes.count - 32
    guard bodyCount > magic.count, bytes.starts(with: magic) else { return nil }
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<bodyCount])) }
    guard hash.finish().elementsEqual(bytes[bodyCount...]) else { return nil }
    var reader = Reader(bytes: bytes, position: magic.count, end: bodyCount)
    guard reader.text() == identity else { return nil }
    return decode(&reader)
  }

  /// Writes a source's file.
  ///
  /// - Parameters:
  ///   - identity: The source's identity.
  ///   - capacity: The approximate number of bytes.
  ///   - encode: Appends the content.
  /// - Returns: False if the file cannot be written.
  package func write(_ identity: String, capacity: Int, _ encode: (inout Writer) -> Void) -> Bool {
    guard let folder, let path = path(of: identity) else { return false }
    makeFolder(folder)
    var writer = Writer(bytes: magic)
    writer.bytes.reserveCapacity(capacity + (1 << 17))
    writer.append(identity)
    encode(&writer)
    let digest = SHA256.digest(writer.bytes)
    writer.bytes += digest
    return (try? AtomicFile.write(writer.bytes, to: path)) != nil
  }

  /// Creates a folder and its parents; a failure shows when the file is written.
  private func makeFolder(_ path: String) {
    if access(systemPath(path), F_OK) == 0 { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { makeFolder(String(path[..<slash])) }
    _ = mkdir(systemPath(path), 0o700)
  }

  /// The content of a file that is being written.
  package struct Writer {
    fileprivate var bytes: [UInt8]

    /// Appends a number that is not negative.
    package mutating func append(_ number: Int) { withUnsafeBytes(of: UInt64(number).littleEndian) { bytes += $0 } }

    /// Appends a text.
    package mutating func append(_ text: String) {
      append(text.utf8.count)
      bytes += text.utf8
    }

    /// Appends bytes without their number.
    package mutating func append(contentsOf more: [UInt8]) { bytes += more }
  }

  /// The content of a file that is being read.
  ///
  /// The checksum is correct, so the bounds fail only for a file that someone crafted.
  package struct Reader {
    fileprivate let bytes: [UInt8]
    fileprivate var position: Int
    fileprivate let end: Int

    /// The number of bytes left.
    package var count: Int { end - position }

    /// The next number; nil at the end, or if it is larger than the file.
    package mutating func number() -> Int? {
      guard count >= 8 else { return nil }
      let value = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self)) }
      position += 8
      return value <= UInt64(end) ? Int(value) : nil
    }

    /// The next text; nil if it is longer than the rest.
    package mutating func text() -> String? {
      guard let length = number(), length <= count else { return nil }
      defer { position += length }
      return String(decoding: bytes[position..<position + length], as: UTF8.self)
    }

    /// All bytes that are left.
    package mutating func rest() -> [UInt8] {
      defer { position = end }
      return Array(bytes[position..<end])
    }
  }
}

/// The value of an environment variable; nil if it is unset or empty.
package func environmentText(_ name: String) -> String? {
  guard let value = getenv(name).map({ systemText($0) }), !value.isEmpty else { return nil }
  return value
}

/// The path without links and relative parts; nil if nothing is there.
package func absolutePath(_ path: String) -> String? {
  guard let resolved = realpath(systemPath(path), nil) else { return nil }
  defer { free(resolved) }
  return systemText(resolved)
}
