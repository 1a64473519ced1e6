import Algorithms
import Autograd
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Checks every registered loss against closed forms.
@Suite struct LossFunctionTests {
  @Test func `the built-in losses are registered`() throws {
    #expect(Set(LossRegistry.all.ids).isSuperset(of: ["binary-cross-entropy", "cross-entropy", "mse"]))
    for (id, type) in LossRegistry.all.items { #expect(type.taskLoss.id == id) }
    let error = #expect(throws: LookupError.self) { try LossRegistry.type(of: "cross-entropi") }
    #expect(error?.suggestion == "cross-entropy" && error?.kind == "loss")
  }

  private static func labels(_ values: [Int], _ shape: Shape, ways: Int) throws -> Targets {
    .classes(try Tensor(values, shape: shape), ways: ways)
  }

  private static func values(_ values: [Double], _ shape: Shape) -> Targets { .values(numbers(values, shape)) }

  /// A task's loss and its derivative with respect to the predictions.
  private func evaluated(_ type: any LossFunction.Type, _ predictions: Tensor, _ targets: Targets) -> (losses: [Double], slopes: [Double]) {
    let leaf = Variable(predictions)
    let losses = type.loss(leaf, targets)
    #expect(losses.shape == [predictions.shape[0]])
    return (losses.value.doubles, gradient(of: losses, at: [leaf])[0].value.doubles)
  }

  @Test func `the mean squared error`() {
    let found = evaluated(
      MeanSquaredError.self, numbers([1, 2, 3, 4, 0, 0, 0, 0], [2, 2, 2]), Self.values([0, 2, 1, 1, 1, 1, 1, 3], [2, 2, 2]))
    #expect(found.losses == [14.0 / 4, 12.0 / 4])
    #expect(found.slopes == [0.5, 0, 1, 1.5, -0.5, -0.5, -0.5, -1.5])
  }

  // With two ways and a logit difference d, the loss of the right class is log(1 + e^−d), its derivative −1/(1 + e^d).
  @Test func `the cross-entropy`() throws {
    let found = evaluated(
      CrossEntropy.self, numbers([0, 2, 5, 5, 1, 1, 700, -700], [2, 2, 2]), try Self.labels([1, 0, 1, 0], [2, 2], ways: 2))
    expectClose(found.losses, [(log1p(exp(-2)) + log(2)) / 2, log(2) / 2], tolerance: roundingTolerance)
    let first = 1 / (1 + exp(2.0)) / 2
    expectClose(found.slopes, [first, -first, -0.25, 0.25, 0.25, -0.25, 0, 0], tolerance: roundingTolerance)
  }

  @Test func `the binary cross-entropy`() {
    let found = evaluated(
      BinaryCrossEntropy.self, numbers([0, 2, -3, 700, 700, -700], [3, 2, 1]), Self.values([1, 0, 0, 1, 0, 1], [3, 2, 1]))
    expectClose(
      found.losses, [(log(2) + 2 + log1p(exp(-2))) / 2, log1p(exp(-3)) / 2, 700], tolerance: roundingTolerance)
    expectClose(
      found.slopes, [-0.25, 0.5 / (1 + exp(-2)), 0.5 / (1 + exp(3)), 0, 0.5, -0.5], tolerance: roundingTolerance)
  }

  @Test func `scores are fractions of right answers, where there is a measure`() throws {
    let nan = Double.nan
    #expect(MeanSquaredError.scores(numbers([1], [1, 1, 1]), Self.values([1], [1, 1, 1])) == nil)
    #expect(
      CrossEntropy.scores(
        numbers([0, 1, 2, 1, 0, 0, 3, 3, 4, nan, 9, 0], [2, 2, 3]), try Self.labels([2, 1, 2, 1], [2, 2], ways: 3)) == [0.5, 0.5])
    // A logit of 0 predicts 0; a logit of NaN is always wrong.
    #expect(
      BinaryCrossEntropy.scores(numbers([0, 1, -1, 0, nan, nan], [3, 2, 1]), Self.values([0, 1, 0, 1, 0, 1], [3, 2, 1])) == [1, 0.5, 0])
    #expect(CrossEntropy.scores(numbers([1], [1, 1, 1]), Self.values([1], [1, 1, 1])) == nil)
  }

  @Test func `the baseline predicts the support's mean, or equal logits`() throws {
    let mean = MeanSquaredError.baseline(Self.values([1, 10, 3, 20, 5, 5, 5, 5], [2, 2, 2]), samples: 3, dtype: .float64)
    #expect(mean.shape == [2, 3, 2] && mean.doubles == [2, 15, 2, 15, 2, 15, 5, 5, 5, 5, 5, 5])
    let equal = CrossEntropy.baseline(try Self.labels([0, 1, 2], [1, 3], ways: 3), samples: 2, dtype: .float32)
    #expect(equal.shape == [1, 2, 3] && equal.dtype == .float32 && equal.doubles == [0, 0, 0, 0, 0, 0])
    let undecided = BinaryCrossEntropy.baseline(Self.values([1, 1, 0, 1], [2, 2, 1]), samples: 1, dtype: .float64)
    #expect(undecided.shape == [2, 1, 1] && undecided.doubles == [0, 0])
  }

  @Test func `targets of the wrong kind trap`() async {
    await #expect(processExitsWith: .failure) { _ = CrossEntropy.loss(Variable(.zeros([1, 1, 1])), .values(.zeros([1, 1, 1]))) }
    await #expect(processExitsWith: .failure) {
      _ = MeanSquaredError.loss(Variable(.zeros([1, 1, 1])), .classes(.zeros([1, 1], .int64), ways: 1))
    }
    await #expect(processExitsWith: .failure) {
      _ = BinaryCrossEntropy.loss(Variable(.zeros([1, 1, 1])), .classes(.zeros([1, 1], .int64), ways: 1))
    }
  }
}
