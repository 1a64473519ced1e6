import Models
import TensorCore

/// The trainer's state: all learned values in one vector, split into the algorithm's leaves on demand.
struct FlatState: Sendable {
  private let form: Form
  /// Layout of the learned parameters.
  var layout: FlatParameters { form.layout }
  /// Layout of a shard's observations, equal to the layout of the carried state.
  var observation: FlatParameters { form.observation }
  /// All learned parameters, one after another.
  var learned: Tensor
  var carried: ParameterTree<Tensor>

  /// Everything that stays the same in all steps, behind one reference.
  private final class Form: Sendable {
    let layout: FlatParameters
    let outline: MetaParameters<Int>
    let observation: FlatParameters

    init(_ state: MetaState) {
      outline = state.learned.map { _ in 0 }
      layout = FlatParameters(state.learned.named)
      observation = FlatParameters(state.carried)
    }
  }

  init(_ state: MetaState) {
    form = Form(state)
    learned = form.layout.joined(state.learned.leaves)
    carried = state.carried
  }

  /// The state as algorithms see it; its leaves are views of the vector.
  var split: MetaState { MetaState(learned: form.outline.replacing(layout.split(learned).leaves), carried: carried) }

  /// A shard's contribution: the gradient, then the observations.
  ///
  /// - Throws: ``TrainingError/misfit(algorithm:)`` if names or shapes differ from the learned or the carried tensors.
  func contribution(_ result: MetaGradient, of algorithm: any Algorithm) throws -> Contribution {
    guard layout.fits(result.gradient.named) else { throw TrainingError.misfit(algorithm: type(of: algorithm).card.id) }
    guard let observed = result.observed else { return Contribution(result.gradient.leaves) }
    guard observation.fits(observed) else { throw TrainingError.misfit(algorithm: type(of: algorithm).card.id) }
    return Contribution(result.gradient.leaves + observed.leaves)
  }

  /// Splits a vector into the gradient and the observations; nil if there are no observations.
  func parted(_ vector: Tensor) -> (gradient: Tensor, observed: ParameterTree<Tensor>?) {
    guard vector.shape.elementCount > layout.count else { return (vector, nil) }
    return (
      vector.slice(0..<layout.count), observation.split(vector.slice(layout.count..<(layout.count + observation.count)))
    )
  }
}
