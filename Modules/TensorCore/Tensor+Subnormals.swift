import Registry
import CTensorKernels

extension Tensor {
  /// Replaces subnormal elements by 0; NaN and infinities stay.
  ///
  /// Arithmetic on subnormal numbers takes about a hundred times as long as on normal ones. A running mean of zeros decays into the
  /// subnormal range and never reaches 0: 0.9 times the smallest subnormal number rounds to itself.
  ///
  /// - Returns: Whether no element is infinite or NaN.
  @discardableResult
  package mutating func flushSubnormals() -> Bool {
    require(dtype.isFloating, "subnormals of \(dtype)")
    RecordedProgram.noteReading()
    makeUnique()
    return withExtendedLifetime(self) { tk_flush(dtype.kernel, address, Int64(shape.elementCount)) }
  }
}
