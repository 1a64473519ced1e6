public import Autograd
public import TensorCore

/// A model whose outputs describe a distribution over actions.
///
/// All functions take and return one row for each state, [T, M, …]: T tasks with M states each.
public protocol Policy: Model {
  /// True for one of several actions, as a vector of 0 with a single 1; false for vectors of real numbers.
  static var isDiscrete: Bool { get }

  /// The random numbers that one action consumes.
  var noise: PolicyNoise { get }

  /// Draws actions.
  ///
  /// - Parameters:
  ///   - outputs: The model's outputs, [T, M, any width].
  ///   - noise: The numbers that ``noise`` describes, [T, M, width].
  /// - Returns: The actions, [T, M, entries of an action].
  func actions(_ outputs: Tensor, noise: Tensor) -> Tensor

  /// The logarithm of the probability, or of the density, of actions: [T, M].
  func logProbabilities(of actions: Tensor, under outputs: Variable) -> Variable

  /// The Kullback-Leibler divergence KL(old ‖ new) in each state, [T, M].
  func divergence(from old: Tensor, to new: Variable) -> Variable
}

/// The random numbers that one action consumes.
public enum PolicyNoise: Sendable, Hashable {
  /// This many standard normal numbers.
  case normal(Int)
  /// One number from U[0, 1).
  case uniform

  /// The count of numbers.
  public var width: Int { if case .normal(let width) = self { width } else { 1 } }
}
