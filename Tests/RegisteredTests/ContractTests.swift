import AlgorithmContract
import Algorithms
import Registry
import Testing

/// Every registered algorithm keeps the contract.
@Suite struct ContractTests {
  @Test(arguments: AlgorithmRegistry.all.ids)
  func `a registered algorithm keeps the contract`(id: String) throws {
    let findings = contractFindings(for: try AlgorithmRegistry.type(of: id))
    for finding in findings where !finding.passed { Issue.record("\(id): \(finding)") }
    // Three checks of the declarations, thirteen on each of four problems: nothing was left out.
    #expect(findings.count == 3 + 13 * 4)
    #expect(Set(findings.map(\.check)) == Set(ContractCheck.allCases))
    #expect(Set(findings.map(\.problem)) == ["", "regression", "binary", "images", "images, support statistics"])
  }

  /// Settings that reach lines which the defaults do not.
  ///
  /// Adam's ε is large, because near a gradient of 0 its step is too steep
  /// for finite differences otherwise.
  struct Variant: Sendable, CustomTestStringConvertible {
    let id: String
    let settings: [(key: String, value: String)]
    var excluding: Set<ContractCheck> = []
    var testDescription: String { "\(id) \(settings.map { "\($0.key)=\($0.value)" }.joined(separator: " "))" }
  }

  static let variants: [Variant] = [
    Variant(id: "maml", settings: [("inner.steps", "3"), ("inner.learningRate", "0.1")]),
    Variant(id: "maml", settings: [("inner.steps", "0")]),
    Variant(id: "maml", settings: [("inner.steps", "3"), ("inner.optimizer", "momentum")]),
    Variant(id: "maml", settings: [("inner.steps", "2"), ("inner.optimizer", "adagrad"), ("inner.epsilon", "0.01")]),
    Variant(id: "maml", settings: [("inner.steps", "2"), ("inner.optimizer", "rmsprop"), ("inner.epsilon", "0.01")]),
    Variant(id: "maml", settings: [("inner.steps", "2"), ("inner.optimizer", "adam"), ("inner.epsilon", "0.01")]),
    Variant(id: "fomaml", settings: [("inner.steps", "3"), ("inner.optimizer", "adam"), ("inner.epsilon", "0.01")]),
    Variant(id: "meta-sgd", settings: [("inner.steps", "3")]),
    Variant(id: "reptile", settings: [("useQuery", "true")]),
    Variant(
      id: "reptile", settings: [("inner.optimizer", "adam"), ("inner.beta1", "0"), ("inner.batch", "2")], excluding: [.supportOrder]),
    Variant(id: "reptile", settings: [("mode", "serial"), ("inner.optimizer", "momentum")]),
    Variant(
      id: "reptile", settings: [("mode", "serial"), ("inner.optimizer", "adam"), ("inner.carryMoments", "true")]),
    Variant(id: "joint", settings: [("inner.optimizer", "momentum")]),
    Variant(id: "scratch", settings: [("inner.optimizer", "adam")]),
  ]

  @Test(arguments: variants)
  func `an algorithm keeps the contract under other settings`(_ variant: Variant) throws {
    let type = try AlgorithmRegistry.type(of: variant.id)
    for finding in contractFindings(for: type, settings: variant.settings, excluding: variant.excluding) where !finding.passed {
      Issue.record("\(variant.testDescription): \(finding)")
    }
  }

  @Test func `second order is looked at where it is declared`() throws {
    for id in ["maml", "meta-sgd"] {
      let type = try AlgorithmRegistry.type(of: id)
      #expect(type.card.metaGradient == .exact)
      let findings = contractFindings(for: type).filter { $0.check == .secondOrder }
      #expect(findings.count == 4 && findings.allSatisfy { $0.passed && $0.detail.hasPrefix("differs by") }, "\(findings)")
    }
  }

  @Test func `a setting that cannot be made is a finding`() throws {
    let findings = contractFindings(for: try AlgorithmRegistry.type(of: "maml"), settings: [("inner.steps", "many")])
    #expect(findings.map(\.check) == [.hyperparameters])
    #expect(findings.allSatisfy { !$0.passed })
  }
}
