import Registry
import Tasks
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A cache of decoded drawings in the user's cache folder, one file for each source.
///
/// A cache that cannot be written is not an error. A file that is damaged or belongs to other data is ignored.
///
/// A file consists of a magic text of 8 bytes, the source's identity and the content's digest (64 hexadecimal digits each), the number
/// of characters, the kind, drawing count and name of each character, the ink, and the SHA-256 of everything before. Numbers are 8
/// bytes, little-endian; a text follows its length.
package struct DrawingCache: Sendable {
  private static let magic = Array("OMNIGLT1".utf8)

  /// The folder that holds the files; nil without a home folder.
  package let folder: String?

  /// Creates a cache in the given folder.
  package init(folder: String?) { self.folder = folder }

  /// The cache in the user's cache folder.
  package static var standard: DrawingCache { DrawingCache(folder: folder(in: environment)) }

  /// The folder in XDG_CACHE_HOME, or otherwise in `.cache` in the home folder.
  ///
  /// - SeeAlso: The XDG base directory specification, which says to ignore relative paths.
  package static func folder(in environment: (String) -> String?) -> String? {
    let named = environment("XDG_CACHE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    let root = named ?? environment("HOME").map { "\($0)/.cache" }
    return root.map { "\($0)/swift-metalearning" }
  }

  /// The path of a source's file.
  package func path(of identity: String) -> String? { folder.map { "\($0)/omniglot-\(identity.prefix(16)).cache" } }

  /// Whether a name is that of a cache file: "omniglot-", 16 hexadecimal digits, ".cache".
  private static func isFileName(_ name: String) -> Bool {
    guard name.hasPrefix("omniglot-"), name.hasSuffix(".cache"), name.utf8.count == 31 else { return false }
    return name.dropFirst(9).prefix(16).allSatisfy { "0123456789abcdef".contains($0) }
  }

  /// The cached drawings of a source; nil if they are missing or damaged.
  ///
  /// Temporary files that killed processes left in the folder are removed.
  package func drawings(of identity: String) -> OmniglotDrawings? {
    if let folder { AtomicFile.removeAbandoned(in: folder, of: Self.isFileName) }
    guard let path = path(of: identity), let bytes = try? AtomicFile.read(path) else { return nil }
    return Self.decode(bytes, identity: identity)
  }

  /// Saves drawings.
  ///
  /// - Returns: False if they cannot be written.
  @discardableResult
  package func keep(_ drawings: OmniglotDrawings, of identity: String) -> Bool {
    guard let folder, let path = path(of: identity) else { return false }
    makeFolder(folder)
    return (try? AtomicFile.write(Self.encode(drawings, identity: identity), to: path)) != nil
  }

  private static func encode(_ drawings: OmniglotDrawings, identity: String) -> [UInt8] {
    var bytes = magic
    bytes.reserveCapacity(drawings.ink.count + (1 << 17))
    func append(_ number: Int) { withUnsafeBytes(of: UInt64(number).littleEndian) { bytes += $0 } }
    func append(_ text: String) {
      append(text.utf8.count)
      bytes += text.utf8
    }
    append(identity)
    append(drawings.digest)
    append(drawings.characters.count)
    for character in drawings.characters {
      append(character.isEvaluation ? 1 : 0)
      append(character.count)
      append(character.name)
    }
    bytes += drawings.ink
    return bytes + SHA256.digest(bytes)
  }

  private static func decode(_ bytes: [UInt8], identity: String) -> OmniglotDrawings? {
    let bodyCount = bytes.count - 32
    guard bodyCount > magic.count, bytes.starts(with: magic) else { return nil }
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<bodyCount])) }
    guard hash.finish().elementsEqual(bytes[bodyCount...]) else { return nil }

    // The checksum is correct, so these bounds fail only for a file that someone crafted.
    var position = magic.count
    func number() -> Int? {
      guard bodyCount - position >= 8 else { return nil }
      let value = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self)) }
      position += 8
      return value <= UInt64(bodyCount) ? Int(value) : nil
    }
    func text() -> String? {
      guard let count = number(), count <= bodyCount - position else { return nil }
      defer { position += count }
      return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }
    guard text() == identity, let digest = text(), let characterCount = number() else { return nil }
    var characters: [OmniglotDrawings.Character] = []
    var first = 0
    for _ in 0..<characterCount {
      guard let kind = number(), let count = number(), let name = text(), count <= bodyCount - first else { return nil }
      characters.append(.init(name: name, isEvaluation: kind == 1, first: first, count: count))
      first += count
    }
    guard bodyCount - position == first * DrawingDecoder.pixelCount else { return nil }
    return OmniglotDrawings(characters: characters, ink: Array(bytes[position..<bodyCount]), digest: digest)
  }

  /// Creates a folder and its parents; a failure shows when the file is written.
  private func makeFolder(_ path: String) {
    if access(systemPath(path), F_OK) == 0 { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { makeFolder(String(path[..<slash])) }
    _ = mkdir(systemPath(path), 0o700)
  }
}
