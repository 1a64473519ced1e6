import Autograd
import TensorCore
import Testing
import _TestSupport

/// Functions of variables against closed forms, with their derivatives at kinks and edges of the domain.
@Suite struct ClosedFormTests {
  private func leaf(_ numbers: Double...) -> Variable { Variable(tensorOf(numbers, [numbers.count])) }

  /// The gradient of the sum of the results, and its gradients in turn, up to the third order.
  private func gradients(_ x: Variable, _ function: (Variable) -> Variable) -> [[Double]] {
    var result = function(x)
    return (1...3).map { _ in
      result = gradient(of: result, at: [x], differentiable: true)[0]
      return result.value.doubles
    }
  }

  @Test func `numbers combine with variables in every order`() {
    let x = leaf(-2, 3)
    #expect((2 * x).value.doubles == [-4, 6])
    #expect((x * 2).value.doubles == [-4, 6])
    #expect((1 + x).value.doubles == [-1, 4])
    #expect((x + 1).value.doubles == [-1, 4])
    #expect((x - 1).value.doubles == [-3, 2])
    #expect((1 - x).value.doubles == [3, -2])
    #expect((x / 3).value.doubles == [-2.0 / 3, 1])
    #expect((1 / x).value.doubles == [-0.5, 1.0 / 3])
    #expect(gradients(leaf(-2, 4)) { 1 / $0 } == [[-0.25, -0.0625], [-0.25, 0.03125], [-0.375, -0.0234375]])
    #expect(gradients(x) { $0 / 4 } == [[0.25, 0.25], [0, 0], [0, 0]])
  }

  @Test(arguments: [DType.float32, .float64])
  func `numbers take the type and the shape of the variable`(type: DType) {
    let x = Variable(tensorOf([1, 3], [1, 2], type)).broadcastOverTasks(2)
    for y in [2 * x, 1 + x, x - 1, x / 3, 1 / x, x.clipped(to: 1...2), x.abs(), x.pow(3)] {
      #expect(y.value.dtype == type)
      #expect(y.shape == [2, 1, 2])
    }
    expectClose((x / 3).value[1], tensorOf([1 / 3.0, 1], [1, 2], type), tolerance: type == .float32 ? 1e-7 : 1e-15)
  }

  @Test func `the absolute value has derivatives of 0 at 0`() {
    let x = leaf(-2, 0, 3)
    #expect(x.abs().value.doubles == [2, 0, 3])
    #expect(gradients(x) { $0.abs() } == [[-1, 0, 1], [0, 0, 0], [0, 0, 0]])
  }

  @Test func `clipping has a derivative of 1 within the range and at its bounds`() {
    let x = leaf(-2, -1, 0.5, 2, 3)
    #expect(x.clipped(to: -1...2).value.doubles == [-1, -1, 0.5, 2, 2])
    #expect(gradients(x) { $0.clipped(to: -1...2) } == [[0, 1, 1, 1, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
    #expect(gradients(x) { $0.squared().clipped(to: 1...5) }[0] == [-4, -2, 0, 4, 0])
  }

  @Test func `clipping takes infinite bounds and elements, and keeps NaN`() {
    let x = leaf(-.infinity, -1, 1, .infinity)
    #expect(x.clipped(to: 0...Double.infinity).value.doubles == [0, 0, 1, .infinity])
    #expect(x.clipped(to: -3...3).value.doubles == [-3, -1, 1, 3])
    #expect(gradients(x) { $0.clipped(to: 0...Double.infinity) }[0] == [0, 0, 1, 1])
    #expect(leaf(.nan).clipped(to: 0...1).value.scalar.isNaN)
  }

  @Test func `the elementwise extremes share a derivative where elements are equal`() {
    let (a, b) = (Variable(tensorOf([1, 5, 3], [3, 1])), Variable(tensorOf([2, 3], [2])))
    let (larger, smaller) = (a.elementwiseMaximum(b), a.elementwiseMinimum(b))
    expectClose(larger.value, tensorOf([2, 3, 5, 5, 3, 3], [3, 2]), tolerance: 0)
    expectClose(smaller.value, tensorOf([1, 1, 2, 3, 2, 3], [3, 2]), tolerance: 0)
    #expect(gradient(of: larger, at: [a, b]).map(\.value.doubles) == [[0, 2, 1.5], [1, 1.5]])
    #expect(gradient(of: smaller, at: [a, b]).map(\.value.doubles) == [[2, 0, 0.5], [2, 1.5]])
    let unbounded = leaf(-.infinity, .infinity)
    #expect(unbounded.elementwiseMaximum(leaf(0, 0)).value.doubles == [0, .infinity])
    #expect(gradients(unbounded) { $0.elementwiseMaximum(leaf(0, 0)) }[0] == [0, 1])
  }

