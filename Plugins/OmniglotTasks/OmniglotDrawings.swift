import Registry
import Tasks

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
  /// 784 bytes per drawing, each a number of 225ths of full ink.
  package let ink: [UInt8]
  /// SHA-256 over the sorted member names and bytes, 64 hexadecimal digits: the same from archives and from folders.
  package let digest: String

  /// Creates drawings from decoded ink.
  /// - Precondition: There are 784 bytes for each drawing.
  package init(characters: [Character], ink: [UInt8], digest: String) {
    let count = characters.reduce(0) { $0 + $1.count }
    require(ink.count == count * DrawingDecoder.pixelCount, "\(count) drawings in \(ink.count) bytes")
    self.characters = characters
    self.ink = ink
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

  /// Writes one drawing as numbers from 0 (paper) to 1 (ink), turned counterclockwise.
  ///
  /// - Parameters:
  ///   - number: The index of the drawing.
  ///   - quarterTurns: The number of turns by 90°, 0...3.
  ///   - pixels: Receives 784 numbers, row by row.
  package func write(_ number: Int, quarterTurns: Int, into pixels: UnsafeMutableBufferPointer<Float>) {
    let side = DrawingDecoder.side
    // The source position of the turned picture's first pixel, and the strides of its rows and columns in the stored picture.
    let (origin, rowStride, columnStride) =
      switch quarterTurns {
      case 0: (0, side, 1)
      case 1: (side - 1, -1, side)
      case 2: (side * side - 1, -side, -1)
      default: (side * (side - 1), 1, -side)
      }
    ink.withUnsafeBufferPointer { ink in
      let start = number * DrawingDecoder.pixelCount
      if quarterTurns == 0 {
        for index in 0..<DrawingDecoder.pixelCount { pixels[index] = Float(ink[start + index]) / Float(DrawingDecoder.fullInk) }
        return
      }
      for row in 0..<side {
        var from = start + origin + row * rowStride
        for column in 0..<side {
          pixels[row * side + column] = Float(ink[from]) / Float(DrawingDecoder.fullInk)
          from += columnStride
        }
      }
    }
  }
}
