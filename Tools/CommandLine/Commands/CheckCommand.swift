import AlgorithmContract
import Algorithms
import Registry

extension Command {
  /// Runs the contract suite on an algorithm.
  static let check = Command(
    name: "check", summary: "Check an algorithm: its meta-gradient, determinism, and that it does not use query labels.",
    operand: Operand(placeholder: "ALGORITHM", count: .one), flags: [.set],
    discussion: "ALGORITHM is an id, or 'all'. The exit code is 1 if a check fails."
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
    return passed ? .success : .checkFailed
  }

  /// The findings for given settings; an invalid setting throws, and is not a finding.
  private static func findings<A: Algorithm>(of type: A.Type, settings: [(key: String, value: String)]) throws -> [ContractFinding] {
    var algorithm = A()
    for (key, value) in settings { try A.hyperparameters.set(key, to: value, in: &algorithm) }
    return contractFindings(for: type, settings: settings)
  }
}
