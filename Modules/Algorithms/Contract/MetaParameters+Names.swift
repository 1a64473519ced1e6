public import Models
public import TensorCore

// Names of learned tensors in checkpoints and messages. Only this file spells them.

extension MetaParameters {
  /// All leaves under their checkpoint names: "initial.<parameter>", "inner.<hyperparameter>", "own.<name>".
  public var named: ParameterTree<Leaf> {
    ParameterTree(initial.prefixed("initial").entries + inner.prefixed("inner").entries + own.prefixed("own").entries)
  }
}

extension MetaState {
  /// Creates a state with fixed initial parameters, which it carries as "initial.<parameter>".
  public init(learned: MetaParameters<Tensor> = MetaParameters(), fixedInitial: ParameterTree<Tensor>) {
    self.init(learned: learned, carried: fixedInitial.prefixed("initial"))
  }

  /// The fixed initial parameters; empty if the initial parameters are learned.
  var carriedInitial: ParameterTree<Tensor> { carried.subtree("initial") }

  /// The state with other initial parameters, learned or fixed; parameters that it does not have are left out.
  func starting(from initial: ParameterTree<Tensor>) -> MetaState {
    var state = self
    if learned.initial.isEmpty {
      state.carried = carried.updated(with: initial.prefixed("initial"))
    } else {
      state.learned.initial = learned.initial.updated(with: initial)
    }
    return state
  }
}

/// The key of a learned number: a hyperparameter of the inner optimizer, and the model parameter that it belongs to.
public struct HyperparameterKey: Sendable, Hashable {
  /// Name of the hyperparameter, such as "learningRate".
  public let name: String
  /// The model parameter that it belongs to; nil if all parameters share it.
  public let parameter: String?

  /// Creates a key; with a nil parameter, all parameters share the hyperparameter.
  public init(_ name: String, of parameter: String?) {
    self.name = name
    self.parameter = parameter
  }

  /// Prefix of per-parameter learning rates in Meta-SGD's checkpoints since version 0.1.
  private static let rates = "rates"

  /// The key as a name in trees and checkpoints: "beta1", "beta1.layers.0.weight"; "rates.layers.0.weight" for learning rates.
  public var text: String {
    guard let parameter else { return name }
    return "\(name == RuleHyperparameter.learningRate.name ? Self.rates : name).\(parameter)"
  }

  /// Parses the text of a key, the inverse of ``text``.
  public init(text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let first = String(parts[0])
    name = parts.count > 1 && first == Self.rates ? RuleHyperparameter.learningRate.name : first
    parameter = parts.count > 1 ? String(parts[1]) : nil
  }
}

extension Optimizer {
  /// Checkpoint names of the rule's slots: "first", "second" and so on.
  var checkpointSlots: [String] {
    let ordinals = ["first", "second", "third", "fourth"]
    return rule.slots.indices.map { ordinals.indices.contains($0) ? ordinals[$0] : "slot\($0 + 1)" }
  }
}
