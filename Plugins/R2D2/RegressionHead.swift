import Algorithms
import Autograd
import Models
public import Registry
import TensorCore

/// The learned numbers of a regression on features: the strength of its penalty, and the line from its outputs to logits.
public struct RegressionHead: Sendable, Hashable {
  /// The settings: the initial values.
  public static let hyperparameters = HyperparameterTable<RegressionHead>([
    .real("ridge", \.ridge, in: 1e-6...1e6, "Initial strength λ of the penalty, which is learned."),
    .real("scale", \.scale, in: -1e6...1e6, "Initial factor of the outputs in the logits, which is learned."),
    .real("shift", \.shift, in: -1e6...1e6, "Initial term of the logits, which is learned."),
  ])

  /// Initial λ.
  public var ridge: Double
  /// Initial factor.
  public var scale: Double
  /// Initial term.
  public var shift = 0.0
  /// Whether the learned number is log λ, so that no meta-update makes λ negative; λ itself otherwise.
  public var isTransformed = true

  /// Creates a head with initial values.
  public init(ridge: Double, scale: Double) {
    self.ridge = ridge
    self.scale = scale
  }

  /// The learned numbers: "ridge", "scale" and "shift".
  func initial(_ dtype: DType) -> ParameterTree<Tensor> {
    let strength = Tensor(ridge, dtype: .float64)
    return ParameterTree([
      ("ridge", (isTransformed ? strength.map(.logarithm) : strength).converted(to: dtype)),
      ("scale", Tensor(scale, dtype: dtype)), ("shift", Tensor(shift, dtype: dtype)),
    ])
  }

  /// λ of each task, with extent 1 on the further axes up to a rank.
  func strength(_ own: ParameterTree<Variable>, rank: Int) -> Variable {
    let stored = Self.column(own["ridge"], rank: rank)
    return isTransformed ? stored.exp() : stored
  }

  /// scale·outputs + shift, for outputs [T, M, ways].
  func logits(_ outputs: Variable, _ own: ParameterTree<Variable>) -> Variable {
    outputs * Self.column(own["scale"], rank: 3) + Self.column(own["shift"], rank: 3)
  }

  /// The learned numbers, λ in its own domain.
  func learnedValues(_ own: ParameterTree<Tensor>) -> [LearnedValue] {
    own.entries.map { name, leaf in
      LearnedValue(name, of: nil, step: nil, entries: (name == "ridge" && isTransformed ? leaf.map(.exponential) : leaf).doubles)
    }
  }

  private static func column(_ numbers: Variable, rank: Int) -> Variable {
    numbers.reshaped(Shape([numbers.shape[0]] + Array(repeating: 1, count: rank - 1)))
  }
}
