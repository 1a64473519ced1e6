import TensorCore

extension Variable {
  /// Max pooling of [T, N, H, W, C] with a stride equal to the window; incomplete windows are ignored.
  ///
  /// The forward pass records the positions of the maxima; derivatives of every order gather and scatter there.
  public func maximumPooled(window: Int) -> Variable {
    let (maxima, positions) = value.contiguous.maximumPooled(window: window)
    return Variable(PickPositions(positions: positions, known: maxima), [self])
  }
}
