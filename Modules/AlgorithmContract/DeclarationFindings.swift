import Algorithms
import Registry

/// Checks the id, title and citation of a card.
func cardFinding(_ card: AlgorithmCard) -> ContractFinding {
  let allowed = card.id.unicodeScalars.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".unicodeScalars.contains($0) }
  let passed = allowed && !card.id.isEmpty && !card.id.hasPrefix("-") && !card.title.isEmpty && !card.citation.isEmpty
  return ContractFinding(
    check: .card, problem: "", passed: passed,
    detail: passed
      ? "\(card.id), declared \(card.metaGradient.rawValue)"
      : "id '\(card.id)', title '\(card.title)', citation '\(card.citation)': an id of lower-case letters, digits and hyphens, and "
        + "a title and a citation are needed")
}

/// Checks that settings survive a round trip through text, and that no key uses a prefix reserved by the framework.
func hyperparameterFinding<A: Algorithm>(_ algorithm: A) -> ContractFinding {
  func result(_ passed: Bool, _ detail: String) -> ContractFinding {
    ContractFinding(check: .hyperparameters, problem: "", passed: passed, detail: detail)
  }
  let table = A.hyperparameters
  let reserved = ["outer.", "training.", "task.", "model.", "test."]
  if let key = table.keys.first(where: { key in reserved.contains(where: key.hasPrefix) }) {
    return result(false, "the key \(key) begins with a prefix that belongs to the framework")
  }
  for description in table.descriptions(defaults: algorithm) {
    for value in [description.defaultValue] + description.domain.samples {
      var changed = algorithm
      do {
        try table.set(description.key, to: value.description, in: &changed)
      } catch {
        return result(false, "\(error)")
      }
      for ((key, found), before) in zip(table.values(of: changed), table.values(of: algorithm).map(\.value)) {
        // A choice resets the settings of the chosen part, whose keys begin with the key of the choice and a dot.
        if case .choice = description.domain, key.hasPrefix(description.key + ".") { continue }
        let expected = key == description.key ? value : before
        guard found == expected else {
          return result(false, "after setting \(description.key) to \(value), \(key) is \(found), expected \(expected)")
        }
      }
    }
  }
  return result(true, "\(table.keys.count) settings can be written and read back")
}

extension HyperparameterDomain {
  /// Values that a setting of this domain must accept.
  fileprivate var samples: [HyperparameterValue] {
    switch self {
    case .integer(let range): [.integer(range.lowerBound), .integer(range.upperBound)]
    case .count(let range): [.integer(range.lowerBound), .text("\(range.lowerBound)...\(range.lowerBound + 1)")]
    case .real(let range): [.real(range.lowerBound)] + (range.upperBound.isFinite ? [.real(range.upperBound)] : [])
    case .boolean: [.boolean(false), .boolean(true)]
    case .choice(let names): names.map { .text($0) }
    case .text: [.text("text")]
    case .list(let element): [.text(""), .text(element.samples.map(\.description).joined(separator: ","))]
    }
  }
}
