import AlgorithmContract
import Algorithms
import Testing

/// The contract suite can fail: the right check finds each fault.
@Suite struct BrokenAlgorithmTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let type: any Algorithm.Type
    let checks: Set<ContractCheck>
    var testDescription: String { "\(type)" }
  }

  static let faults: [Fault] = [
    Fault(type: FirstOrderDeclaredExact.self, checks: [.metaGradient, .secondOrder]),
    Fault(type: ExactDeclaredFirstOrder.self, checks: [.metaGradient]),
    Fault(type: CountsPadding.self, checks: [.padding]),
    Fault(type: GradientDeclaredDisplacement.self, checks: [.metaGradient]),
    Fault(type: GradientDeclaredNone.self, checks: [.metaGradient]),
    Fault(type: MeanForSum.self, checks: [.metaGradient, .additivity]),
    Fault(type: TrainsOnTheQuery.self, checks: [.metaGradient]),
    Fault(type: KeepsTheQuery.self, checks: [.queryUnseen]),
    Fault(type: LeavesOutTheLast.self, checks: [.supportOrder]),
    Fault(type: UnseededNoise.self, checks: [.metaGradient, .workers, .resuming]),
    Fault(type: OneStepShort.self, checks: [.metaGradient]),
    Fault(type: FirstTaskForAll.self, checks: [.taskIndependence]),
    Fault(type: ForgetsAGradient.self, checks: [.card, .contribution]),
    Fault(type: RecordsADraw.self, checks: [.recording]),
    Fault(type: RecordsAReading.self, checks: [.recording]),
    Fault(type: RecordsTheIteration.self, checks: [.recording]),
    Fault(type: CarriesOtherNames.self, checks: [.carrying]),
    Fault(type: ForNothing.self, checks: [.applicability]),
    Fault(type: DeafSetting.self, checks: [.hyperparameters]),
  ]

  @Test(arguments: faults)
  func `a fault is found`(_ fault: Fault) {
    let failed = Set(contractFindings(for: fault.type).filter { !$0.passed }.map(\.check))
    #expect(failed.isSuperset(of: fault.checks), "\(failed)")
  }

  /// If only the declaration is wrong, no other check fails.
  @Test func `a wrong declaration alone is found in the meta-gradient alone`() {
    let findings = contractFindings(for: FirstOrderDeclaredExact.self).filter { !$0.passed }
    #expect(Set(findings.map(\.check)) == [.metaGradient, .secondOrder])
    #expect(Set(findings.map(\.problem)) == ["regression", "binary", "images", "images, support statistics"])
  }

  @Test func `checks can be excluded`() {
    let findings = contractFindings(for: FirstOrderDeclaredExact.self, excluding: [.metaGradient, .secondOrder])
    #expect(!findings.isEmpty)
    #expect(findings.filter { !$0.passed }.isEmpty)
  }

  @Test func `a problem that an algorithm is not for has one finding that says so`() {
    let findings = contractFindings(for: ForClassesOnly.self)
    #expect(findings.filter { !$0.passed }.isEmpty)
    let skipped = findings.filter { $0.problem == "regression" }
    #expect(skipped.map(\.check) == [.applicability])
    #expect(skipped.count == 1)
    let reason = "does not apply: broken does not support these tasks: the targets are numbers."
    for finding in skipped { #expect(finding.detail.hasPrefix(reason)) }
    #expect(findings.first { $0.check == .applicability && $0.problem.isEmpty }?.detail == "suits 3 of the suite's 6 problems")
    #expect(findings.count == 3 + 3 + 14 * 3)
  }

  @Test func `an algorithm that is for nothing is told so, and nothing else is looked at`() {
    let findings = contractFindings(for: ForNothing.self)
    #expect(findings.filter { !$0.passed }.map(\.check) == [.applicability])
    #expect(findings.filter { !$0.passed }.map(\.detail) == ["suits 0 of the suite's 6 problems"])
    #expect(findings.count == 3 + 6)
  }

  /// The trainer refuses to record values that a recording would freeze.
  @Test func `a recording that reads the iteration is found as an error of the training`() {
    let findings = contractFindings(for: RecordsTheIteration.self).filter { $0.check == .recording }
    #expect(findings.count == 4)
    for finding in findings { #expect(!finding.passed && finding.detail.contains("reads the context's stream, step or first task")) }
  }
}
