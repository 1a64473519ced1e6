public import TensorCore

/// Gathers the elements of each image at given positions; the transpose is ``PlacePositions``.
public struct PickPositions: Operation {
  public static let name = "pick-positions"
  public static var checks: [OperationCheck] {
    let images = Tensor.distinct([2, 1, 4, 4, 2])
    return [OperationCheck(PickPositions(positions: images.maximumPooled(window: 2).positions), at: [images])]
  }

  let positions: PoolingPositions
  /// The elements, if pooling has computed them already.
  var known: Tensor?

  public func forward(_ inputs: [Variable]) -> Tensor { known ?? inputs[0].value.picked(at: positions) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    Variable(PlacePositions(positions: positions), [cotangent])
  }
}
