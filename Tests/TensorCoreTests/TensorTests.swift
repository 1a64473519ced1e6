import TensorCore
import Testing

@Suite struct TensorTests {
  @Test func `numbers come back row by row`() throws {
    let floats = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    #expect(floats.floats == [1, 2, 3, 4, 5, 6])
    #expect(floats.doubles == [1, 2, 3, 4, 5, 6])
    #expect(floats.dtype == .float32)
    let doubles = try Tensor([0.1, 0.2] as [Double], shape: [2])
    #expect(doubles.doubles == [0.1, 0.2])
    #expect(doubles.dtype == .float64)
    let rounded = try Tensor([0.1] as [Double], shape: [1], dtype: .float32)
    #expect(rounded.doubles == [Double(Float(0.1))])
    let labels = try Tensor([3, -1] as [Int], shape: [2])
    #expect(labels.integers == [3, -1])
    #expect(labels.dtype == .int64)
  }

  @Test func `a wrong count is an error with both counts`() {
    #expect(throws: ShapeError.elementCount(expected: 6, actual: 5, shape: [2, 3])) {
      try Tensor([1, 2, 3, 4, 5] as [Float], shape: [2, 3])
    }
  }

  @Test func `constants and scalars`() {
    #expect(Tensor(repeating: 2.5, shape: [2, 2], dtype: .float64).doubles == [2.5, 2.5, 2.5, 2.5])
    #expect(Tensor.zeros([3]).floats == [0, 0, 0])
    #expect(Tensor.ones([2]).floats == [1, 1])
    #expect(Tensor(7).scalar == 7)
    #expect(Tensor.zeros([0, 3]).doubles == [])
  }

  @Test func `an expanded tensor stores one item and reads as many`() throws {
    let item = try Tensor([1, 2, 3] as [Double], shape: [3])
    let expanded = item.expanded(over: 4)
    #expect(expanded.isExpanded)
    #expect(expanded.shape == [4, 3])
    #expect(expanded.doubles == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3])
    #expect(expanded.withUnsafeBytes { $0.count } == 24)
    #expect(expanded.contiguous.doubles == expanded.doubles)
    #expect(!expanded.contiguous.isExpanded)
    #expect(expanded.expandedItem.doubles == item.doubles)
  }

  @Test func `copies share nothing that can be seen`() {
    let gradient = Tensor.ones([3])
    var first = Tensor.zeros([3])
    let copy = first
    var moments = (Tensor.zeros([3]), Tensor.zeros([3]))
    first.applyAdam(
      gradient, first: &moments.0, second: &moments.1,
      .init(rate: 1, decays: (0.9, 0.999), epsilon: 0, weightDecay: 0, number: 1))
    #expect(first.floats != [0, 0, 0])
    #expect(copy.floats == [0, 0, 0])
  }

  @Test func `finiteness is seen in both types`() throws {
    #expect(Tensor.ones([2]).isFinite)
    #expect(try !Tensor([1, .nan] as [Float], shape: [2]).isFinite)
    #expect(try !Tensor([1, -.infinity] as [Double], shape: [2]).isFinite)
    #expect(try Tensor([1] as [Int], shape: [1]).isFinite)
  }

  @Test func `conversion rounds once and back exactly`() throws {
    let source = try Tensor([0.1, -3, 1e300] as [Double], shape: [3])
    #expect(source.converted(to: .float32).floats == [0.1, -3, .infinity])
    let floats = try Tensor([0.1, -3] as [Float], shape: [2])
    #expect(floats.converted(to: .float64).converted(to: .float32).floats == floats.floats)
    #expect(floats.expanded(over: 2).converted(to: .float64).isExpanded)
  }

  @Test func `storage is aligned to 64 bytes`() {
    for count in [1, 3, 17, 1000] {
      let tensor = Tensor.zeros([count])
      #expect(tensor.withUnsafeBytes { Int(bitPattern: $0.baseAddress) % 64 } == 0)
    }
  }

  @Test func `a caller's mistakes trap`() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]).scalar }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]).integers }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]).expandedItem }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2], .int64) }
    await #expect(processExitsWith: .failure) { _ = try Tensor([1] as [Int], shape: [1]).map(.square) }
  }
}
