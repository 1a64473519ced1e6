import TensorCore
import Testing
import _TestSupport

@Suite struct MatMulTests {
  struct Size: Sendable, CustomTestStringConvertible {
    let (t, m, k, n): (Int, Int, Int, Int)
    var testDescription: String { "\(t)×[\(m), \(k)]·[\(k), \(n)]" }
    init(_ t: Int, _ m: Int, _ k: Int, _ n: Int) { (self.t, self.m, self.k, self.n) = (t, m, k, n) }
  }

  static let sizes = [
    Size(1, 1, 1, 1), Size(2, 3, 5, 7), Size(3, 10, 1, 40), Size(2, 10, 40, 40), Size(1, 33, 17, 65), Size(4, 1, 40, 1), Size(2, 5, 64, 5),
    Size(1, 100, 9, 3), Size(2, 4, 300, 16),
    // One column: matrix-vector products, in vectors of 16, 8 and 1 lanes.
    Size(3, 10, 40, 1), Size(2, 7, 37, 1), Size(2, 5, 3, 1), Size(1, 1, 16, 1), Size(2, 40, 10, 1),
  ]

  @Test(arguments: sizes, floatingTypes)
  func `products of every storage order`(size: Size, dtype: DType) throws {
    let a = try Tensor.random([size.t, size.m, size.k], "a", dtype)
    let b = try Tensor.random([size.t, size.k, size.n], "b", dtype)
    try check(a, b, expanded: (false, false))
    try check(a[0].expanded(over: size.t), b, expanded: (true, false))
    try check(a, b[0].expanded(over: size.t), expanded: (false, true))
    try check(a[0].expanded(over: size.t), b[0].expanded(over: size.t), expanded: (true, true))
  }

  func check(_ a: Tensor, _ b: Tensor, expanded: (Bool, Bool), sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (x, y) = (Reference(a), Reference(b))
    let expected = Reference(shape: [a.shape[0], a.shape[1], b.shape[2]]) { index in
      (0..<a.shape[2]).reduce(0) { $0 + x[[index[0], index[1], $1]] * y[[index[0], $1, index[2]]] }
    }
    let (at, bt) = (a.transposed([0, 2, 1]), b.transposed([0, 2, 1]))
    #expect(at.isExpanded == expanded.0 && bt.isExpanded == expanded.1, sourceLocation: sourceLocation)
    let result = try expected.tensor(a.dtype)
    let tolerance = a.dtype.sumRounding
    expectClose(a.matmul(b), result, tolerance: tolerance, sourceLocation: sourceLocation)
    expectClose(at.matmul(b, transposeFirst: true), result, tolerance: tolerance, sourceLocation: sourceLocation)
    expectClose(a.matmul(bt, transposeSecond: true), result, tolerance: tolerance, sourceLocation: sourceLocation)
    expectClose(at.matmul(bt, transposeFirst: true, transposeSecond: true), result, tolerance: tolerance, sourceLocation: sourceLocation)
  }

  @Test(arguments: sizes, floatingTypes)
  func `a product is added in place where nothing else reads the sum`(size: Size, dtype: DType) throws {
    let (a, b) = (try Tensor.random([size.t, size.m, size.k], "a", dtype), try Tensor.random([size.t, size.k, size.n], "b", dtype))
    let start = try Tensor.random([size.t, size.m, size.n], "start", dtype)
    for (x, y) in [(a, b), (a[0].expanded(over: size.t), b), (a, b[0].expanded(over: size.t))] {
      for (first, second) in [(false, false), (true, false), (false, true), (true, true)] {
        var sum = start.separateCopy
        let (p, q) = (first ? x.transposed([0, 2, 1]) : x, second ? y.transposed([0, 2, 1]) : y)
        let added = sum.accumulateMatMulInPlace(p, q, transposeFirst: first, transposeSecond: second)
        #expect(added)
        expectClose(sum, start + x.matmul(y), tolerance: dtype.sumRounding)
      }
    }
    var shared = start
    let kept = shared
    let changed = shared.accumulateMatMulInPlace(a, b, transposeFirst: false, transposeSecond: false)
    #expect(!changed)
    #expect(kept.doubles == start.doubles && shared.doubles == start.doubles)
    var sum = start.separateCopy
    let added = sum.accumulateMatMulInPlace(
      a[0].expanded(over: size.t), b[0].expanded(over: size.t), transposeFirst: false, transposeSecond: false)
    #expect(!added)
    #expect(sum.doubles == start.doubles)
  }

  @Test(arguments: sizes, floatingTypes)
  func `a linear layer has the bits of a product, a sum and a ReLU`(size: Size, dtype: DType) throws {
    let (x, w) = (try Tensor.random([size.t, size.m, size.k], "x", dtype), try Tensor.random([size.t, size.k, size.n], "w", dtype))
    let b = try Tensor.random([size.t, size.n], "b", dtype)
    for input in [x, x[0].expanded(over: size.t)] {
      for weight in [w, w[0].expanded(over: size.t)] {
        for bias in [b, b[0].expanded(over: size.t)] {
          let sum = input.matmul(weight).combined(.add(scale: 1), with: bias.reshaped([size.t, 1, size.n]))
          #expect(input.linear(weight, bias, relu: false).doubles == sum.doubles)
          #expect(input.linear(weight, bias, relu: true).doubles == sum.map(.relu).doubles)
        }
      }
    }
  }

  @Test func `a linear layer hides no broken number`() throws {
    for width in [1, 11] {
      let bias = try Tensor((0..<width).map { $0 % 3 == 0 ? Float.nan : -1 }, shape: [1, width])
      let layer = Tensor.zeros([1, 2, 3]).linear(.zeros([1, 3, width]), bias, relu: true).floats
      for (index, value) in layer.enumerated() { #expect(index % width % 3 == 0 ? value.isNaN : value == 0) }
    }
  }

  @Test(arguments: floatingTypes)
  func `empty extents`(dtype: DType) {
    #expect(Tensor.zeros([2, 3, 0], dtype).matmul(.zeros([2, 0, 4], dtype)).doubles == Array(repeating: 0, count: 24))
    #expect(Tensor.zeros([2, 0, 3], dtype).matmul(.zeros([2, 3, 4], dtype)).shape == [2, 0, 4])
    #expect(Tensor.zeros([0, 2, 3], dtype).matmul(.zeros([0, 3, 4], dtype)).shape == [0, 2, 4])
    #expect(
      Tensor.zeros([2, 3, 0], dtype).linear(.zeros([2, 0, 4], dtype), .ones([2, 4], dtype), relu: true).doubles
        == Array(repeating: 1, count: 24))
    #expect(Tensor.zeros([2, 0, 3], dtype).linear(.zeros([2, 3, 4], dtype), .ones([2, 4], dtype), relu: true).shape == [2, 0, 4])
  }

  @Test func `operations are counted`() {
    // Counts operations of this thread alone, because other tests run at the same time.
    let before = (Kernels.productOperationsOfThread, Kernels.productOperations)
    _ = Tensor.ones([2, 3, 4]).matmul(.ones([2, 4, 5]))
    #expect(Kernels.productOperationsOfThread - before.0 == 2 * 2 * 3 * 4 * 5)
    #expect(Kernels.productOperations - before.1 >= 2 * 2 * 3 * 4 * 5)
  }

  @Test func `operands that do not fit trap`() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([1, 2, 3]).matmul(.zeros([1, 4, 2])) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([1, 2, 3]).matmul(.zeros([2, 3, 2])) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([1, 2, 3]).matmul(.zeros([1, 3, 2], .float64)) }
  }
}
