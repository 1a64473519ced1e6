import TensorCore
import Testing
import _TestSupport

@Suite struct PoolingTests {
  @Test(arguments: [(4, 4, 2), (7, 5, 2), (9, 10, 3), (3, 3, 1), (5, 5, 5), (1, 1, 2)], floatingTypes)
  func `maxima and their positions`(size: (height: Int, width: Int, window: Int), dtype: DType) throws {
    let tensor = try Tensor.random([2, 3, size.height, size.width, 5], "pool", dtype)
    let source = Reference(tensor)
    let (maxima, positions) = tensor.maximumPooled(window: size.window)
    let shape = [2, 3, size.height / size.window, size.width / size.window, 5]
    func window(_ index: [Int]) -> [[Int]] {
      Reference.indices(of: [size.window, size.window]).map {
        [index[0], index[1], index[2] * size.window + $0[0], index[3] * size.window + $0[1], index[4]]
      }
    }
    let expected = Reference(shape: shape) { window($0).map { source[$0] }.max() ?? 0 }
    expectClose(maxima, try expected.tensor(dtype), tolerance: 0)
    #expect(positions.offsets.dtype == .int32)
    expectClose(tensor.picked(at: positions), maxima, tolerance: 0)
  }

  @Test func `the first of equal elements is remembered`() {
    let (_, positions) = Tensor.ones([1, 1, 4, 4, 1]).maximumPooled(window: 2)
    #expect(positions.offsets.integers == [0, 2, 8, 10])
  }

  @Test func `not a number wins`() throws {
    for position in 0..<4 {
      var values = [1, 2, 3, 4] as [Double]
      values[position] = .nan
      let (maxima, positions) = try Tensor(values, shape: [1, 1, 2, 2, 1]).maximumPooled(window: 2)
      #expect(maxima.scalar.isNaN)
      #expect(positions.offsets.integers == [position])
    }
  }

  @Test(arguments: [2, 3], floatingTypes)
  func `placing is the transpose of picking`(window: Int, dtype: DType) throws {
    let images = try Tensor.random([2, 2, 5, 7, 19], "images", dtype)
    let (_, positions) = images.maximumPooled(window: window)
    // The reused block has old content, which must be overwritten.
    for _ in 0..<2 { _ = Tensor(repeating: 9, shape: images.shape, dtype: dtype) }
    let cotangent = try Tensor.random(positions.offsets.shape, "cotangent", dtype)
    let placed = cotangent.placed(at: positions)
    // ⟨place(w), x⟩ = ⟨w, pick(x)⟩
    let other = try Tensor.random(images.shape, "other", dtype)
    expectClose((placed * other).total.scalar, (cotangent * other.picked(at: positions)).total.scalar, tolerance: dtype.sumRounding)
    #expect(placed.doubles.filter { $0 != 0 }.count == positions.offsets.shape.elementCount)
    expectClose(placed.picked(at: positions), cotangent, tolerance: 0)
  }

  @Test func `expanded operands are read as if written out`() throws {
    let image = try Tensor.random([2, 4, 4, 1], "image")
    let (maxima, positions) = image.expanded(over: 2).contiguous.maximumPooled(window: 2)
    expectClose(image.expanded(over: 2).picked(at: positions), maxima, tolerance: 0)
    expectClose(maxima[0].expanded(over: 2).placed(at: positions), maxima.placed(at: positions), tolerance: 0)
  }

  @Test func `operands that do not fit trap`() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([4, 4]).maximumPooled(window: 2) }
    await #expect(processExitsWith: .failure) {
      let (_, positions) = Tensor.zeros([1, 1, 4, 4, 1]).maximumPooled(window: 2)
      _ = Tensor.zeros([1, 1, 5, 4, 1]).picked(at: positions)
    }
    await #expect(processExitsWith: .failure) {
      let (maxima, positions) = Tensor.zeros([1, 1, 4, 4, 1]).maximumPooled(window: 2)
      _ = maxima.reshaped([1, 1, 4, 1, 1]).placed(at: positions)
    }
  }
}
