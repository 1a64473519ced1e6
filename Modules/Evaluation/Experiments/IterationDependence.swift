public import Algorithms
import Models
import Registry
import TensorCore

/// Why a run with more iterations would not have begun with the same ones.
public enum IterationDependence: Sendable, Hashable, CustomStringConvertible {
  /// The learning rate changes over the run.
  case schedule(OuterOptimizer.Schedule)
  /// Numbers of the algorithm, such as the weights of a meta-loss, change over the run.
  case algorithm(String)

  public var description: String {
    switch self {
    case .schedule(let schedule): "outer.schedule=\(schedule.rawValue) sets the learning rate by the number of iterations"
    case .algorithm(let id): "\(id) with these settings changes its meta-loss over the run by the number of iterations"
    }
  }
}

extension Experiment {
  /// Why the iterations that a shorter run has done differ from the first ones of this experiment; nil if they are the same.
  ///
  /// - Parameters:
  ///   - done: The number of iterations done.
  ///   - total: The number of iterations of the shorter run.
  /// - Returns: The reason, or nil.
  public func iterationDependence(after done: Int, of total: Int) -> IterationDependence? {
    if training.outer.schedule != .constant { return .schedule(training.outer.schedule) }
    // Numbers that change over a run are compared at no more than about a thousand places.
    let places = stride(from: 0, to: done, by: max(1, done / 1000))
    let isChanged = places.contains { iteration in
      let (own, other) = (step(iteration, of: training.iterations), step(iteration, of: total))
      return algorithm.phase(own) != algorithm.phase(other)
        || !algorithm.scheduled(own).equals(algorithm.scheduled(other))
    }
    return isChanged ? .algorithm(ids.algorithm) : nil
  }

  private func step(_ iteration: Int, of total: Int) -> AdaptationContext.Step { .init(iteration: iteration, iterations: total) }
}

extension ParameterTree<Tensor> {
  /// Whether names and numbers are the same.
  fileprivate func equals(_ other: ParameterTree<Tensor>) -> Bool {
    names == other.names && Swift.zip(leaves, other.leaves).allSatisfy { $0.shape == $1.shape && $0.doubles == $1.doubles }
  }
}
