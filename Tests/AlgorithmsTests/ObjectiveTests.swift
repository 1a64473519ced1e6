import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

/// The meta-losses against closed forms, and against the algorithms that they generalise.
@Suite struct ObjectiveTests {
  private func maml(_ objective: String, _ settings: [(String, String)] = [], inner: InnerLoop) throws -> MAML {
    var algorithm = MAML(inner: inner)
    for (key, value) in [("objective", objective)] + settings { try MAML.hyperparameters.set(key, to: value, in: &algorithm) }
    return algorithm
  }

  // As in AlgorithmTests: s = w + b, L = (s − t)². One step of α gives s′ − t = (1 − 4α)(s − t); each parameter contributes half.
  @Test func `Reptile's distance on a parabola`() throws {
    let (alpha, inner) = (0.1, InnerLoop(steps: 1, learningRate: 0.1))
    let shard = try AlgorithmTests.shard([1])
    let through = try maml("reptile-distance", inner: inner)
    let exact = through.metaGradient(AlgorithmTests.state(3), AlgorithmTests.learner, shard, AlgorithmTests.context)
    // Each parameter moves by 2α(s − t) = 0.4: half the squares of both are 0.16. The derivative is 2·2α·2α(s − t) for each.
    let value = through.metaObjective(AlgorithmTests.state(3), AlgorithmTests.learner, shard, AlgorithmTests.context)
    expectClose(value.doubles, [0.16], tolerance: 1e-12)
    expectClose(exact.gradient.initial["layers.0.weight"].doubles, [8 * alpha * alpha * 2], tolerance: 1e-12)
  }

  @Test(arguments: [1, 3]) func `Reptile's distance with constant ends has Reptile's displacement, to the bit`(steps: Int) throws {
    let inner = InnerLoop(Momentum.self, steps: steps, learningRate: 0.05)
    let constant = try maml("reptile-distance", [("objective.differentiated", "false")], inner: inner)
    #expect(constant.metaGradientKind == .displacement)
    let state = constant.initialState(lineLearner, from: RandomStream(seed: 3), dtype: .float32)
    let shard = try Lines().episodes(0..<4, in: .metaTrain, seed: 0)
    let ours = constant.metaGradient(state, lineLearner, shard, AlgorithmTests.context).gradient.initial
    let reptile = Reptile(inner: inner).metaGradient(state, lineLearner, shard, AlgorithmTests.context).gradient.initial
    #expect(ours.leaves.map(\.floats) == reptile.leaves.map(\.floats))
  }

  @Test func `the weights of a multi-step loss`() throws {
    let inner = InnerLoop(steps: 2, learningRate: 0.1)
    let shard = try AlgorithmTests.shard([1])
    // s − t goes 2 → 1.2 → 0.72.
    func value(_ settings: [(String, String)]) throws -> [Double] {
      try maml("multi-step", settings, inner: inner)
        .metaObjective(AlgorithmTests.state(3), AlgorithmTests.learner, shard, AlgorithmTests.context).doubles
    }
    expectClose(try value([]), [(1.44 + 0.5184) / 2], tolerance: 1e-12)
    expectClose(try value([("objective.weights", "0.25,2")]), [0.25 * 1.44 + 2 * 0.5184], tolerance: 1e-12)
  }

  @Test func `annealed weights move to the last step within a tenth of the run, and sum to 1`() {
    var objective = MultiStep()
    objective.isAnnealed = true
    func weights(_ iteration: Int) -> [Double] {
      objective.scheduled(.init(iteration: iteration, iterations: 1000), adaptationSteps: 4).leaves[0].doubles
    }
    expectClose(weights(0), [0.25, 0.25, 0.25, 0.25], tolerance: 1e-7)
    expectClose(weights(50), [0.125, 0.125, 0.125, 0.625], tolerance: 1e-7)
    for iteration in [100, 101, 999] { expectClose(weights(iteration), [0.0075, 0.0075, 0.0075, 0.9775], tolerance: 1e-7) }
  }

  @Test func `weights that do not fit the steps are refused`() throws {
    let wrong = try maml("multi-step", [("objective.weights", "1,2,3")], inner: InnerLoop(steps: 2, learningRate: 0.1))
    #expect(throws: AlgorithmError.self) { try trainer(wrong) }
    let both = try maml("multi-step", [("objective.weights", "1,2"), ("objective.annealed", "true")], inner: InnerLoop(steps: 2))
    #expect(throws: AlgorithmError.self) { try trainer(both) }
    let none = try maml("multi-step", [("objective.weights", "0,0")], inner: InnerLoop(steps: 2, learningRate: 0.1))
    #expect(throws: AlgorithmError.self) { try trainer(none) }
  }

  @Test func `the contrastive loss of two tasks`() throws {
    // Adaptation ends at (w, b) with w + b − t = 0.6·(s − t); each parameter has moved by 0.4·(s − t)/2 from (3, 0).
    let inner = InnerLoop(steps: 1, learningRate: 0.1)
    let algorithm = try maml("contrastive", [("objective.margin", "0.5"), ("objective.weight", "1")], inner: inner)
    let (first, second) = (try AlgorithmTests.shard([1, 2]), try AlgorithmTests.shard([0, 2]))
    let shard = Episodes(support: first.support, query: first.query, furtherSupports: [second.support])
    let value = algorithm.metaObjective(AlgorithmTests.state(3), AlgorithmTests.learner, shard, AlgorithmTests.context).doubles
    // Each parameter moves by 0.4 and 0.2 on the first supports, by 0.6 and 0.2 on the second. Distances are √2 times differences.
    let root = 2.0.squareRoot()
    expectClose(value, [0.5 + 0.2 * root - 0.2 * root, max(0, 0.5 - 0.2 * root)], tolerance: 1e-12)
    #expect(throws: AlgorithmError.needsSeveralTasks(algorithm: "maml")) { try trainer(algorithm, metaBatchSize: 1) }
    // These tasks have only one support set.
    #expect(throws: TaskError.oneSupport(task: "test-lines", required: 2)) {
      var run = try trainer(algorithm)
      _ = try run.step()
    }
  }

  @Test func `the penalty on the query loss's gradient`() throws {
    let inner = InnerLoop(steps: 1, learningRate: 0.1)
    let algorithm = try maml("curvature", [("objective.lambda", "0.5")], inner: inner)
    let shard = try AlgorithmTests.shard([1])
    // s′ − t = 1.2; both entries of the gradient are 2·1.2.
    let value = algorithm.metaObjective(AlgorithmTests.state(3), AlgorithmTests.learner, shard, AlgorithmTests.context).doubles
    expectClose(value, [1.44 + 0.25 * 2 * 2.4 * 2.4], tolerance: 1e-12)
  }

  @Test func `the Huber loss is squared near zero and linear beyond 1`() throws {
    let learner = Learner(model: MLP(widths: [1, 1]), taskLoss: .huber)
    let predictions = try Tensor([0.5, -0.2, 3, -4] as [Double], shape: [1, 4, 1])
    let targets = Targets.values(.zeros([1, 4, 1], .float64))
    expectClose(learner.losses(predictions, targets).doubles, [(0.125 + 0.02 + 2.5 + 3.5) / 4], tolerance: 1e-12)
    let leaf = Variable(predictions)
    let slopes = gradient(of: learner.loss(leaf, targets), at: [leaf])[0].value.doubles
    expectClose(slopes, [0.125, -0.05, 0.25, -0.25], tolerance: 1e-12)
  }
}
