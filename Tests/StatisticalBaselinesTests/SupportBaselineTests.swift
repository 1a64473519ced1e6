import StatisticalBaselines
import Tasks
import TensorCore
import Testing

/// The baselines that see a task's support set only, on numbers that a reader can follow.
@Suite struct SupportBaselineTests {
  @Test func `ridge regression has its closed form, with more or with fewer inputs than samples`() throws {
    // Σxy = 5, Σx² = 2, λ = 1 and a mean of 3: the prediction at 2 is 3 + 2 · 5/3.
    let few = try lines([[-1, 0, 1]], [[1, 2, 6]])
    #expect(abs(RidgeTask().answers(learner(), few, try tensor([2], [1, 1, 1]))[0] - (3 + 10.0 / 3)) < 1e-12)
    let wide = LabelledSet(inputs: few.inputs.padded(to: 5, at: 2, along: 2), targets: few.targets)
    let query = try tensor([0, 0, 2, 0, 0], [1, 1, 5])
    #expect(abs(RidgeTask().answers(learner(inputs: 5), wide, query)[0] - (3 + 10.0 / 3)) < 1e-12)
  }

  @Test func `ridge regression of classes and of binary targets`() throws {
    let inputs = try tensor([-1, 1], [1, 2, 1])
    let classes = LabelledSet(inputs: inputs, targets: .classes(try Tensor([0, 1], shape: [1, 2]), ways: 2))
    // One-hot targets ±1/2 around their mean: w = ±1/3.
    let query = try tensor([1.5], [1, 1, 1])
    let logits = RidgeTask().answers(learner(.crossEntropy, outputs: 2), classes, query)
    #expect(abs(logits[0]) < 1e-12 && abs(logits[1] - 1) < 1e-12)
    let binary = try lines([[-1, 1]], [[0, 1]])
    #expect(abs(RidgeTask().answers(learner(.binaryCrossEntropy), binary, query)[0] - 0.5) < 1e-12)
  }

  @Test func `neighbours vote`() throws {
    var two = NearestNeighbours()
    two.neighbours = 2
    let support = try lines([[0, 1, 5, 9], [0, 1, 5, 9]], [[1, 2, 3, 4], [10, 20, 30, 40]])
    let answers = two.answers(learner(), support, try tensor([0.4, 6, 8, -3], [2, 2, 1]))
    // The last digits are the weight that decides ties.
    for (found, expected) in zip(answers, [1.5, 3.5, 35, 15]) { #expect(abs(found - expected) < 1e-4 * expected) }
    // One vote each: the nearer neighbour decides.
    let classes = LabelledSet(
      inputs: support.inputs.slice(0..<1), targets: .classes(try Tensor([1, 0, 2, 2], shape: [1, 4]), ways: 3))
    let logits = two.answers(learner(.crossEntropy, outputs: 3), classes, try tensor([0.4, 0.6], [1, 2, 1]))
    #expect(logits[1] > logits[0] && logits[0] > logits[2])
    #expect(logits[3] > logits[4] && logits[4] > logits[5])
    let mean = two.answers(learner(.binaryCrossEntropy), try lines([[0, 1, 2]], [[1, 1, 0]]), try tensor([0, 2.1], [1, 2, 1]))
    #expect(mean[0] > 1 && abs(mean[1]) < 1e-4)
  }

  @Test func `the number of neighbours follows the tasks`() {
    func adopted(_ loss: TaskLoss, support: Int, outputs: Int) -> Int {
      var algorithm = NearestNeighbours()
      algorithm.adopt(
        TaskSignature(
          inputShape: [2], outputs: outputs, taskLoss: loss, supportCount: support, queryCount: 1, suggestedModel: "mlp"))
      return algorithm.neighbours
    }
    #expect(adopted(.crossEntropy, support: 15, outputs: 5) == 3)
    #expect(adopted(.crossEntropy, support: 5, outputs: 5) == 1)
    #expect(adopted(.meanSquaredError, support: 5, outputs: 1) == 2)
    #expect(adopted(.meanSquaredError, support: 100, outputs: 1) == 5)
  }
}
