import Registry
package import Tasks

/// All drawings in one buffer, reduced to 28 × 28 pixels: 25 MB for the 32,460 drawings of the complete data.
package struct OmniglotDrawings: Sendable, Hashable {
  /// A character and the place of its drawings.
  package struct Character: Sendable, Hashable {
    /// Alphabet and character, "Latin/character01".
    package let name: String
    /// Whether the character is from images_evaluation.
    package let isEvaluation: Bool
    /// The index of its first drawing.
    package let first: Int
    /// The number of its drawings, which are adjacent and sorted by member name.
    package let count: Int

    /// Describes a character.
    package init(name: String, isEvaluation: Bool, first: Int, count: Int) {
      self.name = name
      self.isEvaluation = isEvaluation
      self.first = first
      self.count = count
    }

    /// The alphabet's name.
    package var alphabet: String { String(name.prefix { $0 != "/" }) }
  }

  /// The characters, background before evaluation, each half sorted by name.
  package let characters: [Character]
  /// The drawings, with the ink in 225ths.
  package let images: StoredImages
  /// 784 bytes per drawing, each a number of 225ths of full ink.
  package var ink: [UInt8] { images.bytes }
  /// SHA-256 over the sorted member names and bytes, 64 hexadecimal digits: the same from archives and from folders.
  package let digest: String

  /// Creates drawings from decoded ink.
  /// - Precondition: There are 784 bytes for each drawing.
  package init(characters: [Character], ink: [UInt8], digest: String) {
    let count = characters.reduce(0) { $0 + $1.count }
    require(ink.count == count * DrawingDecoder.pixelCount, "\(count) drawings in \(ink.count) bytes")
    self.characters = characters
    images = StoredImages(side: DrawingDecoder.side, channels: 1, one: DrawingDecoder.fullInk, bytes: ink)
    self.digest = digest
  }

  /// Reads and decodes all drawings.
  ///
  /// - Throws: ``OmniglotError`` for anything that differs from the upstream layout.
  package init(reading source: OmniglotSource) throws(OmniglotError) {
    var hash = SHA256()
    var characters: [Character] = []
    var ink: [UInt8] = []
    var decoder = DrawingDecoder()
    var small = [UInt8](repeating: 0, count: DrawingDecoder.pixelCount)
    for container in source.containers {
      var previous: String?
      for member in try container.members().sorted(by: { $0.name < $1.name }) {
        if member.name == previous { throw .duplicateMember(member: member.name) }
        previous = member.name
        hash.update(field: member.name)
        hash.update(UInt64(member.bytes.count))
        member.bytes.withUnsafeBytes { hash.update($0) }

        let name = try Self.characterName(of: member.name, in: container)
        let number = ink.count / DrawingDecoder.pixelCount
        // Members are sorted, so the drawings of a character are adjacent.
        let isEvaluation = container.name == OmniglotSource.names[1]
        var character = Character(name: name, isEvaluation: isEvaluation, first: number, count: 1)
        if let last = characters.last, last.name == name, last.isEvaluation == isEvaluation {
          character = Character(name: name, isEvaluation: isEvaluation, first: last.first, count: last.count + 1)
          characters.removeLast()
        }
        characters.append(character)
        try Self.decode(member, &decoder, into: &small)
        ink += small
      }
    }
    var seen: Set<String> = []
    for character in characters where !seen.insert(character.name).inserted { throw .duplicateMember(member: character.name) }
    self.init(characters: characters, ink: ink, digest: hexadecimal(hash.finish()))
  }

  private static func decode(
    _ member: OmniglotSource.Container.Member, _ decoder: inout DrawingDecoder, into small: inout [UInt8]
  ) throws(OmniglotError) {
    try small.withUnsafeMutableBufferPointer { (buffer) throws(OmniglotError) in
      try decoder.decode(member.bytes, member: member.name, into: buffer)
    }
  }

  /// The character's name: "Latin/character01" for "images_background/Latin/character01/0709_01.png".
  private static func characterName(of member: String, in container: OmniglotSource.Container) throws(OmniglotError) -> String {
    let parts = member.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == container.name, !parts[1].isEmpty,
      parts[2].hasPrefix("character"), parts[2].count > 9, parts[2].dropFirst(9).allSatisfy(\.isNumber)
    else { throw .unexpectedMember(path: container.path, member: member) }
    return "\(parts[1])/\(parts[2])"
  }

  /// The characters at some positions, for drawing episodes.
  func pool(of positions: [Int]) -> ImagePool {
    ImagePool(
      images: images,
      classes: positions.map {
        let character = characters[$0]
        return ImageClass(name: character.name, first: character.first, count: character.count)
      })
  }
}
