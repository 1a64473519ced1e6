/// A part of the runs of a comparison, which `--part I/N` names.
struct PartOfRuns: Sendable, Hashable {
  /// The part, from 0.
  let index: Int
  /// The number of parts.
  let count: Int

  /// Reads "I/N" with I from 1 to N.
  ///
  /// - Throws: ``UsageError/invalidPart(_:found:)``
  init(_ text: String) throws(UsageError) {
    let words = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let hasDigitsOnly = words.allSatisfy { $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
    guard words.count == 2, hasDigitsOnly, let part = Int(words[0]), let count = Int(words[1]), count >= 1, (1...count).contains(part)
    else { throw .invalidPart(.part, found: text) }
    (index, self.count) = (part - 1, count)
  }
}
