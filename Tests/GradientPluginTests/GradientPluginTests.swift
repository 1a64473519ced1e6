import Algorithms
import Autograd
import BayesianMAML
import LEO
import LSTMOptimizer
import MetaLSTM
import Models
import Registry
import SharpMAML
import Tasks
import TensorCore
import Testing

/// Particles, learned update rules and perturbed steps, against their formulas.
@Suite struct GradientPluginTests {
  private let learner = Learner(model: MLP(widths: [1, 6, 6, 1], activation: .tanh), taskLoss: .meanSquaredError)
  private let context = AdaptationContext(stream: RandomStream(seed: 1), firstTask: 0)

  private func shard() -> Episodes {
    Episodes((0..<3).map { Sinusoid().episode($0, in: .metaTrain, seed: 1) }).converted(to: .float64)
  }

  private func state(_ algorithm: some Algorithm) -> MetaState {
    algorithm.initialState(learner, from: RandomStream(seed: 2), dtype: .float64)
  }

  /// The support gradient of each task at parameters [T, …].
  private func gradients(_ parameters: ParameterTree<Tensor>, _ support: LabelledSet) -> ParameterTree<Tensor> {
    let leaves = parameters.map { Variable($0) }
    return parameters.replacing(gradient(of: learner.supportLoss(leaves, support), at: leaves.leaves).map(\.value))
  }

  private func expectEqual(_ found: ParameterTree<Tensor>, _ expected: ParameterTree<Tensor>, _ tolerance: Double = 1e-12) {
    #expect(found.names == expected.names)
    for (name, leaf) in expected.entries {
      #expect((found[name].reshaped(leaf.shape) - leaf).norm <= tolerance * max(leaf.norm, 1), "\(name)")
    }
  }

  // MARK: Particles

