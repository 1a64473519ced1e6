import TensorCore
import Testing
import _TestSupport

@Suite struct SubnormalTests {
  @Test(arguments: floatingTypes)
  func `subnormal elements become zero and no other changes`(dtype: DType) throws {
    let smallest = dtype == .float32 ? Double(Float.leastNormalMagnitude) : Double.leastNormalMagnitude
    let kept = [smallest, -smallest, 0, 1, -.infinity, .infinity]
    var tensor = try Tensor(kept + [smallest / 2, -smallest / 4, .nan], shape: [9], dtype: dtype)
    let shared = tensor
    tensor.flushSubnormals()
    #expect(Array(tensor.doubles[..<6]) == kept)
    #expect(tensor.doubles[6] == 0 && tensor.doubles[7] == 0 && tensor.doubles[8].isNaN)
    #expect(shared.doubles[6] == smallest / 2)
  }
}
