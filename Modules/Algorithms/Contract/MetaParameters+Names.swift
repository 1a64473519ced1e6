public import Models
public import TensorCore

// The names of what is learned, as checkpoints and messages have them. This is the one place that spells them.

extension MetaParameters {
  /// All leaves under the names that checkpoints have: "initial.<parameter>", "inner.<hyperparameter>", "own.<name>".
  public var named: ParameterTree<Leaf> {
    ParameterTree(initial.prefixed("initial").entries + inner.prefixed("inner").entries + own.prefixed("own").entries)
  }
}

extension MetaState {
  /// A state whose initial parameters are not learned: they are carried along, "initial.<parameter>".
  public init(learned: MetaParameters<Tensor> = MetaParameters(), fixedInitial: ParameterTree<Tensor>) {
    self.init(learned: learned, carried: fixedInitial.prefixed("initial"))
  }

  /// The initial parameters that are carried along; none where they are learned.
  var carriedInitial: ParameterTree<Tensor> { carried.subtree("initial") }
}

/// Which hyperparameter of the inner optimizer a learned number is, and of which model parameter.
public struct HyperparameterKey: Sendable, Hashable {
  /// The hyperparameter's name, "learningRate" for example.
  public let name: String
  /// The model parameter that it belongs to; nil where all parameters share it.
  public let parameter: String?

  /// Names a hyperparameter, shared by all parameters where none is given.
  public init(_ name: String, of parameter: String?) {
    self.name = name
    self.parameter = parameter
  }

  /// Meta-SGD's checkpoints have had this name for learning rates of single parameters since version 0.1.
  private static let rates = "rates"

  /// The key as a name in a tree and in a checkpoint: "beta1", "beta1.layers.0.weight"; "rates.layers.0.weight" for learning rates.
  public var text: String {
    guard let parameter else { return name }
    return "\(name == RuleHyperparameter.learningRate.name ? Self.rates : name).\(parameter)"
  }

  /// Reads a key's text.
  public init(text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let first = String(parts[0])
    name = parts.count > 1 && first == Self.rates ? RuleHyperparameter.learningRate.name : first
    parameter = parts.count > 1 ? String(parts[1]) : nil
  }
}

extension Optimizer {
  /// The names of what the rule remembers as checkpoints have them: the first, the second and so on of its slots.
  var checkpointSlots: [String] {
    let ordinals = ["first", "second", "third", "fourth"]
    return rule.slots.indices.map { ordinals.indices.contains($0) ? ordinals[$0] : "slot\($0 + 1)" }
  }
}