  @Test func `softmax of logits however large`() {
    let third = 1 / (1 + 2.718281828459045)
    let x = Variable(tensorOf([1000, 1001, -1000, -1001], [2, 2]))
    expectClose(x.softmax().value, tensorOf([third, 1 - third, 1 - third, third], [2, 2]), tolerance: 1e-15)
    expectClose(x.softmax().value, x.logSoftmax().exp().value, tolerance: 1e-13)
    // The probabilities sum to one, so the derivatives of their sum are zero.
    for derivatives in gradients(x, { $0.softmax() }) { #expect(derivatives.allSatisfy { abs($0) < 1e-15 }) }
  }

  @Test func `an element of minus infinity has probability and derivatives 0`() {
    let x = Variable(tensorOf([0, -.infinity, 0], [1, 3]))
    #expect(x.softmax().value.doubles == [0.5, 0, 0.5])
    expectClose(x.logSumExp([1]).value, tensorOf([0.6931471805599453], [1, 1]), tolerance: 1e-15)
    let weights = Variable(constant: tensorOf([1, 2, 0], [1, 3]))
    let found = gradients(x) { ($0.softmax() * weights) }
    #expect(found == [[0.25, 0, -0.25], [0, 0, 0], [0, 0, 0]])
    #expect(gradients(x) { $0.logSumExp([1]) }[0] == [0.5, 0, 0.5])
  }

  @Test func `log-sum-exp over any axes, of elements however large`() {
    let x = Variable(tensorOf([1000, 1001, 1000, 1001], [2, 2]))
    expectClose(x.logSumExp([1]).value, tensorOf([1001.3132616875182, 1001.3132616875182], [2, 1]), tolerance: 1e-15)
    expectClose(x.logSumExp([0]).value, tensorOf([1000.6931471805599, 1001.6931471805599], [1, 2]), tolerance: 1e-15)
    expectClose(x.logSumExp([0, 1]).value, tensorOf([1002.0064088680781], [1, 1]), tolerance: 1e-15)
    expectClose(gradient(of: x.logSumExp([1]), at: [x])[0].value, x.softmax().value, tolerance: 1e-15)
  }

  @Test func `the norm has derivatives of 0 at the zero vector`() {
    let x = Variable(tensorOf([3, 4, 0, 0], [2, 2]))
    expectClose(x.norm([1]).value, tensorOf([5, 0], [2, 1]), tolerance: 1e-15)
    let found = gradients(x) { $0.norm([1]) }
    expectClose(tensorOf(found[0], [4]), tensorOf([0.6, 0.8, 0, 0], [4]), tolerance: 1e-15)
    for derivatives in found { #expect(derivatives.suffix(2) == [0, 0]) }
  }

  @Test func `cosine similarity of all pairs, and 0 with derivatives of 0 at the zero vector`() {
    let queries = Variable(tensorOf([3, 4, 0, 0], [1, 2, 1, 2]))
    let keys = Variable(tensorOf([1, 0, -6, -8, 0, 2], [1, 1, 3, 2]))
    let similarity = queries.cosineSimilarity(with: keys)
    expectClose(similarity.value, tensorOf([0.6, -1, 0.8, 0, 0, 0], [1, 2, 3, 1]), tolerance: 1e-15)
    for derivatives in gradients(queries, { $0.cosineSimilarity(with: keys) }) {
      #expect(derivatives.suffix(2) == [0, 0])
      #expect(derivatives.allSatisfy { $0.isFinite })
    }
    #expect(gradients(keys) { $0.cosineSimilarity(with: queries[task: 0].sliced(1..<2, along: 0)) }[0].allSatisfy { $0 == 0 })
  }

  @Test func `stacking adds a leading axis, and a task's item removes it`() {
    let (a, b) = (leaf(1, 2), leaf(3, 4))
    let stacked = Variable.stacked([a, b, a])
    expectClose(stacked.value, tensorOf([1, 2, 3, 4, 1, 2], [3, 2]), tolerance: 0)
    expectClose(stacked[task: 1].value, tensorOf([3, 4], [2]), tolerance: 0)
    #expect(gradient(of: stacked.squared(), at: [a, b]).map(\.value.doubles) == [[4, 8], [6, 8]])
    #expect(gradient(of: stacked[task: 1].squared(), at: [stacked])[0].value.doubles == [0, 0, 6, 8, 0, 0])
    let scalars = Variable.stacked([a.total(), b.total()])
    #expect(scalars.value.doubles == [3, 7])
    #expect(scalars[task: 1].shape == [])
    #expect(a.broadcastOverTasks(3)[task: 2].value.doubles == [1, 2])
  }

  @Test func `integer powers, and their derivatives at 0`() {
    let x = leaf(-2, 0, 3)
    #expect(x.pow(0).value.doubles == [1, 1, 1])
    #expect(x.pow(1).value.doubles == [-2, 0, 3])
    #expect(x.pow(2).value.doubles == [4, 0, 9])
    #expect(x.pow(7).value.doubles == [-128, 0, 2187])
    #expect(leaf(-2, 4).pow(-2).value.doubles == [0.25, 0.0625])
    #expect(gradients(x) { $0.pow(3) } == [[12, 0, 27], [-12, 0, 18], [6, 6, 6]])
    #expect(gradients(x) { $0.pow(0) } == [[0, 0, 0], [0, 0, 0], [0, 0, 0]])
  }

  @Test func `shapes that do not fit trap`() async {
    await #expect(processExitsWith: .failure) { _ = Variable.stacked([Variable(Tensor(1)), Variable(.zeros([1]))]) }
    await #expect(processExitsWith: .failure) { _ = Variable(.zeros([2, 3]))[task: 2] }
    await #expect(processExitsWith: .failure) { _ = Variable(.zeros([2, 3])).cosineSimilarity(with: Variable(.zeros([2, 1]))) }
  }
}
