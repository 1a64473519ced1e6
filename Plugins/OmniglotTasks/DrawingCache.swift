import Tasks

/// A cache of decoded drawings in the user's cache folder, one file for each source.
///
/// The content of a file is the digest of the data (64 hexadecimal digits), the number of characters, the kind, drawing count and name
/// of each character, and the ink.
/// - SeeAlso: ``CheckedCache`` for the rest of the file.
package struct DrawingCache: Sendable {
  private let cache: CheckedCache

  /// The folder that holds the files; nil without a home folder.
  package var folder: String? { cache.folder }

  /// Creates a cache in the given folder.
  package init(folder: String?) { cache = CheckedCache(folder: folder, kind: "omniglot", magic: "OMNIGLT1") }

  /// The cache in the user's cache folder.
  package static var standard: DrawingCache { DrawingCache(folder: CheckedCache.standardFolder()) }

  /// The path of a source's file.
  package func path(of identity: String) -> String? { cache.path(of: identity) }

  /// The cached drawings of a source; nil if they are missing or damaged.
  package func drawings(of identity: String) -> OmniglotDrawings? {
    cache.read(identity) { reader in
      guard let digest = reader.text(), let characterCount = reader.number() else { return nil }
      var characters: [OmniglotDrawings.Character] = []
      var first = 0
      for _ in 0..<characterCount {
        guard let kind = reader.number(), let count = reader.number(), let name = reader.text(), count <= reader.count - first
        else { return nil }
        characters.append(.init(name: name, isEvaluation: kind == 1, first: first, count: count))
        first += count
      }
      guard reader.count == first * DrawingDecoder.pixelCount else { return nil }
      return OmniglotDrawings(characters: characters, ink: reader.rest(), digest: digest)
    }
  }

  /// Saves drawings.
  ///
  /// - Returns: False if they cannot be written.
  @discardableResult
  package func keep(_ drawings: OmniglotDrawings, of identity: String) -> Bool {
    cache.write(identity, capacity: drawings.ink.count) { writer in
      writer.append(drawings.digest)
      writer.append(drawings.characters.count)
      for character in drawings.characters {
        writer.append(character.isEvaluation ? 1 : 0)
        writer.append(character.count)
        writer.append(character.name)
      }
      writer.append(contentsOf: drawings.ink)
    }
  }
}
