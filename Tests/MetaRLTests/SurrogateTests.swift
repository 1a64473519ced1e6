import Autograd
import MetaRL
import TensorCore
import Testing
import _TestSupport

/// The derivatives of surrogates, in expectation over all trajectories of a two-step problem, without sampling error.
@Suite struct SurrogateTests {
  static let logits = [0.3, -0.2, 0.1, 0.4, -0.5, 0.2]

  /// Minus the expected surrogate, times the number of steps: its derivatives estimate those of the expected return.
  private static func surrogate(_ kind: Surrogate, _ logits: Variable, baseline: Double = 0) -> Variable {
    let trajectories = TwoStep.trajectories
    // Column 2τ + t selects the logit of trajectory τ's choice t.
    var selection = [Double](repeating: 0, count: 6 * 8)
    var advantages: [Double] = []
    for (number, trajectory) in trajectories.enumerated() {
      let (states, actions, rewards) = (TwoStep.states(trajectory), [trajectory.0, trajectory.1], TwoStep.rewards(trajectory))
      for time in 0..<2 { selection[(2 * states[time] + actions[time]) * 8 + 2 * number + time] = 1 }
      advantages += [rewards[0] + rewards[1] - baseline, rewards[1] - baseline]
    }
    let log = logits.reshaped([1, 3, 2]).logSoftmax().reshaped([1, 1, 6])
    let chosen = log.matmul(Variable(constant: Tensor(numbers: selection, [1, 6, 8]))).reshaped([4, 1, 2])
    let losses = kind.loss(
      chosen, acting: chosen.value, advantages: Tensor(numbers: advantages, [4, 1, 2]), mask: .ones([4, 1, 2], .float64))
    let weights = Tensor(numbers: TwoStep.probabilities(logits.value.doubles).map { -2 * $0 }, [4])
    return (losses * Variable(constant: weights)).total()
  }

  private static func hessian(_ kind: Surrogate) -> [Double] {
    let leaf = Variable(Tensor(numbers: logits, [6]))
    let slopes = gradient(of: surrogate(kind, leaf), at: [leaf], differentiable: true)[0]
    return (0..<6).flatMap { gradient(of: slopes.sliced($0..<($0 + 1), along: 0), at: [leaf])[0].value.doubles }
  }

  /// The Hessian of the expected return by central differences.
  private static var expectedHessian: [Double] {
    (0..<6).flatMap { place -> [Double] in
      func moved(_ distance: Double) -> [Double] {
        var other = logits
        other[place] += distance
        return TwoStep.slopes(other)
      }
      return zip(moved(1e-3), moved(-1e-3)).map { ($0 - $1) / 2e-3 }
    }
  }

  @Test(arguments: Surrogate.allCases, [0, 0.7])
  func `the first derivative is that of the expected return`(kind: Surrogate, baseline: Double) {
    let leaf = Variable(Tensor(numbers: Self.logits, [6]))
    let found = gradient(of: Self.surrogate(kind, leaf, baseline: baseline), at: [leaf])[0].value.doubles
    expectClose(found, TwoStep.slopes(Self.logits), tolerance: 1e-8)
  }

  @Test func `the second derivative of dice is that of the expected return`() {
    expectClose(Self.hessian(.dice), Self.expectedHessian, tolerance: 1e-5)
  }

  @Test(arguments: [Surrogate.likelihood, .ratio])
  func `the second derivatives of the others are biased`(kind: Surrogate) {
    let distance = zip(Self.hessian(kind), Self.expectedHessian).map { abs($0 - $1) }.max() ?? 0
    #expect(distance > 0.01)
  }

  @Test func `steps after the end do not count`() {
    let log = Variable(Tensor(numbers: [-1, -2, -3, -4], [1, 2, 2]))
    let mask = Tensor(numbers: [1, 1, 1, 0], [1, 2, 2])
    let advantages = Tensor(numbers: [1, 2, 3, 1000], [1, 2, 2])
    for kind in Surrogate.allCases {
      let found = gradient(of: kind.loss(log, acting: log.value, advantages: advantages, mask: mask), at: [log])[0].value.doubles
      expectClose(found, [-1.0 / 3, -2.0 / 3, -1, 0], tolerance: 1e-12)
    }
  }
}
