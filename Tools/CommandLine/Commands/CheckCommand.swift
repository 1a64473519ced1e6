import AlgorithmContract
import Algorithms
import Registry

extension Command {
  /// Runs the contract suite on an algorithm.
  static let check = Command(
    name: "check", summary: "Check that an algorithm is what it declares: its gradients, its determinism, no look at query labels.",
    operand: Operand(placeholder: "ALGORITHM", count: .one), flags: [.set],
    discussion: "ALGORITHM is an id, or 'all'. Exit code 1 where a check fails."
  ) { arguments in
    let asked = arguments.operands[0]
    let types = asked == "all" ? AlgorithmRegistry.all.items.map(\.item) : [try AlgorithmRegistry.type(of: asked)]
    var passed = true
    for type in types {
      let findings = try findings(of: type, settings: arguments.settings())
      let failures = findings.count { !$0.passed }
      passed = passed && failures == 0
      let verdict = failures == 0 ? "all \(findings.count) checks passed" : "\(failures) of \(findings.count) checks FAILED"
      try Console.print((["\(type.card.id): \(verdict)"] + findings.map { "  \($0)" }).joined(separator: "\n"))
    }
    return passed ? .done : .negativeFinding
  }

  /// The findings with some settings; what is wrong with a setting is bad input, not a finding.
  private static func findings<A: Algorithm>(of type: A.Type, settings: [(key: String, value: String)]) throws -> [ContractFinding] {
    var algorithm = A()
    for (key, value) in settings { try A.hyperparameters.set(key, to: value, in: &algorithm) }
    return contractFindings(for: type, settings: settings)
  }
}
