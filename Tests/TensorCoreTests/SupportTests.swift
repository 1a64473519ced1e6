import TensorCore
import Testing
import _TestSupport

/// Shows that the helpers of the other tests can fail.
@Suite struct SupportTests {
  @Test func `equal numbers are close at tolerance 0`() {
    expectClose([1, -2, .infinity], [1, -2, .infinity], tolerance: 0)
  }

  @Test func `the tolerance is relative above 1 and absolute below`() {
    expectClose(1000.9, 1000, tolerance: 1e-3)
    expectClose(0.0009, 0, tolerance: 1e-3)
    withKnownIssue { expectClose(1001.1, 1000, tolerance: 1e-3) }
    withKnownIssue { expectClose(0.0011, 0, tolerance: 1e-3) }
  }

  @Test func `not a number is close to nothing`() {
    withKnownIssue { expectClose(.nan, .nan, tolerance: 1) }
    withKnownIssue { expectClose(.nan, 0, tolerance: 1) }
    withKnownIssue { expectClose(0, .nan, tolerance: 1) }
  }

  @Test func `infinities differ by sign and from numbers`() {
    withKnownIssue { expectClose(.infinity, -.infinity, tolerance: 1) }
    withKnownIssue { expectClose(1, .infinity, tolerance: 1) }
    withKnownIssue { expectClose(.infinity, 1, tolerance: 1) }
  }

  @Test func `a permutation is caught`() {
    withKnownIssue { expectClose([1, 2], [2, 1], tolerance: 0.5) }
  }

  @Test func `another shape or count is caught`() {
    withKnownIssue { expectClose(Tensor.ones([2, 3]), Tensor.ones([3, 2]), tolerance: 1) }
    withKnownIssue { expectClose([1], [1, 1], tolerance: 1) }
  }

  @Test func `a negative tolerance traps`() async {
    await #expect(processExitsWith: .failure) { expectClose(1, 1, tolerance: -1) }
  }

  @Test func `a temporary folder is empty, usable and removed`() throws {
    let path = try withTemporaryFolder { path in
      #expect(fileNames(in: path) == [])
      try Safetensors(tensors: [:]).write(to: "\(path)/file")
      #expect(fileNames(in: path) == ["file"])
      return path
    }
    #expect(throws: SafetensorsError.file(.missing(path: "\(path)/file"))) { try Safetensors(contentsOf: "\(path)/file") }
  }
}
