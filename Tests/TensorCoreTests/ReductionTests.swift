import TensorCore
import Testing
import _TestSupport

@Suite struct ReductionTests {
  static let shapes: [Shape] = [
    [], [1], [7], [3, 37], [5, 1, 4], [2, 3, 4, 5], [2, 3, 2, 3, 2, 3], [2, 2, 2, 2, 2, 2, 2, 2], [1, 100],
    [3, 10, 40], [2, 5, 139],
  ]

  static func subsets(_ rank: Int) -> [[Int]] { (0..<(1 << rank)).map { bits in (0..<rank).filter { bits & (1 << $0) != 0 } } }

  static func reference(_ tensor: Tensor, _ axes: [Int], _ start: Double, _ combine: (Double, Double) -> Double) throws -> Tensor {
    let source = Reference(tensor)
    let shape = tensor.shape.reducing(AxisSet(axes))
    var values = Array(repeating: start, count: shape.elementCount)
    for index in Reference.indices(of: source.shape) {
      var place = 0
      for axis in 0..<shape.rank { place = place * shape[axis] + (axes.contains(axis) ? 0 : index[axis]) }
      values[place] = combine(values[place], source[index])
    }
    return try Tensor(values, shape: shape, dtype: tensor.dtype)
  }

  @Test(arguments: shapes, floatingTypes)
  func `sums, means and maxima over every set of axes`(shape: Shape, dtype: DType) throws {
    let tensor = try Tensor.random(shape, "reduce", dtype)
    for axes in Self.subsets(shape.rank) {
      let sum = try Self.reference(tensor, axes, 0, +)
      expectClose(tensor.sum(AxisSet(axes)), sum, tolerance: dtype.sumRounding)
      expectClose(tensor.sum(AxisSet(axes), scale: -0.5), -0.5 * sum, tolerance: dtype.sumRounding)
      let count = axes.reduce(1) { $0 * shape[$1] }
      expectClose(tensor.mean(AxisSet(axes)), (1 / Double(count)) * sum, tolerance: dtype.sumRounding)
      expectClose(tensor.maximum(AxisSet(axes)), try Self.reference(tensor, axes, -.infinity, max), tolerance: 0)
    }
  }

  @Test(arguments: [[5], [3, 4], [], [2, 3, 4]] as [Shape])
  func `expanded tensors reduce as if written out`(shape: Shape) throws {
    let expanded = try Tensor.random(shape, "reduce").expanded(over: 3)
    for axes in Self.subsets(shape.rank + 1) {
      expectClose(expanded.sum(AxisSet(axes)), expanded.contiguous.sum(AxisSet(axes)), tolerance: 1e-13)
      expectClose(expanded.mean(AxisSet(axes)), expanded.contiguous.mean(AxisSet(axes)), tolerance: 1e-13)
      expectClose(expanded.maximum(AxisSet(axes)), expanded.contiguous.maximum(AxisSet(axes)), tolerance: 0)
    }
  }

  @Test func `sums over empty axes are 0`() {
    #expect(Tensor.zeros([0]).sum([0]).doubles == [0])
    #expect(Tensor.zeros([3, 0]).sum([1]).doubles == [0, 0, 0])
    #expect(Tensor.zeros([0, 3]).sum([0]).doubles == [0, 0, 0])
    #expect(Tensor.zeros([2, 0, 3]).sum([1]).doubles == [0, 0, 0, 0, 0, 0])
    #expect(Tensor.zeros([2, 0, 3]).sum([0]).shape == [1, 0, 3])
    #expect(Tensor.zeros([2, 0, 3]).total.scalar == 0)
  }

  @Test func `totals and norms`() throws {
    let tensor = try Tensor([3, -4] as [Double], shape: [1, 2])
    #expect(tensor.total.scalar == -1)
    #expect(tensor.total.shape == [])
    #expect(tensor.norm == 5)
    #expect(tensor.expanded(over: 4).norm == 10)
    #expect(Tensor.zeros([0]).norm == 0)
  }

  @Test(arguments: floatingTypes, [1, 17, 4096, 10_007])
  func `norms of any length`(dtype: DType, count: Int) throws {
    let tensor = try Tensor.random([count], "norm", dtype)
    let expected = tensor.doubles.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(tensor.norm - expected) <= expected * (dtype == .float32 ? 1e-6 : 1e-14))
  }

  @Test func `a norm out of reach is infinite, one of a broken vector no number`() throws {
    #expect(try Tensor([1, 1e20] as [Float], shape: [2]).norm == .infinity)
    #expect(try Tensor([1, .nan] as [Float], shape: [2]).norm.isNaN)
  }

  @Test(arguments: floatingTypes)
  func `long sums keep their digits`(dtype: DType) {
    let count = 10_007
    expectClose(Tensor(repeating: 0.1, shape: [count], dtype: dtype).mean([0]).scalar, 0.1, tolerance: dtype == .float32 ? 1e-5 : 1e-13)
  }

  @Test func `not a number wins every maximum`() throws {
    for position in 0..<5 {
      var values = [1, 2, 3, 4, 5] as [Double]
      values[position] = .nan
      #expect(try Tensor(values, shape: [5]).maximum([0]).scalar.isNaN)
      #expect(try Tensor(values, shape: [5, 1]).broadcast(to: [5, 3]).maximum([0]).doubles.allSatisfy(\.isNaN))
    }
  }

  @Test func `the largest element's index, the first on a tie`() throws {
    let tensor = try Tensor([1, 3, 3, 2, 0, -1] as [Double], shape: [2, 3])
    #expect(tensor.argmax == [1, 0])
    #expect(tensor.expanded(over: 2).argmax == [1, 0, 1, 0])
  }

  @Test func `maxima of nothing trap`() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([0]).maximum([0]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 0]).argmax }
  }
}
