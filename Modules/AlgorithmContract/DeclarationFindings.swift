import Algorithms
import Registry

/// The words an algorithm describes itself with.
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

/// Settings are written as text and read back; none hides behind a prefix that belongs to something else.
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
        // A choice brings the defaults of what is chosen: its settings lie behind its key and a dot.
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
  /// Values that a setting of this domain has to take.
  fileprivate var samples: [HyperparameterValue] {
    switch self {
    case .integer(let range): [.integer(range.lowerBound), .integer(range.upperBound)]
    case .real(let range): [.real(range.lowerBound)] + (range.upperBound.isFinite ? [.real(range.upperBound)] : [])
    case .boolean: [.boolean(false), .boolean(true)]
    case .choice(let names): names.map { .text($0) }
    case .text: [.text("text")]
    case .list(let element): [.text(""), .text(element.samples.map(\.description).joined(separator: ","))]
    }
  }
}
