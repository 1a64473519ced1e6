import Algorithms
import Autograd
import TensorCore
import Testing

@Suite struct HyperparameterTransformTests {
  private func applied(_ transform: HyperparameterTransform, _ raw: Double, _ dtype: DType = .float64) -> Double {
    transform(Variable(constant: Tensor(raw, dtype: dtype))).value.scalar
  }

  /// The relative tolerance of a round trip: an ε of 1e-10 counts as much as a rate of 1.
  ///
  /// The inverse of that ε is −23, where a unit in the last place is 32 times that of 1.
  private static func roundTripTolerance(_ dtype: DType) -> Double { dtype == .float64 ? 5e-15 : 4e-6 }

  @Test(arguments: [1e-10, 1e-8, 1e-4, 0.01, 0.3, 0.5, 0.9, 0.999, 2, 40, 1000] as [Double], [DType.float32, .float64])
  func `what is mapped back and forth is itself`(value: Double, dtype: DType) {
    func returned(_ transform: HyperparameterTransform) -> Double { applied(transform, transform.inverse(value), dtype) }
    #expect(applied(.none, HyperparameterTransform.none.inverse(value)) == value)
    #expect(abs(returned(.softplus) - value) <= Self.roundTripTolerance(dtype) * value)
    guard value < 1 else { return }
    #expect(abs(returned(.logistic) - value) <= Self.roundTripTolerance(dtype) * value)
  }

  @Test(arguments: [DType.float32, .float64])
  func `values at the edge are moved inside`(dtype: DType) {
    for value in [0.0, -1] {
      let raw = HyperparameterTransform.softplus.inverse(value)
      let result = applied(.softplus, raw, dtype)
      #expect(raw.isFinite)
      #expect(result > 0 && result < 1e-11)
    }
    for value in [0.0, -1, 1, 2] {
      let raw = HyperparameterTransform.logistic.inverse(value)
      let result = applied(.logistic, raw, dtype)
      #expect(raw.isFinite)
      #expect(result > 0 && result < 1)
      let edge: Double = value <= 0 ? 0 : 1
      // Decays are limited to 0.999999.
      #expect(abs(result - edge) < 1.5e-6)
    }
  }
}
