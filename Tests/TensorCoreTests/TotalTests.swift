import TensorCore
import Testing
import _TestSupport

@Suite struct TotalTests {
  @Test(arguments: [1, 7, 1024, 1025, 5000])
  func `a total adds in order and scales`(count: Int) throws {
    let parts = try (0..<3).map { part in try Tensor((0..<count).map { Double($0 * (part + 1)) }, shape: [count]) }
    expectClose(Tensor.total(of: parts, scale: 0.5).doubles, (0..<count).map { Double($0 * 3) }, tolerance: 0)
    // In float32 the order shows: (1e8 + 1) − 1e8 is 0, 1 + (1e8 − 1e8) is 1.
    let terms = [1e8, 1, -1e8].map { Tensor(repeating: $0, shape: [count]) }
    #expect(Tensor.total(of: terms).doubles == Array(repeating: 0, count: count))
    #expect(Tensor.total(of: [terms[0], terms[2], terms[1]]).doubles == Array(repeating: 1, count: count))
  }
}
