import Autograd
import Models
public import Registry
public import Tasks
import TensorCore

/// The query loss with a penalty on its gradient, which favours adaptations that end where the loss is flat.
///
/// ```
/// L(query; θ′) + λ/2·‖∇L(query; θ′)‖²        ∇ at θ′, over all model parameters, adapted or not
/// ```
/// An exact meta-gradient of this objective needs third derivatives.
/// - SeeAlso: Drucker and Le Cun, "Improving generalization performance using double backpropagation", IEEE Transactions on Neural Networks
///   3, 1992 (a penalty on a gradient). The article on meta-losses calls this Meta-Curvature, but Meta-Curvature by Park and Oliva, NeurIPS
///   2019, learns a curvature matrix for the inner gradient. This package does not implement that method.
public struct Curvature: MetaObjective {
  public static let card = Card(
    id: "curvature", title: "Query loss with a penalty on the norm of its gradient",
    citation: "Drucker and Le Cun, IEEE Transactions on Neural Networks 3, 1992")

  public static let hyperparameters = HyperparameterTable<Curvature>([
    .real("lambda", \.lambda, in: 0...1e6, "Strength λ of the penalty on the gradient's squared norm.")
  ])

  /// Strength λ of the penalty.
  public var lambda = 0.01

  public init() {}

  /// Creates the objective with a strength λ of the penalty.
  public init(lambda: Double) { self.lambda = lambda }

  public func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue {
    // The gradient needs variables of a graph, so constants become leaves.
    let end = trajectories[0].end.map { $0.isTracked ? $0 : $0.leaf }
    return ObjectiveValue(at: end, learner, shard) { losses in
      let squares = gradient(of: losses, at: end.leaves, differentiable: true).map { slope in
        slope.squared().sum(AxisSet(1..<slope.shape.rank)).reshaped([slope.shape[0]])
      }
      return losses.adding(squares.dropFirst().reduce(squares[0], +), scaledBy: lambda / 2)
    }
  }
}

#if objectFormat(ELF)
@section("objective_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__objectives") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any MetaObjective.Type).self, to: Curvature.self) }
)
