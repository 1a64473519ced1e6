import Algorithms
import Autograd
import Models
import Registry
import TensorCore

/// Context parameters of a task, the only parameters that adapt, and the learned weights by which they act on the model.
///
/// ```
/// without batch norm: y = W·x + b + V·c behind the first layer, as if c were further inputs
/// with batch norm: y = (1 + V_γ·c) ⊙ norm(x) + V_β·c behind one layer (FiLM)
/// ```
/// Both change a vector that the model has anyway: the bias, or scale and offset of batch norm. So an adapted model is a plain one.
/// - SeeAlso: Perez et al., "FiLM: visual reasoning with a general conditioning layer", AAAI 2018, equation 1,
///   <https://arxiv.org/abs/1709.07871>.
struct ContextParameters: Modulation {
  static let context = "context"
  /// The weights of further inputs.
  static let weight = "conditioning.weight"
  private static let (scale, offset) = ("conditioning.scale.weight", "conditioning.offset.weight")

  /// Number of context parameters.
  let size: Int
  /// Whether the start of adaptation is learned; otherwise it is zero.
  let isContextLearned: Bool
  /// The layer that the context modulates in a model with batch norm, from 1; the last such layer if there are fewer.
  let film: Int

  /// The layer on which the context acts.
  func layer(of model: any Model) -> ModelLayer? {
    let normalised = model.layers.filter { $0.norm != nil }
    return normalised.isEmpty ? model.layers.first : normalised[min(film, normalised.count) - 1]
  }

  func parameters(for model: any Model) -> [ParameterDeclaration] {
    guard let layer = layer(of: model) else { return [] }
    func weight(_ name: String) -> ParameterDeclaration {
      // As for a layer that has the context among its inputs.
      let inputs = layer.norm == nil ? model.parameters.first { $0.name == layer.weight }.map { $0.shape[0] } ?? 0 : 0
      return ParameterDeclaration(name, [size, layer.outputs], .linear, .pytorch(fanIn: size + inputs))
    }
    return [ParameterDeclaration(Self.context, [size], .same, .zeros)]
      + (layer.norm == nil ? [weight(Self.weight)] : [weight(Self.scale), weight(Self.offset)])
  }

  func objection(to model: any Model) -> String? {
    model.layers.isEmpty ? "model \(type(of: model).card.id) declares no layer for a context" : nil
  }

  func isLearned(_ name: String, of model: any Model) -> Bool { isContextLearned || name != Self.context }

  func adapts(_ name: String, of model: any Model) -> Bool { name == Self.context }

  func modelParameters(_ parameters: ParameterTree<Variable>, of model: any Model) -> ParameterTree<Variable> {
    var result = ParameterTree(model.parameters.map { ($0.name, parameters[$0.name]) })
    guard let layer = layer(of: model) else { return result }
    let context = parameters[Self.context]
    func product(_ name: String) -> Variable {
      context.reshaped([context.shape[0], 1, size]).matmul(parameters[name]).reshaped([context.shape[0], layer.outputs])
    }
    if let norm = layer.norm {
      let factor = 1 + product(Self.scale)
      result[norm.scale] = result[norm.scale] * factor
      result[norm.offset] = result[norm.offset] * factor + product(Self.offset)
    } else {
      result[layer.bias] = result[layer.bias] + product(Self.weight)
    }
    return result
  }
}
