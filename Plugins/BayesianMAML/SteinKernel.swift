import Algorithms
import Autograd
import Models
import TensorCore

/// Moves particles by Stein variational gradient descent: towards lower losses, and away from each other.
///
/// ```
/// gᵢ ← 1/M Σⱼ [k(θⱼ, θᵢ)·gⱼ − r ∇θⱼ k(θⱼ, θᵢ)]        k(θ, θ′) = exp(−‖θ − θ′‖²/h),  h = median ‖θᵢ − θⱼ‖² / log M, i ≠ j
/// ```
/// The particles of a task are neighbours on the task axis: [T·M, …] each. With M = 1 it changes nothing.
/// - SeeAlso: Liu and Wang, "Stein variational gradient descent", NeurIPS 2016, equation 8 and section 5 (the bandwidth),
///   <https://arxiv.org/abs/1608.04471>. Here g is the gradient of a loss, the negative log-posterior over r⁻¹.
struct SteinKernel: Modulation {
  /// M.
  let particles: Int
  /// r.
  let repulsion: Double

  func parameters(for model: any Model) -> [ParameterDeclaration] { [] }

  func preconditioned(
    _ gradients: ParameterTree<Variable>, at parameters: ParameterTree<Variable>, of model: any Model
  ) -> ParameterTree<Variable> {
    guard particles > 1 else { return gradients }
    let count = gradients.leaves[0].shape[0] / particles
    func grouped(_ tree: ParameterTree<Variable>) -> Variable {
      let rows = tree.rows
      return rows.reshaped([count, particles, rows.shape[1]])
    }
    let slopes = grouped(gradients)
    let points = grouped(gradients.replacing(gradients.names.map { parameters[$0] }))
    let distances = squaredDistances(points)
    // The zeros of the diagonal have the lowest ranks. Every other distance is there twice.
    let middle = particles + (particles * particles - particles) / 2
    let median = distances.reshaped([count, particles * particles]).orderStatistic([middle - 1, middle])
    let inverse = median.safeReciprocal().reshaped([count, 1, 1]) * logarithm(particles, points.value.dtype)
    let kernel = (-(distances * inverse)).exp()
    let apart = points * kernel.sum([2]) - kernel.matmul(points)
    let moved = (kernel.matmul(slopes) - apart * inverse * (2 * repulsion)) / Double(particles)
    return gradients.split(moved.reshaped([count * particles, points.shape[2]]))
  }

  /// ‖θᵢ − θⱼ‖² of points [T, M, P], as [T, M, M] with zeros on the diagonal.
  private func squaredDistances(_ points: Variable) -> Variable {
    // Around the first particle, rounding errors are those of distances and not of norms.
    let centred = points - points.sliced(0..<1, along: 1)
    let norms = centred.squared().sum([2])
    let sums = norms + norms.transposed([0, 2, 1]) - centred.matmul(centred, transposeSecond: true) * 2
    let others = Variable(constant: Tensor.identity(particles, points.value.dtype).map(.affine(factor: -1, offset: 1)))
    return sums.relu() * others
  }
}

/// log n as a constant.
func logarithm(_ number: Int, _ dtype: DType) -> Variable { Variable(constant: Tensor(Double(number), dtype: dtype).map(.logarithm)) }
