import Registry
import CTensorKernels

extension Tensor {
  /// Replaces subnormal elements by 0; NaN and infinities stay.
  ///
  /// Arithmetic on subnormal numbers takes about a hundred times as long as on normal ones. A running mean of zeros decays into the
  /// subnormal range and never reaches 0: 0.9 times the smallest subnormal number rounds to itself.
  package mutating func flushSubnormals() {
    require(dtype.isFloating, "subnormals of \(dtype)")
    makeUnique()
    var arguments = tk_flush_args(dtype: dtype.kernel, count: Int64(shape.elementCount), values: address)
    withExtendedLifetime(self) { tk_run_flush(&arguments) }
  }
}