  @Test func `one particle is MAML`() {
    var algorithm = BayesianMAML()
    algorithm.particles = 1
    algorithm.inner = InnerLoop(steps: 2, learningRate: 0.05)
    let plain = MAML(inner: algorithm.inner)
    let (state, shard) = (state(algorithm), shard())
    let single = MetaState(initial: state.initial.map { $0[0] })
    let (found, expected) = (
      algorithm.metaGradient(state, learner, shard, context), plain.metaGradient(single, learner, shard, context)
    )
    expectEqual(found.gradient.initial, expected.gradient.initial)
    for (loss, other) in zip(found.losses, expected.losses) { #expect(abs(loss - other) <= 1e-12 * other) }
  }

  @Test func `a step moves particles by Stein's directions`() {
    var algorithm = BayesianMAML()
    (algorithm.particles, algorithm.repulsion) = (4, 0.7)
    algorithm.inner = InnerLoop(steps: 1, learningRate: 0.05)
    let (state, shard) = (state(algorithm), shard())
    let adapted = algorithm.adapt(state, learner, support: shard.support, steps: 1, context)[1].parameters
    for task in 0..<shard.count {
      let support = shard.support.slice(task..<(task + 1))
      func row(_ tree: ParameterTree<Tensor>) -> [Double] { tree.leaves.flatMap(\.doubles) }
      let points = (0..<4).map { particle in row(state.initial.map { $0[particle] }) }
      let slopes = (0..<4).map { particle in row(gradients(state.initial.map { $0[particle].expanded(over: 1).contiguous }, support)) }
      func squared(_ i: Int, _ j: Int) -> Double { zip(points[i], points[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
      let pairs = (0..<4).flatMap { i in ((i + 1)..<4).map { squared(i, $0) } }.sorted()
      let width = (pairs[2] + pairs[3]) / 2 / Tensor(4, dtype: .float64).map(.logarithm).scalar
      func kernel(_ i: Int, _ j: Int) -> Double { Tensor(-squared(i, j) / width, dtype: .float64).map(.exponential).scalar }
      let samples = Double(support.inputs.shape[1])
      for i in 0..<4 {
        let found = row(adapted.map { $0[task][i] })
        for entry in points[i].indices {
          let direction = (0..<4).reduce(0.0) { sum, j in
            let push = kernel(j, i) * 2 / width * (points[i][entry] - points[j][entry])
            return sum + kernel(j, i) * slopes[j][entry] - 0.7 / samples * push
          }
          #expect(abs(found[entry] - (points[i][entry] - 0.05 * direction / 4)) < 1e-12)
        }
      }
    }
  }

  @Test func `the chaser loss is the squared distance to a leader that knows the query set, held constant`() {
    var algorithm = BayesianMAML()
    (algorithm.particles, algorithm.leaderSteps) = (3, 2)
    algorithm.inner = InnerLoop(steps: 1, learningRate: 0.05)
    let (start, shard) = (state(algorithm), shard())
    let found = algorithm.metaGradient(start, learner, shard, context)
    func adapted(_ state: MetaState, on support: LabelledSet, steps: Int) -> ParameterTree<Tensor> {
      algorithm.adapt(state, learner, support: support, steps: steps, context)[steps].parameters
    }
    var leaders: [[Double]] = []
    func distances(_ state: MetaState) -> [Double] {
      let chaser = adapted(state, on: shard.support, steps: 1)
      return (0..<shard.count).map { task in
        let own = chaser.leaves.flatMap { $0[task].doubles }
        if leaders.count == task {
          let alone = MetaState(initial: chaser.map { $0[task] })
          let union = shard.support.concatenated(with: shard.query).slice(task..<(task + 1))
          leaders.append(adapted(alone, on: union, steps: 2).leaves.flatMap { $0[0].doubles })
        }
        return zip(own, leaders[task]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
    }
    for (chase, expected) in zip(found.metrics["chase"].doubles, distances(start)) { #expect(abs(chase - expected) < 1e-12 * expected) }
    // The slope along the meta-gradient, with the leaders of the start, is the gradient's squared norm.
    let slope = found.gradient.initial
    func moved(by length: Double) -> Double {
      distances(MetaState(initial: start.initial.replacing(zip(start.initial.leaves, slope.leaves).map { $0 + length * $1 })))
        .reduce(0, +)
    }
    let square = slope.leaves.reduce(0) { $0 + $1.norm * $1.norm }
    #expect(abs((moved(by: 1e-4) - moved(by: -1e-4)) / 2e-4 - square) < 1e-5 * square)
  }

  @Test func `particles predict the mean of probabilities`() throws {
    var model = MLP(widths: [2, 4, 3])
    try model.configure(inputShape: [2], outputs: 3)
    let classes = Learner(model: model, taskLoss: .crossEntropy)
    var algorithm = BayesianMAML()
    algorithm.particles = 3
    let state = algorithm.initialState(classes, from: RandomStream(seed: 4), dtype: .float64)
    var stream = RandomStream(seed: 6)
    let inputs = try Tensor((0..<20).map { _ in stream.normal() }, shape: [2, 5, 2])
    let support = LabelledSet(inputs: inputs, targets: .classes(try Tensor((0..<10).map { $0 % 3 }, shape: [2, 5]), ways: 3))
    let adapted = algorithm.adapt(state, classes, support: support, steps: 0, context)[0]
    let found = algorithm.predict(adapted, classes, query: inputs, mode: .transductive, context).map(.exponential).doubles
    let each = (0..<3).map { particle in
      let own = state.initial.map { $0[particle].expanded(over: 2).contiguous }
      return Variable(constant: classes.predict(own, support: inputs, query: inputs, mode: .transductive)).softmax().value.doubles
    }
    for place in found.indices { #expect(abs(found[place] - each.reduce(0) { $0 + $1[place] } / 3) < 1e-12) }
  }

  // MARK: Perturbed steps

  @Test func `without perturbations, Sharp-MAML is MAML`() {
    var algorithm = SharpMAML()
    (algorithm.innerRadius, algorithm.outerRadius) = (0, 0)
    algorithm.inner = InnerLoop(steps: 2, learningRate: 0.05)
    let (state, shard) = (state(algorithm), shard())
    expectEqual(
      algorithm.metaGradient(state, learner, shard, context).gradient.initial,
      MAML(inner: algorithm.inner).metaGradient(state, learner, shard, context).gradient.initial)
  }

  @Test func `an adaptation step takes the gradient at the top of the ball`() {
    var algorithm = SharpMAML()
    algorithm.innerRadius = 0.3
    algorithm.inner = InnerLoop(steps: 1, learningRate: 0.05)
    let (state, shard) = (state(algorithm), shard())
    let start = state.initial.map { $0.expanded(over: shard.count).contiguous }
    let slopes = gradients(start, shard.support)
    let norms = slopes.leaves.reduce(Tensor.zeros([3], .float64)) { sum, leaf in
      sum + leaf.reshaped([3, leaf.shape.elementCount / 3]).map(.square).sum([1]).reshaped([3])
    }.map(.squareRoot)
    func scaled(_ leaf: Tensor) -> Tensor { 0.3 * leaf / norms.reshaped(leaf.shape.reducing(AxisSet(1..<leaf.shape.rank))) }
    let above = gradients(start.zip(slopes) { $0 + scaled($1) }, shard.support)
    let found = algorithm.adapt(state, learner, support: shard.support, steps: 1, context)[1].parameters
    expectEqual(found, start.zip(above) { $0 - 0.05 * $1 })
  }

  @Test func `the meta-gradient is MAML's at each task's perturbed initialisation`() {
    var algorithm = SharpMAML()
    (algorithm.innerRadius, algorithm.outerRadius) = (0, 0.2)
    algorithm.inner = InnerLoop(steps: 1, learningRate: 0.05)
    let plain = MAML(inner: algorithm.inner)
    let (state, shard) = (state(algorithm), shard())
    let expected = (0..<shard.count).map { task -> ParameterTree<Tensor> in
      let alone = shard[task..<(task + 1)]
      let own = plain.metaGradient(state, learner, alone, context).gradient.initial
      let norm = own.leaves.reduce(0) { $0 + $1.norm * $1.norm }.squareRoot()
      let moved = MetaState(initial: state.initial.zip(own) { $0 + (0.2 / norm) * $1 })
      return plain.metaGradient(moved, learner, alone, context).gradient.initial
    }
    let sum = expected.dropFirst().reduce(expected[0]) { $0.zip($1) { $0 + $1 } }
    expectEqual(algorithm.metaGradient(state, learner, shard, context).gradient.initial, sum)
  }

  // MARK: Learned update rules

  @Test func `an LSTM optimizer starts without an update, and learns its output`() {
    let algorithm = LSTMOptimizer()
    let (state, shard) = (state(algorithm), shard())
    let path = algorithm.adapt(state, learner, support: shard.support, steps: 3, context)
    #expect(path.count == 4)
    for point in path { expectEqual(point.parameters, state.initial.map { $0.expanded(over: 3).contiguous }, 0) }
    let found = algorithm.metaGradient(state, learner, shard, context).gradient.own
    #expect(found["output.weight"].norm > 0 && found["0.weight_ih"].norm == 0)
  }

  @Test func `an LSTM optimizer treats an entry by its gradients, not by its place`() throws {
    let algorithm = LSTMOptimizer()
    var rule = algorithm.initialRule(from: RandomStream(seed: 5), dtype: .float64)
    rule["output.weight"] = try Tensor((0..<20).map { Double($0) / 10 - 0.7 }, shape: [20, 1])
    let own = rule.map { Variable(constant: $0.expanded(over: 1).contiguous) }
    /// The changes after two steps with these gradients and their doubles.
    func changes(_ gradients: [Double]) throws -> [Double] {
      var memory: [LSTMCell.State]?
      var values = Variable(constant: .zeros([1, gradients.count, 1], .float64))
      for factor in [1.0, 2] {
        let slopes = Variable(constant: try Tensor(gradients.map { $0 * factor }, shape: [1, gradients.count, 1]))
        let losses = Variable(constant: .zeros([1, 1, 1], .float64))
        values = algorithm.updated(UpdateEntries(values: values, gradients: slopes, losses: losses), &memory, own)
      }
      return values.value.doubles
    }
    let gradients = [0.3, -0.3, 2, 1e-6, -0.04]
    let found = try changes(gradients)
    #expect(Set(found).count == gradients.count)
    for (one, other) in zip(found, try changes(gradients.reversed()).reversed()) { #expect(abs(one - other) < 1e-14) }
  }

  @Test func `gates without weights decay and descend at the rates of their biases`() {
    let algorithm = MetaLSTM()
    var state = state(algorithm)
    for gate in ["rate", "decay"] { state.learned.own["\(gate).weight"] = .zeros([22, 1], .float64) }
    let shard = shard()
    let start = state.initial.map { $0.expanded(over: 3).contiguous }
    let slopes = gradients(start, shard.support)
    let (rate, decay) = (Tensor(-4.5, dtype: .float64).map(.sigmoid), Tensor(5, dtype: .float64).map(.sigmoid))
    let found = algorithm.adapt(state, learner, support: shard.support, steps: 1, context)[1].parameters
    expectEqual(found, start.zip(slopes) { decay * $0 - rate * $1 })
    // Every learned value has a gradient after two steps.
    let gradient = algorithm.metaGradient(self.state(algorithm), learner, shard, context).gradient
    for (name, leaf) in gradient.own.entries { #expect(leaf.norm > 0, "\(name)") }
  }

  // MARK: A latent space

  @Test func `LEO without steps classifies by decoded codes, and steps lower the support loss`() throws {
    var stream = RandomStream(seed: 8)
    let support = Variable(constant: try Tensor((0..<48).map { _ in stream.normal() }, shape: [2, 6, 4]))
    let targets = Targets.classes(try Tensor((0..<12).map { $0 % 3 }, shape: [2, 6]), ways: 3)
    func loss(_ settings: [String: String]) throws -> Tensor {
      var leo = LEO()
      for (key, value) in settings { try LEO.hyperparameters.set(key, to: value, in: &leo) }
      let own = leo.initialComparison(width: 4, from: RandomStream(seed: 3), dtype: .float64)
        .map { Variable(constant: $0.expanded(over: 2)) }
      return leo.compare(support, targets, support, own).crossEntropy(oneHot: classMembers(targets, .float64)).value
    }
    let none = try loss(["steps": "0", "tuningSteps": "0"])
    let latent = try loss(["steps": "5", "tuningSteps": "0", "rate": "0.1"])
    let both = try loss(["steps": "5", "tuningSteps": "5", "rate": "0.1", "tuningRate": "0.1"])
    for task in 0..<2 {
      #expect(latent.doubles[task] < none.doubles[task])
      #expect(both.doubles[task] < latent.doubles[task])
    }
  }
}
