import Algorithms
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct MetaOptimizerTests {
  private func metaOptimizer(_ settings: [(String, String)]) throws -> MetaOptimizer {
    var algorithm = MetaOptimizer()
    for (key, value) in settings { try MetaOptimizer.hyperparameters.set(key, to: value, in: &algorithm) }
    return algorithm
  }

  @Test func `Meta-SGD is its case of one signed rate an entry, to the bit`() throws {
    let general = try metaOptimizer([
      ("inner.optimizer", "sgd"), ("inner.learn", "learningRate"), ("inner.granularity", "parameter"), ("inner.signedRates", "true"),
      ("initialRate.low", "0.005"), ("initialRate.high", "0.1"),
    ])
    var (one, other) = (try trainer(general), try trainer(MetaSGD()))
    for _ in 0..<5 {
      #expect(try one.step() == other.step())
      #expect(bytes(one.snapshot) == bytes(other.snapshot))
    }
  }

  @Test func `all of a rule's hyperparameters are learned by default, and stay in their domain`() throws {
    let algorithm = try metaOptimizer([("inner.optimizer", "adam"), ("inner.steps", "2"), ("inner.learningRate", "0.05")])
    // A huge outer rate would move untransformed values out of their domains at once.
    var run = try trainer(algorithm, iterations: 30, outer: OuterOptimizer(Adam.self, learningRate: 3))
    let names = algorithm.learnedValues(run.state).map(\.name)
    #expect(names == ["learningRate", "beta1", "beta2", "epsilon"])
    expectClose(algorithm.learnedValues(run.state).map(\.mean), [0.05, 0.9, 0.999, 1e-8], tolerance: 1e-5)
    for _ in 0..<30 {
      do { _ = try run.step() } catch is TrainingError { break }
      for value in algorithm.learnedValues(run.state) {
        #expect(value.minimum >= 0, "\(value)")
        if value.name.hasPrefix("beta") { #expect(value.maximum <= 1, "\(value)") }
      }
    }
    #expect(run.iteration > 3)
  }

  @Test func `an initialisation that is not learned stays as drawn`() throws {
    let algorithm = try metaOptimizer([("inner.learnInitialisation", "false"), ("inner.learn", "learningRate")])
    var run = try trainer(algorithm)
    let before = run.state
    #expect(before.learned.initial.isEmpty && before.initial.names == lineLearner.model.parameters.map(\.name))
    for _ in 0..<3 { _ = try run.step() }
    #expect(run.state.initial.leaves.map(\.floats) == before.initial.leaves.map(\.floats))
    #expect(run.state.learned.inner.leaves.map(\.floats) != before.learned.inner.leaves.map(\.floats))
  }

  @Test func `what cannot be learned is refused`() throws {
    for settings in [
      [("inner.learn", "beta1")], [("inner.learn", "learningRate,learningRate")],
      [("inner.learn", ""), ("inner.learnInitialisation", "false")],
      [("gradient", "first-order")], [("initialRate.low", "2"), ("initialRate.high", "1")],
    ] {
      let algorithm = try metaOptimizer(settings)
      #expect(throws: AlgorithmError.self, "\(settings)") { try trainer(algorithm) }
    }
  }

  @Test func `LSLR has one rate a tensor and step, and later steps take the last one's`() throws {
    var algorithm = LSLR()
    algorithm.inner.steps = 2
    let run = try trainer(algorithm)
    let values = algorithm.learnedValues(run.state)
    #expect(values.count == 2 * lineLearner.model.parameters.count)
    #expect(values[0].name == "learningRate.layers.0.weight@1" && values[1].step == 2)
    var state = run.state
    state.learned.inner = state.learned.inner.map { leaf in
      Tensor(shape: leaf.shape) { _ = $0.initialize(from: [0.5, 0]) }
    }
    let support = try Lines().episode(0, in: .metaTrain, seed: 0).support.stackedAlone
    let path = algorithm.adapt(state, lineLearner, support: support, steps: 4, AlgorithmTests.context)
    #expect(path.count == 5)
    #expect(path[1].parameters.leaves.map(\.floats) != path[0].parameters.leaves.map(\.floats))
    for later in path[2...] { #expect(later.parameters.leaves.map(\.floats) == path[1].parameters.leaves.map(\.floats)) }
  }
}
