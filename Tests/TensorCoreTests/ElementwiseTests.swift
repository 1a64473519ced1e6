import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Each function against the C library's function in `Double`.
@Suite struct ElementwiseTests {
  struct Unary: Sendable, CustomTestStringConvertible {
    let function: UnaryFunction
    let range: ClosedRange<Double>
    let reference: @Sendable (Double) -> Double
    var testDescription: String { "\(function)" }
  }

  static let unary: [Unary] = [
    Unary(function: .affine(factor: -1.5, offset: 0.25), range: -9...9) { -1.5 * $0 + 0.25 },
    Unary(function: .exponential, range: -80...80) { exp($0) },
    Unary(function: .logarithm, range: 1e-30...1e6) { log($0) },
    Unary(function: .squareRoot, range: 0...100) { $0.squareRoot() },
    Unary(function: .tanh, range: -12...12) { tanh($0) },
    Unary(function: .sigmoid, range: -30...30) { 1 / (1 + exp(-$0)) },
    Unary(function: .relu, range: -2...2) { max($0, 0) },
    Unary(function: .square, range: -9...9) { $0 * $0 },
    Unary(function: .absolute, range: -9...9) { abs($0) },
    Unary(function: .sign, range: -2...2) { $0 > 0 ? 1 : ($0 < 0 ? -1 : 0) },
    Unary(function: .softplus, range: -30...30) { max($0, 0) + log1p(exp(-abs($0))) },
    Unary(function: .step, range: -2...2) { $0 > 0 ? 1 : 0 },
    Unary(function: .reciprocal, range: 0.1...9) { 1 / $0 },
    Unary(function: .safeReciprocal, range: -9 ... -0.1) { 1 / $0 },
    Unary(function: .reciprocalSquareRoot(epsilon: 1e-5), range: 0...9) { 1 / ($0 + 1e-5).squareRoot() },
  ]

  @Test(arguments: unary, floatingTypes)
  func `each function of one number`(item: Unary, dtype: DType) throws {
    // The count is odd, so that the vector loops have a remainder.
    let count = 1003
    let width = item.range.upperBound - item.range.lowerBound
    let points = (0..<count).map { item.range.lowerBound + width * Double($0) / Double(count - 1) }
    let tensor = try Tensor(points, shape: [17, 59], dtype: dtype)
    let expected = tensor.doubles.map(item.reference)
    expectClose(tensor.map(item.function).doubles, expected, tolerance: dtype.rounding)
    let expanded = tensor.expanded(over: 2).map(item.function)
    #expect(expanded.isExpanded)
    #expect(expanded.doubles == tensor.map(item.function).doubles + tensor.map(item.function).doubles)
  }

  @Test(arguments: floatingTypes)
  func `small results are accurate relative to themselves`(dtype: DType) throws {
    let points = (1...30).map { -Double($0) * 2.7 }
    let tensor = try Tensor(points, shape: [30], dtype: dtype)
    let ratios = zip(tensor.map(.exponential).doubles, tensor.doubles).map { $0 / exp($1) }
    expectClose(ratios, Array(repeating: 1, count: 30), tolerance: dtype.rounding)
    let small = try Tensor((1...20).map { exp(-Double($0)) }, shape: [20], dtype: dtype)
    expectClose(
      zip(small.map(.tanh).doubles, small.doubles).map { $0 / tanh($1) }, Array(repeating: 1, count: 20), tolerance: dtype.rounding)
  }

  @Test(arguments: floatingTypes)
  func `functions at the ends of their domains`(dtype: DType) throws {
    func value(_ function: UnaryFunction, _ x: Double) throws -> Double {
      try Tensor([x], shape: [1], dtype: dtype).map(function).scalar
    }
    #expect(try value(.exponential, 1000) == .infinity)
    #expect(try value(.exponential, -1000) == 0)
    #expect(try value(.exponential, 0) == 1)
    #expect(try value(.logarithm, 0) == -.infinity)
    #expect(try value(.logarithm, .infinity) == .infinity)
    #expect(try value(.logarithm, 1) == 0)
    #expect(try value(.logarithm, -1).isNaN)
    #expect(try value(.tanh, 1000) == 1)
    #expect(try value(.tanh, -.infinity) == -1)
    #expect(try value(.sigmoid, -1000) == 0)
    #expect(try value(.softplus, 1000) == 1000)
    #expect(try value(.softplus, -1000) == 0)
    #expect(try value(.squareRoot, 0) == 0)
    #expect(try value(.safeReciprocal, 0) == 0)
    #expect(try value(.reciprocal, 0) == .infinity)
    #expect(try value(.step, 0) == 0)
    #expect(try value(.relu, 0) == 0)
    #expect(try value(.sign, 0) == 0)
  }

  @Test(arguments: floatingTypes)
  func `not a number stays so`(dtype: DType) throws {
    let nan = try Tensor([.nan], shape: [1], dtype: dtype)
    for item in Self.unary where item.function != .step {
      #expect(nan.map(item.function).scalar.isNaN, "\(item.function)")
    }
  }

  @Test func `one-hot rows`() throws {
    let labels = try Tensor([2, 0, 3, -1], shape: [2, 2])
    for dtype in floatingTypes {
      let rows = labels.oneHot(3, dtype: dtype)
      #expect(rows.shape == [2, 2, 3])
      #expect(rows.dtype == dtype)
      #expect(rows.doubles[..<6] == [0, 0, 1, 1, 0, 0])
      #expect(rows.doubles.filter(\.isNaN).count == 6)
    }
    #expect(try Tensor([1], shape: [1]).expanded(over: 2).oneHot(2).floats == [0, 1, 0, 1])
  }
}
