import TensorCore
import Testing

@Suite struct ShapeTests {
  @Test func `the element count is the product of the extents`() {
    #expect(Shape([2, 3, 4]).elementCount == 24)
    #expect(Shape([]).elementCount == 1)
    #expect(Shape([2, 0, 4]).elementCount == 0)
    #expect(Shape([]).rank == 0)
  }

  @Test func `negative axes count from the end`() {
    let shape: Shape = [2, 3, 4]
    #expect(shape[-1] == 4)
    #expect(shape[-3] == shape[0])
    #expect(shape.resolved(-2) == 1)
  }

  @Test func `axes are inserted, removed, dropped and appended`() {
    let shape: Shape = [2, 3, 4]
    #expect(shape.inserting(5, at: 0) == [5, 2, 3, 4])
    #expect(shape.inserting(5, at: 3) == [2, 3, 4, 5])
    #expect(shape.removing(-1) == [2, 3])
    #expect(shape.dropFirst() == [3, 4])
    #expect(shape.dropFirst(3) == [])
    #expect(shape.appending(5, 6) == [2, 3, 4, 5, 6])
    #expect(shape.reducing([0, 2]) == [1, 3, 1])
  }

  @Test func `equal shapes made in different ways are equal and hash alike`() {
    let dropped = Shape([7, 2, 3]).dropFirst()
    #expect(dropped == Shape([2, 3]))
    #expect(Set([dropped, [2, 3], Shape([2, 9, 3]).removing(1)]).count == 1)
    #expect(Shape([2, 3]) != Shape([2, 3, 0]))
  }

  @Test(
    arguments: [
      ([2, 3], [2, 3], [2, 3]), ([2, 3], [3], [2, 3]), ([2, 1, 4], [3, 1], [2, 3, 4]), ([], [5], [5]), ([1], [0], [0]),
      ([4, 1], [1, 5], [4, 5]),
    ] as [(Shape, Shape, Shape)])
  func `broadcasting is symmetric`(first: Shape, second: Shape, expected: Shape) throws {
    #expect(try first.broadcast(with: second) == expected)
    #expect(try second.broadcast(with: first) == expected)
  }

  @Test func `shapes that do not broadcast are named in the error`() {
    #expect(throws: ShapeError.incompatible([2, 3], [4])) { try Shape([2, 3]).broadcast(with: [4]) }
    #expect(ShapeError.incompatible([2, 3], [4]).description == "shapes [2, 3] and [4] do not broadcast.")
  }

  @Test func `axis sets contain what they were made of`() {
    let axes: AxisSet = [0, 7]
    #expect(axes.contains(0) && axes.contains(7) && !axes.contains(3))
    #expect(AxisSet([]).isEmpty && !axes.isEmpty)
  }

  @Test func `impossible shapes trap`() async {
    await #expect(processExitsWith: .failure) { _ = Shape([-1]) }
    await #expect(processExitsWith: .failure) { _ = Shape([1, 1, 1, 1, 1, 1, 1, 1, 1]) }
    await #expect(processExitsWith: .failure) { _ = Shape([Int(Int32.max) + 1]) }
    await #expect(processExitsWith: .failure) { _ = Shape([2])[1] }
    await #expect(processExitsWith: .failure) { _ = AxisSet([8]) }
  }
  @Test func `a trap says what was wrong`() async throws {
    let impossible = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = Shape([-1]) }
    let text = String(decoding: try #require(impossible).standardErrorContent, as: UTF8.self)
    #expect(text.contains("a shape's extents lie in 0...2147483647, got -1"))
    let sum = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = Tensor.ones([2, 3]) + Tensor.ones([4]) }
    #expect(String(decoding: try #require(sum).standardErrorContent, as: UTF8.self).contains("shapes [2, 3] and [4] do not broadcast"))
  }
}
