package import Tasks

/// The division of the 1623 characters into meta-training, meta-validation and meta-test.
public enum OmniglotSplit: String, Sendable, Hashable, CaseIterable {
  /// 1028, 172 and 423 characters, as Vinyals et al. and most papers since.
  case vinyals
  /// The data's own division: the evaluation half is for meta-test.
  ///
  /// The background half's alphabets are sorted by name. Every sixth alphabet (the 6th, 12th, …) is for meta-validation, all others are
  /// for meta-training: 806, 158 and 659 characters.
  case backgroundEvaluation = "background-evaluation"

  /// Assigns characters to splits.
  ///
  /// - Returns: The positions of the characters of each split.
  /// - Throws: ``OmniglotError/missingClasses(count:first:)`` if characters of the Vinyals lists are missing.
  package func partition(_ characters: [OmniglotDrawings.Character]) throws(OmniglotError) -> [Split: [Int]] {
    switch self {
    case .vinyals: try vinyalsPartition(characters)
    case .backgroundEvaluation: backgroundEvaluationPartition(characters)
    }
  }

  private func vinyalsPartition(_ characters: [OmniglotDrawings.Character]) throws(OmniglotError) -> [Split: [Int]] {
    var positions: [String: Int] = [:]
    for (position, character) in characters.enumerated() { positions[character.name] = position }
    var missing: [String] = []
    var parts: [Split: [Int]] = [:]
    for split in Split.allCases {
      for name in VinyalsSplit.classes(in: split) {
        if let position = positions[name] { parts[split, default: []].append(position) } else { missing.append(name) }
      }
    }
    if let first = missing.first { throw .missingClasses(count: missing.count, first: first) }
    return parts
  }

  private func backgroundEvaluationPartition(_ characters: [OmniglotDrawings.Character]) -> [Split: [Int]] {
    let alphabets = Set(characters.filter { !$0.isEvaluation }.map(\.alphabet)).sorted()
    let validation = Set(alphabets.enumerated().filter { $0.offset % 6 == 5 }.map(\.element))
    return Dictionary(grouping: characters.indices) { position in
      let character = characters[position]
      if character.isEvaluation { return .metaTest }
      return validation.contains(character.alphabet) ? .metaValidation : .metaTrain
    }
  }
}
