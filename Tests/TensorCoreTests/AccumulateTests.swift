import TensorCore
import Testing
import _TestSupport

@Suite struct AccumulateTests {
  @Test(arguments: [0, 1, 7, 1024, 1025, 5000])
  func `a sum is taken in the order of the calls`(count: Int) throws {
    var sum = try Tensor((0..<count).map(Double.init), shape: [count])
    sum.accumulate(try Tensor((0..<count).map { Double($0 * 2) }, shape: [count]))
    #expect(sum.doubles == (0..<count).map { Double($0 * 3) })
    // float32 reveals the order: (1e8 + 1) − 1e8 is 0, (1e8 − 1e8) + 1 is 1.
    func total(_ terms: [Double]) -> [Double] {
      var sum = Tensor.zeros([count])
      for term in terms { sum.accumulate(Tensor(repeating: term, shape: [count])) }
      return sum.doubles
    }
    #expect(total([1e8, 1, -1e8]) == Array(repeating: 0, count: count))
    #expect(total([1e8, -1e8, 1]) == Array(repeating: 1, count: count))
  }

  @Test func `what shares the storage keeps its numbers`() throws {
    let first = try Tensor([1.0, 2, 3, 4], shape: [2, 2])
    var second = first
    second.accumulate(Tensor(repeating: 1, shape: [2, 2], dtype: .float64))
    #expect(first.doubles == [1, 2, 3, 4])
    #expect(second.doubles == [2, 3, 4, 5])
    var row = first[1]
    row.accumulate(row)
    #expect(row.doubles == [6, 8])
    #expect(first.doubles == [1, 2, 3, 4])
    var expanded = first[0].expanded(over: 2)
    expanded.accumulate(first)
    #expect(expanded.doubles == [2, 4, 4, 6])
  }

  @Test func `shapes that differ trap`() async {
    await #expect(processExitsWith: .failure) {
      var sum = Tensor.zeros([2])
      sum.accumulate(.zeros([3]))
    }
  }
}
