public import TensorCore

/// Scatters elements to given positions of zero images; the transpose is ``PickPositions``.
public struct PlacePositions: Operation {
  public static let name = "place-positions"
  public static var checks: [OperationCheck] {
    let positions = Tensor.distinct([2, 1, 4, 4, 2]).maximumPooled(window: 2).positions
    return [OperationCheck(PlacePositions(positions: positions), at: [.normal([2, 1, 2, 2, 2])])]
  }

  let positions: PoolingPositions

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.placed(at: positions) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    Variable(PickPositions(positions: positions), [cotangent])
  }
}
