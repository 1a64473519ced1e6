import Algorithms
import Autograd
import Models
import TensorCore

/// Learned matrices that precondition the gradient of each parameter, one matrix for each of its modes.
///
/// ```
/// linear: M_out·G·M_inᵀ        convolution: G ×₁ M_out ×₂ M_in ×₃ M_filter        vectors: m ⊙ g
/// ```
/// G has PyTorch's layout, [out, in] or [out, in, filter] with the positions of a filter in one mode, row by row. All matrices start as
/// the identity, so learning starts at plain descent. Names are "curvature.<parameter>" with ".out", ".in" or ".filter" behind a weight's.
struct CurvatureMatrices: Modulation {
  private static let prefix = "curvature."

  private func name(_ parameter: String, _ mode: String? = nil) -> String {
    Self.prefix + parameter + (mode.map { ".\($0)" } ?? "")
  }

  func parameters(for model: any Model) -> [ParameterDeclaration] {
    let kinds = Dictionary(model.layers.map { ($0.weight, $0.kind) }) { first, _ in first }
    return model.parameters.flatMap { parameter -> [ParameterDeclaration] in
      func matrix(_ mode: String, _ size: Int) -> ParameterDeclaration {
        ParameterDeclaration(name(parameter.name, mode), [size, size], .same, .identity)
      }
      guard let kind = kinds[parameter.name] else {
        return [ParameterDeclaration(name(parameter.name), parameter.shape, parameter.layout, .ones)]
      }
      let (inputs, outputs) = (parameter.shape[-2], parameter.shape[-1])
      let both = [matrix("out", outputs), matrix("in", inputs)]
      return kind == .linear ? both : both + [matrix("filter", parameter.shape.elementCount / (inputs * outputs))]
    }
  }

  func adapts(_ name: String, of model: any Model) -> Bool { !name.hasPrefix(Self.prefix) }

  func modelParameters(_ parameters: ParameterTree<Variable>, of model: any Model) -> ParameterTree<Variable> {
    parameters.filter { adapts($0, of: model) }
  }

  func preconditioned(
    _ gradients: ParameterTree<Variable>, at parameters: ParameterTree<Variable>, of model: any Model
  ) -> ParameterTree<Variable> {
    gradients.replacing(
      gradients.entries.map { parameter, gradient in
        if let factors = parameters.leaf(name(parameter)) { return gradient * factors }
        guard let out = parameters.leaf(name(parameter, "out")), let into = parameters.leaf(name(parameter, "in")) else { return gradient }
        return preconditioned(gradient, out, into, parameters.leaf(name(parameter, "filter")))
      })
  }

  /// A gradient [T, kernel…, in, out] along its modes; without a filter matrix it has no kernel.
  private func preconditioned(_ gradient: Variable, _ out: Variable, _ into: Variable, _ filter: Variable?) -> Variable {
    let (tasks, inputs, outputs) = (gradient.shape[0], gradient.shape[-2], gradient.shape[-1])
    let positions = gradient.shape.elementCount / (tasks * inputs * outputs)
    var result = gradient.reshaped([tasks, positions * inputs, outputs]).matmul(out, transposeSecond: true)
    // The mode of the inputs comes last for its product.
    func swapped(_ value: Variable, _ first: Int, _ second: Int) -> Variable {
      positions == 1
        ? value.reshaped([tasks, first, second]).transposed([0, 2, 1])
        : value.reshaped([tasks, positions, first, second]).transposed([0, 1, 3, 2]).reshaped([tasks, positions * second, first])
    }
    result = swapped(swapped(result, inputs, outputs).matmul(into, transposeSecond: true), outputs, inputs)
    if let filter { result = filter.matmul(result.reshaped([tasks, positions, inputs * outputs])) }
    return result.reshaped(gradient.shape)
  }
}
