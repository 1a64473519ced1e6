public import Autograd
import TensorCore

extension Variable {
  /// Numbers of any size as two features each, of the same shape: the logarithm of the size, and the sign.
  ///
  /// ```
  /// (log|x|/p, sign x) if |x| ≥ e⁻ᵖ, else (−1, eᵖ·x)        p = 10
  /// ```
  /// A learned update rule then sees gradients of all sizes alike.
  /// - SeeAlso: Andrychowicz et al., NeurIPS 2016, appendix A, <https://arxiv.org/abs/1606.04474>.
  public var sizeAndSign: (size: Variable, sign: Variable) {
    let limit = Tensor(-Self.range, dtype: value.dtype).map(.exponential)
    let size = abs().elementwiseMaximum(Variable(constant: limit)).log() * (1 / Self.range)
    let sign = (self * Variable(constant: Tensor(Self.range, dtype: value.dtype).map(.exponential))).clipped(to: -1...1)
    return (size, sign)
  }

  /// p.
  private static var range: Double { 10 }
}
