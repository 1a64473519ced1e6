import Autograd
import Models
import TensorCore
import Testing
import _TestSupport

/// Log-probabilities, samples and divergences of both policies against closed forms.
@Suite struct PolicyTests {
  private static let gaussian = GaussianPolicy(observations: 1, hidden: [2], actions: 2, deviation: 2)
  private static let categorical = CategoricalPolicy(observations: 1, hidden: [2], actions: 3)

  @Test func `outputs of a Gaussian policy are means and one deviation for all states`() {
    let parameters = Self.gaussian.initialParameters(from: RandomStream(seed: 1), dtype: .float64)
    let outputs = Self.gaussian(
      Variable(constant: Tensor(numbers: [0.5, -2], [1, 2, 1])), parameters.map { Variable(constant: $0.expanded(over: 1)) },
      normalisation: .wholeBatch
    ).value
    #expect(outputs.shape == [1, 2, 4])
    let numbers = outputs.doubles
    #expect(numbers[0] != numbers[4])
    let log2 = 0.6931471805599453
    expectClose([numbers[2], numbers[3], numbers[6], numbers[7]], [log2, log2, log2, log2], tolerance: 1e-12)
  }

  @Test func `the log-density of a Gaussian`() {
    let outputs = Tensor(numbers: [1, -1, 0, 0.5], [1, 1, 4])
    let found = Self.gaussian.logProbabilities(of: Tensor(numbers: [2, 0], [1, 1, 2]), under: Variable(constant: outputs)).value.scalar
    // −½·1² − ½·(1/e^½)² − ½ − log 2π
    let expected = -0.5 - 0.5 * 0.36787944117144233 - 0.5 - 1.8378770664093453
    expectClose([found], [expected], tolerance: 1e-12)
  }

  @Test func `a Gaussian action is mean plus deviation times noise`() {
    let outputs = Tensor(numbers: [1, -1, 0, 0.6931471805599453], [1, 1, 4])
    expectClose(Self.gaussian.actions(outputs, noise: Tensor(numbers: [0.5, -1], [1, 1, 2])).doubles, [1.5, -3], tolerance: 1e-12)
  }

  @Test func `a uniform number selects the action whose interval contains it`() {
    // Probabilities ½, ¼, ¼.
    let log2 = 0.6931471805599453
    let outputs = Tensor(numbers: (0..<5).flatMap { _ in [log2, 0, 0] }, [1, 5, 3])
    let noise = Tensor(numbers: [0, 0.49, 0.51, 0.76, 0.999999], [1, 5, 1])
    let expected: [Double] = [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1]
    expectClose(Self.categorical.actions(outputs, noise: noise).doubles, expected, tolerance: 0)
  }

  @Test func `the log-probability of a discrete action`() {
    let outputs = Tensor(numbers: [0.6931471805599453, 0, 0], [1, 1, 3])
    let found = Self.categorical.logProbabilities(of: Tensor(numbers: [0, 1, 0], [1, 1, 3]), under: Variable(constant: outputs)).value
      .scalar
    expectClose([found], [-1.3862943611198906], tolerance: 1e-12)
  }

  private static let policies: [(any Policy, old: [Double], new: [Double])] = [
    (gaussian, [1, -1, 0, 0.5], [1.5, -0.5, 0.2, 0.1]), (categorical, [0.5, -0.5, 1], [0.2, 0.4, -0.1]),
  ]

  @Test func `the divergence is 0 for equal policies, with slope 0, and positive for others`() {
    for (policy, old, new) in Self.policies {
      let before = Tensor(numbers: old, [1, 1, old.count])
      let same = Variable(before)
      let divergence = policy.divergence(from: before, to: same)
      expectClose(
        divergence.value.doubles + gradient(of: divergence, at: [same])[0].value.doubles, [Double](repeating: 0, count: 1 + old.count),
        tolerance: 1e-12)
      #expect(policy.divergence(from: before, to: Variable(Tensor(numbers: new, [1, 1, new.count]))).value.scalar > 0.01)
    }
  }

  @Test func `the divergence is the mean difference of log-probabilities`() {
    // 200,000 draws; the standard error of the mean is below 0.003.
    let count = 200_000
    for (policy, old, new) in Self.policies {
      var stream = RandomStream(seed: 5)
      let noise = Tensor(
        numbers: (0..<(count * policy.noise.width)).map { _ in policy.noise == .uniform ? stream.uniform() : stream.normal() },
        [1, count, policy.noise.width])
      func repeated(_ numbers: [Double]) -> Tensor {
        Tensor(numbers: numbers, [1, 1, numbers.count]).broadcast(to: [1, count, numbers.count])
      }
      let actions = policy.actions(repeated(old), noise: noise)
      func mean(_ outputs: [Double]) -> Double {
        policy.logProbabilities(of: actions, under: Variable(constant: repeated(outputs))).value.mean([0, 1]).scalar
      }
      let exact = policy.divergence(from: Tensor(numbers: old, [1, 1, old.count]), to: Variable(Tensor(numbers: new, [1, 1, new.count])))
      #expect(abs(mean(old) - mean(new) - exact.value.scalar) < 0.012)
    }
  }
}
