public import Autograd
public import Models
import Registry
import TensorCore

/// A learned linear layer behind each layer of the model, which adaptation does not change.
///
/// ```
/// yᵢ = Tᵢ·(Wᵢ·x + bᵢ)        before batch norm and activation; Tᵢ = identity at the start
/// ```
/// The model computes with Tᵢ·Wᵢ and Tᵢ·bᵢ, so an adapted model is a plain one, and the gradient of Wᵢ is preconditioned by Tᵢᵀ. The
/// transformation "transforms.<i>.weight" is [outputs, outputs]; behind a convolution it acts on the channels.
public struct LayerTransformations: Modulation {
  private static let prefix = "transforms."

  /// Creates the modulation.
  public init() {}

  /// True for the name of a transformation.
  public static func owns(_ name: String) -> Bool { name.hasPrefix(prefix) }

  private func name(_ layer: Int) -> String { "\(Self.prefix)\(layer).weight" }

  public func parameters(for model: any Model) -> [ParameterDeclaration] {
    model.layers.enumerated().map { ParameterDeclaration(name($0), [$1.outputs, $1.outputs], .linear, .identity) }
  }

  public func objection(to model: any Model) -> String? {
    model.layers.isEmpty ? "model \(type(of: model).card.id) declares no layers to transform" : nil
  }

  public func adapts(_ name: String, of model: any Model) -> Bool { !Self.owns(name) }

  public func modelParameters(_ parameters: ParameterTree<Variable>, of model: any Model) -> ParameterTree<Variable> {
    var result = parameters.filter { !Self.owns($0) }
    for (number, layer) in model.layers.enumerated() {
      let (weight, transformation) = (parameters[layer.weight], parameters[name(number)])
      let (tasks, outputs) = (weight.shape[0], layer.outputs)
      let rows = weight.shape.elementCount / (tasks * outputs)
      result[layer.weight] = weight.reshaped([tasks, rows, outputs]).matmul(transformation).reshaped(weight.shape)
      // Batch norm subtracts a bias again, so its transformation would change nothing.
      guard layer.norm == nil else { continue }
      result[layer.bias] = parameters[layer.bias].reshaped([tasks, 1, outputs]).matmul(transformation).reshaped([tasks, outputs])
    }
    return result
  }
}
