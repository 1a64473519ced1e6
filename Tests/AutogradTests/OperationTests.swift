import Autograd
import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Checks every differentiable operation at its own check points.
@Suite struct OperationTests {
  @Test(arguments: Operations.all.map { $0.name })
  func `derivatives agree with central differences up to the third`(name: String) throws {
    let type = try #require(Operations.all.first { $0.name == name })
    #expect(!type.checks.isEmpty)
    for check in type.checks {
      #expect(check.inputs.allSatisfy { $0.dtype == .float64 })
      expectDerivatives(DerivativeCheck(inputs: check.inputs, fixed: check.fixed) { Variable(check.operation, $0) }, upTo: 3)
    }
  }

  @Test(arguments: Operations.all.map { $0.name })
  func `addPullback adds the pullback in place`(name: String) throws {
    let type = try #require(Operations.all.first { $0.name == name })
    let products = ["matmul", "linear-layer", "convolution", "convolution-input-gradient", "convolution-filter-gradient"]
    for check in type.checks {
      let inputs = check.inputs.map { Variable(constant: $0) }
      let output = Variable(check.operation, inputs)
      let cotangent = Variable(constant: random(output.shape, "cotangent"))
      for index in inputs.indices where !check.fixed.contains(index) {
        let start = random(inputs[index].shape, "start")
        var sum = start + 0 * start
        let part = check.operation.pullback(cotangent, to: index, inputs: inputs, output: output).value
        let isAdded = check.operation.addPullback(cotangent, to: index, inputs: inputs, output: output, into: &sum)
        // The bias gradient of a linear layer is reduced first, so it is not added in place.
        #expect(isAdded == (products.contains(name) && !(name == "linear-layer" && index == 2)))
        expectClose(sum, isAdded ? start + part : start, tolerance: isAdded ? 1e-13 : 0)
      }
    }
  }

  @Test func `names are different`() {
    #expect(Set(Operations.all.map { $0.name }).count == Operations.all.count)
  }

  @Test func `a check is of its own operation`() {
    for type in Operations.all {
      for check in type.checks { #expect(Swift.type(of: check.operation) == type) }
    }
  }

  /// Every file in the folder must have its type in the list, so the suite checks every operation.
  @Test func `the list and the folder of operations agree`() {
    let root = String(#filePath).split(separator: "/").dropLast(3).joined(separator: "/")
    let files = fileNames(in: "/\(root)/Modules/Autograd/Operations")
    #expect(!files.isEmpty)
    #expect(files == Operations.all.map { "\($0).swift" }.sorted())
  }
}

/// Shows that the suite above can fail.
@Suite struct WrongDerivativeTests {
  @Test func `a wrong derivative is caught`() {
    withKnownIssue {
      expectDerivatives(check(WrongSquare()))
    } matching: {
      $0.comments.contains { "\($0)".contains("order 1") }
    }
  }

  @Test func `a right derivative that cannot be differentiated again is caught`() {
    withKnownIssue {
      expectDerivatives(check(FrozenSquare()))
    } matching: {
      $0.comments.contains { "\($0)".contains("order 2") }
    }
  }

  @Test func `a derivative that is not a number is caught`() {
    withKnownIssue { expectDerivatives(DerivativeCheck(inputs: [tensorOf([-1, 2], [2])]) { $0[0].log() }) }
  }

  private func check(_ operation: any Operation) -> DerivativeCheck {
    DerivativeCheck(inputs: [tensorOf([0.5, -1, 2], [3])]) { Variable(operation, $0) }
  }

  /// y = x² with the wrong derivative 3x.
  private struct WrongSquare: Operation {
    static let name = "wrong-square"
    static let checks: [OperationCheck] = []
    func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.map(.square) }
    func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable { cotangent * inputs[0] * 3 }
  }

  /// y = x² whose derivative 2x is treated as a constant.
  private struct FrozenSquare: Operation {
    static let name = "frozen-square"
    static let checks: [OperationCheck] = []
    func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.map(.square) }
    func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
      cotangent * inputs[0].detached * 2
    }
  }
}
