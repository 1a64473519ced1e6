import Models
import TensorCore

/// Everything that is meta-learned as the trainer keeps it: one vector, cut into the algorithm's leaves where one asks.
struct FlatState: Sendable {
  let layout: FlatParameters
  /// All learned parameters, one behind another.
  var learned: Tensor
  var carried: ParameterTree<Tensor>

  /// The state as algorithms see it; the leaves are views of the vector.
  var split: MetaState { MetaState(learned: layout.split(learned), carried: carried) }
}
