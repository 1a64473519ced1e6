import TensorCore
import Testing
import _TestSupport

@Suite struct LayoutTests {
  /// Every order of up to four axes.
  static let orders: [[Int]] = (0...4).flatMap { permutations(Array(0..<$0)) }

  static func permutations(_ items: [Int]) -> [[Int]] {
    items.isEmpty ? [[]] : items.flatMap { item in permutations(items.filter { $0 != item }).map { [item] + $0 } }
  }

  @Test(arguments: orders)
  func `transposition moves every element`(order: [Int]) throws {
    let shape = Shape([17, 2, 3, 19].prefix(order.count))
    for dtype in floatingTypes {
      let tensor = try Tensor.random(shape, "transpose", dtype)
      let source = Reference(tensor)
      let expected = Reference(shape: order.map { shape[$0] }) { index in
        var original = index
        for (axis, from) in order.enumerated() { original[from] = index[axis] }
        return source[original]
      }
      expectClose(tensor.transposed(order), try expected.tensor(dtype), tolerance: 0)
      expectClose(
        tensor.expanded(over: 2).transposed([0] + order.map { $0 + 1 }), try expected.tensor(dtype).expanded(over: 2), tolerance: 0)
      expectClose(
        tensor.expanded(over: 2).transposed(order.map { $0 + 1 } + [0]),
        tensor.expanded(over: 2).contiguous.transposed(order.map { $0 + 1 } + [0]),
        tolerance: 0)
    }
  }

  @Test(arguments: [0, 1, 2, -1])
  func `slices along an axis, concatenated again, are the tensor`(axis: Int) throws {
    let tensor = try Tensor.random([5, 4, 7], "slices")
    let parts = [0..<1, 1..<1, 1..<4].map { tensor.sliced($0, along: axis) }
    let rest = tensor.sliced(4..<tensor.shape[axis], along: axis)
    expectClose(Tensor.concatenated(parts + [rest], along: axis), tensor, tolerance: 0)
    let expanded = tensor.expanded(over: 3)
    let part = expanded.sliced(1..<3, along: axis < 0 ? axis : axis + 1)
    #expect(part.isExpanded)
    expectClose(part, tensor.sliced(1..<3, along: axis).expanded(over: 3), tolerance: 0)
  }

  @Test func `a slice is what indexing says`() throws {
    let tensor = try Tensor.random([3, 4, 5], "slice")
    let source = Reference(tensor)
    let expected = Reference(shape: [3, 2, 5]) { source[[$0[0], $0[1] + 1, $0[2]]] }
    expectClose(tensor.sliced(1..<3, along: 1), try expected.tensor(.float64), tolerance: 0)
    expectClose(tensor[2], tensor.slice(2..<3).reshaped([4, 5]), tolerance: 0)
    #expect(tensor[1].doubles == Array(tensor.doubles[20..<40]))
    #expect(tensor.slice(1..<3)[1].doubles == tensor[2].doubles)
    #expect(tensor[0].expanded(over: 2)[1].doubles == tensor[0].doubles)
  }

  @Test(arguments: [0, 1, 2])
  func `padding is zero around the tensor`(axis: Int) throws {
    let tensor = try Tensor.random([2, 3, 4], "pad")
    let padded = tensor.padded(to: 9, at: 2, along: axis)
    #expect(padded.shape[axis] == 9)
    expectClose(padded.sliced(2..<(2 + tensor.shape[axis]), along: axis), tensor, tolerance: 0)
    expectClose(padded.total, tensor.total, tolerance: 1e-14)
    #expect(padded.sliced(0..<2, along: axis).doubles.allSatisfy { $0 == 0 })
  }

  @Test func `stacked tensors are the items of the result`() throws {
    let parts = try (0..<3).map { try Tensor.random([2, 5], "part \($0)", .float32) }
    let stacked = Tensor.stacked(parts)
    #expect(stacked.shape == [3, 2, 5])
    for index in 0..<3 { #expect(stacked[index].floats == parts[index].floats) }
    #expect(Tensor.stacked([parts[0].expanded(over: 2), parts[1].expanded(over: 2)]).floats == [0, 0, 1, 1].flatMap { parts[$0].floats })
  }

  @Test func `labels are laid out like numbers`() throws {
    let labels = try Tensor([1, 2, 3, 4, 5, 6] as [Int], shape: [2, 3])
    #expect(labels.transposed([1, 0]).integers == [1, 4, 2, 5, 3, 6])
    #expect(Tensor.stacked([labels[1], labels[0]]).integers == [4, 5, 6, 1, 2, 3])
  }

  @Test(arguments: [([3], [2, 3]), ([], [2, 2]), ([2, 1], [2, 5]), ([1, 3, 1], [4, 3, 2]), ([2, 3], [2, 3])] as [(Shape, Shape)])
  func `broadcasting expands elements`(from: Shape, to: Shape) throws {
    let tensor = try Tensor.random(from, "broadcast")
    let source = Reference(tensor)
    let expected = Reference(shape: to.dimensions) { index in
      source[zip(index.suffix(from.rank), from.dimensions).map { $1 == 1 ? 0 : $0 }]
    }
    expectClose(tensor.broadcast(to: to), try expected.tensor(.float64), tolerance: 0)
    let expanded = tensor.expanded(over: 4)
    #expect(expanded.broadcast(to: expanded.shape.inserting(2, at: 0)).doubles == expanded.doubles + expanded.doubles)
  }

  @Test func `reshaping keeps the order of the elements`() throws {
    let tensor = try Tensor.random([2, 6], "reshape")
    #expect(tensor.reshaped([3, 4]).doubles == tensor.doubles)
    let expanded = tensor.expanded(over: 3)
    #expect(expanded.reshaped([3, 12]).isExpanded)
    #expect(expanded.reshaped([3, 12]).doubles == expanded.doubles)
    #expect(!expanded.reshaped([6, 6]).isExpanded)
    #expect(expanded.reshaped([6, 6]).doubles == expanded.doubles)
  }

  @Test func `empty tensors go through every layout operation`() throws {
    let empty = Tensor.zeros([0, 3])
    #expect(empty.transposed([1, 0]).shape == [3, 0])
    #expect(Tensor.concatenated([empty, Tensor.ones([2, 3])], along: 0).floats == [1, 1, 1, 1, 1, 1])
    #expect(empty.padded(to: 2, at: 1, along: 0).floats == [0, 0, 0, 0, 0, 0])
    #expect(Tensor.ones([3]).expanded(over: 0).doubles == [])
  }

  @Test func `views outlive what they were taken from`() throws {
    func view() throws -> Tensor { try Tensor.random([4, 1000], "view")[2] }
    let kept = try view()
    for index in 0..<16 { _ = try Tensor.random([4, 1000], "other \(index)") }
    #expect(kept.doubles == (try Tensor.random([4, 1000], "view"))[2].doubles)
  }

  @Test func `layouts that do not fit trap`() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).reshaped([5]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).transposed([0, 0]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).sliced(0..<4, along: 1) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).padded(to: 3, at: 1, along: 1) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).broadcast(to: [2, 4]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.concatenated([], along: 0) }
    await #expect(processExitsWith: .failure) { _ = Tensor.concatenated([.zeros([2, 3]), .zeros([2, 4])], along: 0) }
    await #expect(processExitsWith: .failure) { _ = Tensor.stacked([.zeros([2]), .zeros([2], .float64)]) }
  }
}
