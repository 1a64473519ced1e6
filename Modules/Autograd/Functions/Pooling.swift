import TensorCore

extension Variable {
  /// Max pooling of [T, N, H, W, C] with equal window and step; rows and columns that do not fill a window are left out.
  ///
  /// The positions of the maxima are found once and remembered; derivatives of every order pick and place there.
  public func maximumPooled(window: Int) -> Variable {
    let (maxima, positions) = value.dense.maximumPooled(window: window)
    return Variable(PickPositions(positions: positions, known: maxima), [self])
  }
}
