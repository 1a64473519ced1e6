import TensorCore
import Testing
import _TestSupport

/// Functions of two operands against plain indexing, for shapes that expand in every way.
@Suite struct BroadcastTests {
  static let functions: [(BinaryFunction, @Sendable (Double, Double) -> Double)] = [
    (.add(scale: 1), { $0 + $1 }), (.add(scale: -2), { $0 - 2 * $1 }), (.multiply, { $0 * $1 }), (.divide, { $0 / $1 }),
    (.maximum, { max($0, $1) }), (.greater, { $0 > $1 ? 1 : 0 }), (.equal, { $0 == $1 ? 1 : 0 }), (.gate, { $1 > 0 ? $0 : 0 }),
  ]

  static let shapes: [(Shape, Shape)] = [
    ([7], [7]), ([], []), ([], [5]), ([3, 5], [5]), ([3, 5], [3, 1]), ([3, 1], [1, 5]), ([2, 3, 4], [3, 1]), ([2, 1, 4], [3, 1]),
    ([2, 3, 4, 5], [3, 1, 5]), ([2, 1, 4, 1], [1, 3, 1, 5]), ([1, 1], [4, 33]), ([2, 3, 2, 3, 2], [2, 1, 2, 1, 2]),
    ([2, 1, 2, 1, 2, 1, 2], [1, 3, 1, 3, 1, 3, 1]), ([2, 1, 2, 1, 2, 1, 2, 1], [1, 3, 1, 3, 1, 3, 1, 3]), ([0], [1]), ([0, 3], [3]),
    ([4, 1, 1, 1], [4, 5, 6, 7]), ([2, 3, 1, 1], [2, 3, 4, 5]), ([1, 64], [5, 64]),
  ]

  /// The function on two tensors, element by element.
  static func reference(_ first: Tensor, _ second: Tensor, _ function: (Double, Double) -> Double) throws -> Reference {
    let (a, b) = (Reference(first), Reference(second))
    return Reference(shape: try first.shape.broadcast(with: second.shape).dimensions) { index in
      func value(_ operand: Reference) -> Double {
        operand[zip(index.suffix(operand.shape.count), operand.shape).map { $1 == 1 ? 0 : $0 }]
      }
      return function(value(a), value(b))
    }
  }

  func check(_ first: Tensor, _ second: Tensor, sourceLocation: SourceLocation = #_sourceLocation) throws {
    for (function, plain) in Self.functions {
      for (left, right) in [(first, second), (second, first)] {
        let expected = try Self.reference(left, right, plain).tensor(left.dtype)
        expectClose(left.combined(function, with: right), expected, tolerance: left.dtype.rounding, sourceLocation: sourceLocation)
      }
    }
  }

  @Test(arguments: shapes, floatingTypes)
  func `contiguous operands`(shapes: (Shape, Shape), dtype: DType) throws {
    try check(.random(shapes.0, "a", dtype), .random(shapes.1, "b", dtype))
  }

  @Test(arguments: floatingTypes)
  func `equal elements`(dtype: DType) throws {
    let tensor = try Tensor.random([5, 3], "a", dtype)
    try check(tensor, tensor)
  }

  @Test(
    arguments: [([5, 3], [5, 3]), ([5, 3], [3]), ([3], []), ([], [3]), ([1], [3]), ([2, 3], [2, 1]), ([1, 3], [4, 1])] as [(Shape, Shape)])
  func `operands expanded over the task axis`(first: Shape, second: Shape) throws {
    let tasks = 3
    let a = try Tensor.random(first, "a")
    let b = try Tensor.random(second, "b")
    let rank = max(first.rank, second.rank)
    // The task axis stays in front: the shorter shape gains inner axes of extent 1.
    func lifted(_ tensor: Tensor) -> Tensor {
      tensor.reshaped(Shape(Array(repeating: 1, count: rank - tensor.shape.rank) + tensor.shape.dimensions))
    }
    let (one, two) = (lifted(a), lifted(b))
    func written(_ tensor: Tensor) throws -> Tensor {
      try .random(Shape([tasks] + tensor.shape.dimensions), "written")
    }
    try check(one.expanded(over: tasks), two.expanded(over: tasks))
    try check(one.expanded(over: tasks), written(two))
    try check(written(one), two.expanded(over: tasks))
  }

  @Test func `an expanded operand and one number`() throws {
    let expanded = try Tensor.random([4], "a").expanded(over: 3)
    for shape in [[], [1], [1, 1]] as [Shape] { try check(expanded, .random(shape, "b")) }
    try check(expanded, .random([], "b").expanded(over: 1))
    try check(expanded, .random([1], "b").expanded(over: 1))
  }

  @Test func `two expanded operands give an expanded result`() throws {
    let a = try Tensor.random([4], "a").expanded(over: 3)
    let b = try Tensor.random([4], "b").expanded(over: 3)
    #expect((a + b).isExpanded)
    #expect((a * Tensor(2, dtype: .float64)).isExpanded)
  }

  @Test func `operators are the functions`() throws {
    let a = try Tensor([6, 8] as [Double], shape: [2])
    let b = try Tensor([3, 2] as [Double], shape: [2])
    #expect((a + b).doubles == [9, 10])
    #expect((a - b).doubles == [3, 6])
    #expect((a * b).doubles == [18, 16])
    #expect((a / b).doubles == [2, 4])
    #expect((0.5 * a).doubles == [3, 4])
  }

  @Test func `not a number wins a maximum`() throws {
    let nan = try Tensor([.nan] as [Double], shape: [1])
    let one = Tensor.ones([1], .float64)
    #expect(nan.combined(.maximum, with: one).scalar.isNaN)
    #expect(one.combined(.maximum, with: nan).scalar.isNaN)
  }

  @Test func `operands that do not fit trap`() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]) + Tensor.zeros([4]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]) + Tensor.zeros([2], .float64) }
  }
}
