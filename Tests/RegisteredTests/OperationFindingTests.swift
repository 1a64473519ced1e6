import AlgorithmContract
import Autograd
import TensorCore
import Testing

/// The checks that a third party runs on its own operations.
@Suite struct OperationFindingTests {
  @Test(arguments: Operations.all.map { $0.name })
  func `the framework's own operations pass`(name: String) throws {
    let type = try #require(Operations.all.first { $0.name == name })
    let findings = operationFindings(for: type)
    #expect(findings.count == 3 * type.checks.count && !findings.isEmpty)
    for finding in findings where !finding.passed { Issue.record("\(finding)") }
  }

  @Test func `a wrong derivative, a frozen one and an operation without points are found`() {
    #expect(operationFindings(for: WrongCube.self).map(\.passed) == [false, true, true])
    #expect(operationFindings(for: FrozenCube.self).map(\.passed) == [true, false, false])
    #expect(operationFindings(for: Pointless.self).map(\.passed) == [false])
  }

  /// y = x³ with the wrong derivative 2x².
  private struct WrongCube: Operation {
    static let name = "wrong-cube"
    static var checks: [OperationCheck] { [OperationCheck(Self(), at: [point])] }
    func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value * inputs[0].value * inputs[0].value }
    func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
      cotangent * inputs[0].squared() * 2
    }
  }

  /// y = x³ whose derivative is treated as a constant.
  private struct FrozenCube: Operation {
    static let name = "frozen-cube"
    static var checks: [OperationCheck] { [OperationCheck(Self(), at: [point])] }
    func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value * inputs[0].value * inputs[0].value }
    func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
      cotangent * inputs[0].detached.squared() * 3
    }
  }

  private struct Pointless: Operation {
    static let name = "pointless"
    static let checks: [OperationCheck] = []
    func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value }
    func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable { cotangent }
  }

  private static let point = Tensor(shape: [3], dtype: .float64) { bytes in
    _ = bytes.bindMemory(to: Double.self).initialize(from: [0.5, -1, 2])
  }
}
