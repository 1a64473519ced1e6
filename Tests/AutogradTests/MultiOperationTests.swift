import Autograd
import TensorCore
import Testing
import _TestSupport

/// Operations with several results, defined outside the module.
@Suite struct MultiOperationTests {
  /// ```
  /// e = exp a, p = e·b        da = e̅·e + p̅·p, db = p̅·e
  /// ```
  private struct ExpAndProduct: MultiOperation {
    static let name = "exp-and-product"

    func forward(_ inputs: [Variable]) -> [Tensor] {
      let e = inputs[0].value.map(.exponential)
      return [e, e * inputs[1].value]
    }

    func pullback(_ cotangents: [Variable?], inputs: [Variable], outputs: [Variable]) -> [Variable?] {
      let parts = zip(cotangents, outputs).compactMap { cotangent, output in cotangent.map { $0 * output } }
      return [parts.dropFirst().reduce(parts[0], +), cotangents[1].map { $0 * outputs[0] }]
    }
  }

  private static func apply(_ inputs: [Variable]) -> [Variable] { Variable.results(of: ExpAndProduct(), inputs) }

  private let point = [random([3], "a"), random([3], "b")]

  @Test func `derivatives of all results agree up to the third`() {
    let check = DerivativeCheck(inputs: point) { inputs in
      let results = Self.apply(inputs)
      return results[0].tanh() * results[1] + results[1]
    }
    expectDerivatives(check, upTo: 3)
  }

  @Test(arguments: [0, 1])
  func `derivatives of one result agree up to the third`(index: Int) {
    expectDerivatives(DerivativeCheck(inputs: point) { Self.apply($0)[index] }, upTo: 3)
  }

  @Test(arguments: [0, 1])
  func `derivatives in one input agree up to the third`(fixed: Int) {
    expectDerivatives(DerivativeCheck(inputs: point, fixed: [fixed]) { Self.apply($0)[1] }, upTo: 3)
  }

  @Test func `results are in order, and constants of constants`() {
    let results = Self.apply([Variable(constant: tensorOf([0, 1], [2])), Variable(constant: tensorOf([3, 0], [2]))])
    expectClose(results[0].value, tensorOf([1, 2.718281828459045], [2]), tolerance: 1e-15)
    #expect(results[1].value.doubles == [3, 0])
    #expect(results.allSatisfy { !$0.isTracked })
  }

  @Test func `gradients at results are partial derivatives`() {
    let (a, b) = (Variable(tensorOf([0], [1])), Variable(tensorOf([3], [1])))
    let results = Self.apply([a, b])
    // e = 1, p = 3. The derivatives of e·p² are p² and 2ep at the results, and 3e³b² = 27 and 2e³b = 6 at the inputs.
    let found = gradient(of: results[0] * results[1].squared(), at: [results[0], results[1], a, b])
    #expect(found.map(\.value.scalar) == [9, 6, 27, 6])
    #expect(gradient(of: results[1], at: [results[1], a]).map(\.value.scalar) == [1, 3])
    #expect(gradient(of: results[1], at: [results[0]])[0].value.scalar == 0)
  }

  /// The pullback reads the same result variables that the caller holds, so gradients at them are complete.
  @Test func `a second derivative at a result flows through the first pullback`() {
    let (a, b) = (Variable(tensorOf([0], [1])), Variable(tensorOf([3], [1])))
    let results = Self.apply([a, b])
    // d(p²)/db = 2·p·e. Its derivatives at e and p are 2p = 6 and 2e = 2.
    let first = gradient(of: results[1].squared(), at: [b], differentiable: true)[0]
    #expect(first.value.scalar == 6)
    #expect(gradient(of: first, at: results).map(\.value.scalar) == [6, 2])
  }

  @Test func `a long chain is differentiated and released`() {
    let x = Variable(Tensor(0, dtype: .float64))
    var y = x
    for _ in 0..<30_000 { y = Self.apply([y * 0, y])[1] }
    #expect(gradient(of: y, at: [x])[0].value.scalar == 1)
    #expect(gradient(of: y, at: [x], differentiable: true)[0].value.scalar == 1)
  }

  @Test func `a pullback that differentiates its own graph traps`() async {
    await #expect(processExitsWith: .failure) {
      struct Nested: Operation {
        static let name = "nested"
        static let checks: [OperationCheck] = []
        func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value }
        func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
          gradient(of: inputs[0].squared(), at: inputs)[0]
        }
      }
      let x = Variable(Tensor(1, dtype: .float64))
      _ = gradient(of: Variable(Nested(), [x.exp().exp()]), at: [x], differentiable: true)
    }
  }
}
