import Models
import TensorCore

/// The state as the trainer keeps it: what is meta-learned as one vector, cut into the algorithm's leaves where one asks.
struct FlatState: Sendable {
  let layout: FlatParameters
  private let outline: MetaParameters<Int>
  /// The layout of what a shard observes: that of what is carried.
  let observation: FlatParameters
  /// All learned parameters, one behind another.
  var learned: Tensor
  var carried: ParameterTree<Tensor>

  init(_ state: MetaState) {
    outline = state.learned.map { _ in 0 }
    layout = FlatParameters(state.learned.named)
    observation = FlatParameters(state.carried)
    learned = layout.joined(state.learned.leaves)
    carried = state.carried
  }

  /// The state as algorithms see it; the leaves are views of the vector.
  var split: MetaState { MetaState(learned: outline.replacing(layout.split(learned).leaves), carried: carried) }

  /// What a shard contributes as one vector: its gradient, then what it observed.
  ///
  /// - Throws: ``TrainingError/misfit(algorithm:)`` where names or shapes are not those of what is learned, or carried.
  func joined(_ result: MetaGradient, of algorithm: any Algorithm) throws -> Tensor {
    guard layout.fits(result.gradient.named) else { throw TrainingError.misfit(algorithm: type(of: algorithm).card.id) }
    guard let observed = result.observed else { return layout.joined(result.gradient.leaves) }
    guard observation.fits(observed) else { throw TrainingError.misfit(algorithm: type(of: algorithm).card.id) }
    return layout.joined(result.gradient.leaves + observed.leaves)
  }

  /// The vector's part that is the gradient, and what was observed, where it was.
  func parted(_ vector: Tensor) -> (gradient: Tensor, observed: ParameterTree<Tensor>?) {
    guard vector.shape.elementCount > layout.count else { return (vector, nil) }
    return (
      vector.slice(0..<layout.count), observation.split(vector.slice(layout.count..<(layout.count + observation.count)))
    )
  }
}
