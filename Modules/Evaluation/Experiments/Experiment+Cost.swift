import Algorithms
import Models
import Tasks
import TensorCore

extension Experiment {
  /// An estimate of the run's work, to divide runs among machines: the activations that it computes.
  ///
  /// ```
  /// training   iterations · meta-batch · (steps · S + Q) · A · passes
  /// test       episodes · (steps' · S + (steps' + 1) · Q' ) · A
  /// ```
  /// S and Q are the support and query samples of a task, A the activations of one sample. Passes are 3 with second derivatives, 2 with
  /// other derivatives, and 1 without. Q' is Q for each tested mode, and Q · (S + 1) with support-plus-one. It depends on the settings
  /// alone, never on the machine.
  public var cost: Double {
    let (signature, footprint) = (tasks.signature, algorithm.footprint)
    let activations = signature.inputShape.dimensions.reduce(1) { $0 * Double($1) } + learner.model.activationsPerSample
    let (support, query) = (Double(signature.supportCount), Double(signature.queryCount))
    let passes: Double =
      switch algorithm.metaGradientKind {
      case .exact: 3
      case .none: 1
      default: 2
      }
    let samples = Double(max(footprint.steps, 1)) * support * Double(footprint.supports) + query
    let trained = Double(training.iterations) * Double(training.metaBatchSize) * samples * passes
    let scored = testModes.reduce(0.0) { $0 + ($1.mode == .supportPlusOne ? query * (support + 1) : query) }
    let tested = Double(test.episodes) * (Double(test.steps) * support + Double(test.steps + 1) * scored)
    return (trained + tested) * activations
  }
}
