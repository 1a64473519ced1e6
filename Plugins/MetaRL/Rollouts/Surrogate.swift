public import Autograd
public import TensorCore

/// A function of log-probabilities whose derivatives estimate those of the expected return.
///
/// With Lₜ = log π(aₜ|sₜ) and a stop-gradient ⊥:
/// ```
/// dice         Σₜ [e^(Cₜ − ⊥Cₜ) − e^(Cₜ₋₁ − ⊥Cₜ₋₁)] · Aₜ        C = running sum of L
/// likelihood   Σₜ Lₜ · Aₜ
/// ratio        Σₜ e^(Lₜ − ⊥Lₜ) · Aₜ
/// ```
/// All three have the same first derivative, the policy gradient Σₜ ∇Lₜ·Aₜ. They differ in the second, which second-order MAML takes:
/// only that of `dice` is an unbiased estimate of the Hessian of the expected return, if the advantages are unbiased. `likelihood`, the
/// form of the MAML paper's code, lacks the products ∇Lₜ·∇Lₜᵀ and those of different steps. `ratio` has the first and lacks the second,
/// for less variance.
/// - SeeAlso: Foerster et al., "DiCE: the infinitely differentiable Monte Carlo estimator", ICML 2018,
///   <https://arxiv.org/abs/1802.05098>; with advantages, Farquhar, Whiteson and Foerster, "Loaded DiCE", NeurIPS 2019, equation 8,
///   <https://arxiv.org/abs/1909.10549>, whose weights γᵗ are left out here, as in all public code; `ratio`: Rothfuss et al., "ProMP",
///   ICLR 2019, section 5, <https://arxiv.org/abs/1810.06784>.
public enum Surrogate: String, Sendable, CaseIterable {
  case dice, likelihood, ratio

  /// Minus the surrogate of each task, [T]: a mean over the steps of all trajectories.
  ///
  /// - Parameters:
  ///   - logProbabilities: L, [T, N, H].
  ///   - advantages: A, [T, N, H].
  ///   - mask: 1 for each step that counts, [T, N, H].
  public func loss(_ logProbabilities: Variable, advantages: Tensor, mask: Tensor) -> Variable {
    let counted = logProbabilities * Variable(constant: mask)
    let weights = Variable(constant: advantages * mask / mask.sum([1, 2]))
    let terms: Variable
    switch self {
    case .likelihood: terms = counted * weights
    case .ratio: terms = (counted - counted.detached).exp() * weights
    case .dice:
      let sums = counted.matmul(Variable(constant: Tensor.runningSum(mask.shape[2], mask.dtype).expanded(over: mask.shape[0])))
      let before = sums - counted
      terms = ((sums - sums.detached).exp() - (before - before.detached).exp()) * weights
    }
    return -terms.sum([1, 2]).reshaped([mask.shape[0]])
  }
}

extension Tensor {
  /// A square matrix with 1 on and above the diagonal: x · matrix is the running sum of x.
  fileprivate static func runningSum(_ size: Int, _ dtype: DType) -> Tensor {
    Tensor(shape: [size, size], dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in numbers.indices { numbers.initializeElement(at: place, to: place % size >= place / size ? 1 : 0) }
    }.converted(to: dtype)
  }
}
