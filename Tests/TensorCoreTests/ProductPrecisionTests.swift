import TensorCore
import Testing
import _TestSupport

@Suite(.enabled(if: ProductPrecision.bfloat16.isAvailable, "this processor lacks AVX512-BF16"))
struct ProductPrecisionTests {
  /// Whole numbers from −2 to 2.
  ///
  /// They and their sums in a tile are exact in bfloat16, and all sums of products in float32.
  private static func whole(_ shape: Shape, _ name: String) throws -> Tensor {
    let numbers = try Tensor.random(shape, name, .float32).doubles.map { min(2, max(-2, $0.rounded())) }
    return try Tensor(numbers, shape: shape, dtype: .float32)
  }

  private static let tiled = ConvolutionTests.cases.filter { $0.inputs % 16 == 0 && $0.outputs % 16 == 0 && $0.filterHeight == 3 }

  private static func maps(
    _ item: ConvolutionTests.Case, _ numbers: (Shape, String) throws -> Tensor
  ) rethrows -> [Tensor] {
    let size = item.geometry.outputSize
    let images = try numbers([item.tasks, item.images, item.height, item.width, item.inputs], "images")
    let filter = try numbers([item.tasks, 3, 3, item.inputs, item.outputs], "filter")
    let outputs = try numbers([item.tasks, item.images, size.height, size.width, item.outputs], "outputs")
    let plain = [
      images.convolved(with: filter, item.geometry), outputs.convolutionInputGradient(filter: filter, item.geometry),
      outputs.convolutionFilterGradient(images: images, item.geometry),
    ]
    return plain + ConvolutionTests.added(images, filter, outputs, item.geometry)
  }

  @Test func `there are cases of each stride and padding that run by tiles`() {
    #expect(Set(Self.tiled.map { [$0.stride, $0.padding] }).isSuperset(of: [[1, 0], [1, 1], [1, 2], [2, 0], [2, 1], [2, 2]]))
  }

  @Test(arguments: tiled)
  func `convolutions of small whole numbers are exact`(item: ConvolutionTests.Case) throws {
    let expected = try Self.maps(item, Self.whole)
    let rounded = try ProductPrecision.bfloat16.during { try Self.maps(item, Self.whole) }
    #expect(rounded.map(\.floats) == expected.map(\.floats))
  }

  @Test(arguments: [(1, 1), (2, 1)])
  func `operands of convolutions are rounded, sums are not`(stride: Int, padding: Int) throws {
    let item = ConvolutionTests.Case(
      tasks: 2, images: 8, height: 14, width: 14, inputs: 32, outputs: 32, filterHeight: 3, filterWidth: 3, stride: stride,
      padding: padding)
    let numbers = { (shape: Shape, name: String) in try Tensor.random(shape, name, .float32) }
    let exact = try Self.maps(item, numbers)
    for (full, rounded) in zip(exact, try ProductPrecision.bfloat16.during { try Self.maps(item, numbers) }) {
      // A number is rounded by at most one part in 512; a product of two has twice that, and sums of independent errors less.
      let apart = (rounded - full).norm / full.norm
      #expect(apart > 1e-4 && apart < 1 / 128)
    }
  }

  @Test(arguments: [(10, 40, 40), (4, 17, 8), (33, 64, 26), (7, 100, 12)])
  func `matrix products of small whole numbers are exact`(m: Int, n: Int, k: Int) throws {
    for (first, second) in [(false, false), (true, false), (false, true), (true, true)] {
      let a = try Self.whole(first ? [3, k, m] : [3, m, k], "a"), b = try Self.whole(second ? [3, n, k] : [3, k, n], "b")
      let expected = a.matmul(b, transposeFirst: first, transposeSecond: second)
      let rounded = ProductPrecision.bfloat16.during { a.matmul(b, transposeFirst: first, transposeSecond: second) }
      #expect(rounded.floats == expected.floats, "transposed: \(first), \(second)")
    }
  }

  @Test func `operands of large matrix products are rounded, of small ones and of float64 not`() throws {
    func changes(_ m: Int, _ n: Int, _ k: Int, _ dtype: DType) throws -> Bool {
      let a = try Tensor.random([1, m, k], "a", dtype), b = try Tensor.random([1, k, n], "b", dtype)
      return ProductPrecision.bfloat16.during { a.matmul(b) }.doubles != a.matmul(b).doubles
    }
    #expect(try changes(10, 40, 40, .float32))
    #expect(try !changes(10, 40, 40, .float64))
    #expect(try !changes(10, 1, 40, .float32))
    #expect(try !changes(10, 40, 1, .float32))
  }

  @Test func `values that are not numbers stay so`() throws {
    for bad in [Double.nan, .infinity] {
      var numbers = try Tensor.random([1, 10, 40], "a", .float32).doubles
      numbers[41] = bad
      let a = try Tensor(numbers, shape: [1, 10, 40], dtype: .float32)
      let product = ProductPrecision.bfloat16.during { a.matmul(Tensor.ones([1, 40, 40])) }
      #expect(product.doubles.enumerated().allSatisfy { $1.isFinite != (40..<80).contains($0) })
    }
  }

  @Test(arguments: [true, false])
  func `a program keeps the precision that it was recorded with, on any number of threads`(pooled: Bool) throws {
    let weights = try [Tensor.random([1, 3, 3, 16, 32], "first", .float32), .random([1, 3, 3, 32, 32], "second", .float32)]
    let (scale, offset) = (try Tensor.random([1, 32], "scale", .float32), try Tensor.random([1, 32], "offset", .float32))
    let input = try RecordedProgramTests.images("recorded", channels: 16)
    func network() -> [Tensor] { RecordedProgramTests.network(input, weights, scale, offset, pooled: pooled) }
    let full = network().map(\.floats)
    let (program, results) = ProductPrecision.bfloat16.during { RecordedProgram.record(network) }
    let expected = results.map(\.floats)
    #expect(expected != full)
    for threads in [1, 2, 3] {
      for tensor in results { tensor.overwrite(with: Tensor(repeating: .nan, shape: tensor.shape)) }
      program.run(on: threads == 1 ? nil : WorkerPool(threads: threads))
      #expect(results.map(\.floats) == expected, "\(threads) threads")
    }
    #expect(network().map(\.floats) == full)
  }
}
