import Algorithms
import Autograd
import Models
import TensorCore

/// Scale and offset of batch norm for each adaptation step, learned and not adapted.
///
/// ```
/// step k computes with γ[k] and β[k], and so does the query after it; steps beyond the last use its values
/// ```
/// The vectors of a layer are "steps.<name>", [steps, outputs]. The model's own scale and offset have no effect.
struct StepNormalisation: Modulation {
  private static let prefix = "steps."

  /// Number of steps with values of their own.
  let steps: Int

  private func norms(of model: any Model) -> [(name: String, initialiser: Initialiser, outputs: Int)] {
    model.layers.flatMap { layer in
      layer.norm.map { [($0.scale, .ones, layer.outputs), ($0.offset, .zeros, layer.outputs)] } ?? []
    }
  }

  func parameters(for model: any Model) -> [ParameterDeclaration] {
    norms(of: model).map { ParameterDeclaration(Self.prefix + $0.name, [steps, $0.outputs], .same, $0.initialiser) }
  }

  func adapts(_ name: String, of model: any Model) -> Bool {
    !name.hasPrefix(Self.prefix) && !norms(of: model).contains { $0.name == name }
  }

  func parameters(_ parameters: ParameterTree<Variable>, in step: Int, of model: any Model) -> ParameterTree<Variable> {
    let place = min(step, steps - 1)
    var result = parameters
    for norm in norms(of: model) {
      let all = parameters[Self.prefix + norm.name]
      result[norm.name] = all.sliced(place..<(place + 1), along: 1).reshaped(all.shape.removing(1))
    }
    return result
  }

  func modelParameters(_ parameters: ParameterTree<Variable>, of model: any Model) -> ParameterTree<Variable> {
    parameters.filter { !$0.hasPrefix(Self.prefix) }
  }
}
