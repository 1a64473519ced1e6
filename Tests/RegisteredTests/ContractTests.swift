import AlgorithmContract
import Algorithms
import Registry
import Testing

/// Every registered algorithm passes the contract suite.
@Suite struct ContractTests {
  /// Algorithms for environments, two of the suite's six problems, which suit no other algorithm.
  private static let onlyForRewards = ["fomaml-rl", "maml-rl", "pretrained", "random"]
  /// Algorithms for environments with discrete actions, one of the suite's six problems.
  private static let onlyForArms = ["epsilon-greedy", "thompson"]
  /// Algorithms for regression of vectors, one of the suite's six problems.
  private static let onlyForNumbers = ["mixed-model", "ridge-pooled"]
  /// Algorithms for classes of an embedding, two of the suite's six problems.
  private static let onlyForClasses = ["leo", "lr-d2", "matching-net", "meta-opt-net", "proto-maml", "proto-net", "r2d2", "relation-net"]
  /// Algorithms that adapt the layers before the head, which logistic regression lacks.
  private static let needingBody = ["boil"]

  @Test(arguments: AlgorithmRegistry.all.ids)
  func `a registered algorithm keeps the contract`(id: String) throws {
    let findings = contractFindings(for: try AlgorithmRegistry.type(of: id))
    for finding in findings where !finding.passed { Issue.record("\(id): \(finding)") }
    // Three checks of the declarations, and fourteen checks of each of six problems or one finding that it does not apply.
    let suited =
      Self.onlyForNumbers.contains(id) || Self.onlyForArms.contains(id)
      ? 1 : Self.onlyForRewards.contains(id) ? 2 : Self.onlyForClasses.contains(id) ? 2 : Self.needingBody.contains(id) ? 3 : 4
    #expect(findings.count == 3 + 14 * suited + (6 - suited))
    #expect(Set(findings.map(\.check)) == Set(ContractCheck.allCases))
    #expect(
      Set(findings.map(\.problem)) == [
        "", "regression", "binary", "images", "images, support statistics", "environment", "environment, discrete",
      ])
  }

  /// Settings that reach code which the defaults do not reach.
  ///
  /// Adam's ε is large, because otherwise its step near a gradient of 0 is too steep for finite differences.
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
    Variant(id: "maml", settings: [("inner.steps", "3"), ("gradient", "truncated"), ("gradient.last", "2")]),
    Variant(id: "maml", settings: [("inner.steps", "5"), ("gradient", "rematerialised"), ("inner.optimizer", "momentum")]),
    Variant(id: "bilevel", settings: [("gradient", "implicit"), ("gradient.solver", "neumann")], excluding: [.metaGradient]),
    // Damping and early stopping change the gradient, and a shard stops when its last task does.
    Variant(
      id: "imaml", settings: [("gradient.tolerance", "0.05"), ("gradient.damping", "0.1")], excluding: [.metaGradient, .additivity]),
    Variant(id: "fomaml", settings: [("inner.steps", "3"), ("inner.optimizer", "adam"), ("inner.epsilon", "0.01")]),
    Variant(id: "meta-sgd", settings: [("inner.steps", "3")]),
    Variant(id: "t-net", settings: [("inner.steps", "3"), ("gradient", "rematerialised")]),
    Variant(id: "t-net", settings: [("gradient", "first-order"), ("inner.steps", "2")]),
    Variant(id: "cavia", settings: [("context.learned", "true"), ("context.layer", "1"), ("inner.steps", "2")]),
    Variant(id: "cavia", settings: [("gradient", "rematerialised"), ("inner.steps", "4"), ("inner.optimizer", "momentum")]),
    Variant(id: "meta-curvature", settings: [("inner.steps", "3"), ("inner.optimizer", "momentum")]),
    Variant(id: "maml-plus-plus", settings: [("norm.perStep", "false"), ("objective", "query-loss"), ("inner.steps", "2")]),
    Variant(id: "maml-plus-plus", settings: [("derivatives.firstOrder", "0.5")]),
    Variant(id: "maml-plus-plus", settings: [("gradient", "rematerialised"), ("inner.steps", "4")]),
    Variant(id: "proto-maml", settings: [("inner.steps", "2"), ("objective", "multi-step")]),
    Variant(id: "warp-grad", settings: [("inner.steps", "0")]),
    Variant(id: "reptile", settings: [("useQuery", "true")]),
    Variant(
      id: "reptile", settings: [("inner.optimizer", "adam"), ("inner.beta1", "0"), ("inner.batch", "2")], excluding: [.supportOrder]),
    Variant(id: "reptile", settings: [("mode", "serial"), ("inner.optimizer", "momentum")]),
    Variant(
      id: "reptile", settings: [("mode", "serial"), ("inner.optimizer", "adam"), ("inner.carryMoments", "true")]),
    Variant(id: "maml", settings: [("inner.steps", "2"), ("inner.optimizer", "adamw"), ("inner.epsilon", "0.01")]),
    Variant(id: "maml", settings: [("inner.steps", "3"), ("inner.optimizer", "nesterov")]),
    Variant(id: "maml", settings: [("gradient", "first-order"), ("inner.steps", "2")]),
    Variant(id: "maml", settings: [("inner.learn", "learningRate"), ("inner.learnInitialisation", "false")]),
    Variant(
      id: "maml", settings: [("objective", "reptile-distance"), ("objective.differentiated", "false"), ("inner.steps", "2")]),
    Variant(id: "maml", settings: [("objective", "multi-step"), ("objective.annealed", "true"), ("inner.steps", "3")]),
    Variant(id: "maml", settings: [("objective", "multi-step"), ("objective.weights", "0.25,0.75"), ("inner.steps", "2")]),
    Variant(id: "joint", settings: [("inner.optimizer", "momentum")]),
    Variant(id: "scratch", settings: [("inner.optimizer", "adam")]),
    Variant(id: "mixed-model", settings: [("slope", "-1"), ("tasks", "10")]),
    Variant(id: "knn", settings: [("neighbours", "2")]),
    // Ridges for the small features of the suite's network.
    Variant(id: "maml-rl", settings: [("inner.steps", "2"), ("surrogate", "likelihood"), ("update", "gradient")]),
    // Conjugate gradients amplify rounding by the condition of their system: with many learned rates beyond the suite's bounds.
    Variant(
      id: "maml-rl",
      settings: [
        ("inner.learn", "learningRate"), ("inner.granularity", "parameter"), ("surrogate", "ratio"), ("update", "gradient"),
      ]),
    Variant(id: "fomaml-rl", settings: [("inner.steps", "2"), ("advantage.baseline", "none"), ("advantage.normalise", "false")]),
    Variant(id: "r2d2", settings: [("ridge", "0.2"), ("scale", "3")]),
    Variant(id: "lr-d2", settings: [("steps", "2"), ("ridge", "0.1"), ("shift", "0.5")]),
    Variant(id: "meta-opt-net", settings: [("steps", "40"), ("cost", "0.1")]),
    Variant(id: "relation-net", settings: [("hidden", "8")]),
  ]

  /// Every objective with every algorithm that differentiates one; every rule with learned hyperparameters of every granularity.
  static let combinations: [Variant] =
    ["fomaml", "lslr", "maml", "meta-optimizer", "meta-sgd"].flatMap { id in
      // Reptile's distance has a first-order gradient of zero, and is refused.
      ObjectiveRegistry.all.ids.filter { id != "fomaml" || $0 != "reptile-distance" }.map {
        Variant(id: id, settings: [("objective", $0), ("inner.steps", "2")])
      }
    }
    + OptimizerRegistry.all.ids.flatMap { rule in
      ["global", "tensor", "parameter"].flatMap { granularity in
        ["false", "true"].map { perStep in
          Variant(
            id: "meta-optimizer",
            settings: [
              ("inner.optimizer", rule), ("inner.epsilon", "0.01"), ("inner.steps", "2"), ("inner.granularity", granularity),
              ("inner.perStep", perStep),
            ])
        }
      }
    }

  @Test func `Reptile's distance is refused to first order`() throws {
    let findings = contractFindings(for: try AlgorithmRegistry.type(of: "fomaml"), settings: [("objective", "reptile-distance")])
    #expect(findings.contains { !$0.passed && $0.check == .applicability && $0.detail.contains("objective.differentiated=false") })
    #expect(findings.count == 9)
  }

  @Test(arguments: combinations)
  func `every declared combination keeps the contract`(_ variant: Variant) throws {
    let findings = contractFindings(for: try AlgorithmRegistry.type(of: variant.id), settings: variant.settings)
    for finding in findings where !finding.passed { Issue.record("\(variant.testDescription): \(finding)") }
    #expect(findings.count == 3 + 14 * 4 + 2)
    print("contract: \(findings.count) checks of \(variant.testDescription)")
  }

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
