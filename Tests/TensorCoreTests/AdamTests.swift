import TensorCore
import Testing
import _TestSupport

@Suite struct AdamTests {
  @Test(arguments: floatingTypes, [0, 0.01])
  func `steps are the paper's`(dtype: DType, weightDecay: Double) throws {
    var parameter = try Tensor.random([7, 5], "parameter", dtype)
    var (first, second) = (Tensor.zeros([7, 5], dtype), Tensor.zeros([7, 5], dtype))
    var (theta, m, v) = (parameter.doubles, first.doubles, second.doubles)
    let (rate, b1, b2, epsilon) = (0.05, 0.9, 0.999, 1e-8)
    var (power1, power2) = (1.0, 1.0)
    for number in 1...5 {
      let gradient = try Tensor.random([7, 5], "gradient \(number)", dtype)
      parameter.applyAdam(
        gradient, first: &first, second: &second,
        .init(rate: rate, decays: (b1, b2), epsilon: epsilon, weightDecay: weightDecay, number: number))
      power1 *= b1
      power2 *= b2
      for (index, g) in gradient.doubles.enumerated() {
        m[index] = b1 * m[index] + (1 - b1) * g
        v[index] = b2 * v[index] + (1 - b2) * g * g
        let root = (v[index] / (1 - power2)).squareRoot()
        theta[index] -= rate * (m[index] / (1 - power1) / (root + epsilon) + weightDecay * theta[index])
      }
      expectClose(parameter.doubles, theta, tolerance: dtype == .float32 ? 2e-6 : 1e-13)
      expectClose(first.doubles, m, tolerance: dtype.rounding)
      expectClose(second.doubles, v, tolerance: dtype.rounding)
    }
  }

  @Test(arguments: floatingTypes)
  func `without ε, a parameter whose gradients are 0 stays`(dtype: DType) throws {
    var parameter = try Tensor([1, 2], shape: [2], dtype: dtype)
    var (first, second) = (Tensor.zeros([2], dtype), Tensor.zeros([2], dtype))
    parameter.applyAdam(
      try Tensor([0, 0.5], shape: [2], dtype: dtype), first: &first, second: &second,
      .init(rate: 1e-3, decays: (0.9, 0.999), epsilon: 0, weightDecay: 0, number: 1))
    expectClose(parameter.doubles, [1, 1.999], tolerance: dtype == .float32 ? 1e-6 : 1e-13)
  }

  @Test func `a view is updated on its own`() {
    let parent = Tensor.zeros([2, 3])
    var item = parent[1]
    var (first, second) = (Tensor.zeros([3]), Tensor.zeros([3]))
    item.applyAdam(
      .ones([3]), first: &first, second: &second, .init(rate: 1, decays: (0.9, 0.999), epsilon: 0, weightDecay: 0, number: 1))
    expectClose(item.doubles, [-1, -1, -1], tolerance: 1e-6)
    #expect(parent.doubles == Array(repeating: 0, count: 6))
  }

  @Test func `operands that do not fit trap`() async {
    await #expect(processExitsWith: .failure) {
      var parameter = Tensor.zeros([2])
      var (first, second) = (Tensor.zeros([2]), Tensor.zeros([2]))
      parameter.applyAdam(
        .ones([3]), first: &first, second: &second, .init(rate: 1, decays: (0.9, 0.999), epsilon: 0, weightDecay: 0, number: 1))
    }
  }
}
