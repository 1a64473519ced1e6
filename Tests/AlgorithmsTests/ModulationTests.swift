import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore
import Testing

/// Algorithms that change the adaptation of a model by parameters of their own.
@Suite struct ModulationTests {
  private let learner = Learner(model: MLP(widths: [1, 6, 6, 1], activation: .tanh), taskLoss: .meanSquaredError)
  private let context = AdaptationContext(stream: RandomStream(seed: 1), firstTask: 0)

  private func shard() -> Episodes {
    Episodes((0..<3).map { Sinusoid().episode($0, in: .metaTrain, seed: 1) }).converted(to: .float64)
  }

  private func state(_ algorithm: some Algorithm) -> MetaState {
    algorithm.initialState(learner, from: RandomStream(seed: 2), dtype: .float64)
  }

  @Test func `rows of parameters split into the parameters`() {
    let tree = state(MAML()).initial.map { Variable($0.expanded(over: 2)) }
    let rows = tree.rows
    #expect(rows.shape == [2, 6 + 6 + 36 + 6 + 6 + 1])
    for (part, leaf) in zip(tree.split(rows).leaves, tree.leaves) {
      #expect(part.shape == leaf.shape && part.value.doubles == leaf.value.doubles)
    }
  }

  @Test func `gradients of all sizes have features of one size`() throws {
    let numbers = Variable(try Tensor([0, 1e-9, -1e-9, 1e-3, -2, 1e6], shape: [6], dtype: .float64))
    let (size, sign) = numbers.sizeAndSign
    let limit = 22026.465794806718  // e¹⁰
    let expected = [-1, -1, -1, -0.6907755278982137, 0.06931471805599453, 1.3815510557964275]
    for (found, value) in zip(size.value.doubles, expected) { #expect(abs(found - value) < 1e-14) }
    let signs = [0, limit * 1e-9, -limit * 1e-9, 1, -1, 1]
    for (found, value) in zip(sign.value.doubles, signs) { #expect(abs(found - value) < 1e-14) }
  }

  @Test func `transformations start as the identity, which changes nothing`() throws {
    let (plain, transformed) = (MAML(inner: InnerLoop(learningRate: 0.05)), Transformed())
    let (first, second) = (state(plain), state(transformed))
    #expect(second.learned.initial.names == first.learned.initial.names + (0..<3).map { "transforms.\($0).weight" })
    let shard = shard()
    let own = plain.metaGradient(first, learner, shard, context)
    let other = transformed.metaGradient(second, learner, shard, context)
    for (loss, transformed) in zip(own.losses, other.losses) { #expect(abs(loss - transformed) <= 1e-12 * loss) }
    for name in first.learned.initial.names {
      let difference = (own.gradient.initial[name] - other.gradient.initial[name]).norm
      #expect(difference <= 1e-12 * max(own.gradient.initial[name].norm, 1), "\(name)")
    }
    // The outer loop learns the transformations from the start.
    for name in second.learned.initial.names where name.hasPrefix("transforms.") { #expect(other.gradient.initial[name].norm > 0) }
  }

  @Test func `an adapted model is a plain one`() throws {
    let shard = shard()
    var state = state(Transformed())
    // Other transformations than the identity.
    for name in state.learned.initial.names where name.hasPrefix("transforms.") {
      state.learned.initial[name] = state.learned.initial[name].map(.affine(factor: 0.7, offset: 0.1))
    }
    let adapted = Transformed().adapt(state, learner, support: shard.support, steps: 2, context)
    #expect(adapted.count == 3)
    for one in adapted { #expect(one.parameters.names == learner.model.parameters.map(\.name)) }
    // The prediction of the plain model at the adapted parameters is that of the meta-objective.
    let predictions = learner.predict(
      adapted[1].parameters, support: shard.support.inputs, query: shard.query.inputs, mode: .transductive)
    let losses = learner.losses(predictions, shard.query.targets).doubles
    let reported = Transformed().metaGradient(state, learner, shard, context).losses
    for (loss, other) in zip(losses, reported) { #expect(abs(loss - other) <= 1e-12 * other) }
    // The same model, before adaptation, as a file gives it.
    let initial = Transformed().modelInitialisation(state, learner)
    for (name, tensor) in initial.entries { #expect((tensor - adapted[0].parameters[name][0]).norm <= 1e-12, "\(name)") }
  }

  @Test func `values of a step reach that step and the query after it`() throws {
    let shard = shard()
    var algorithm = Stepwise()
    algorithm.inner.steps = 3
    var state = state(algorithm)
    let before = algorithm.adapt(state, learner, support: shard.support, steps: 4, context)
    // The last of three values changes, so the first two steps stay as they are.
    state.learned.initial["bias"] =
      state.learned.initial["bias"]
      + Tensor(shape: [3, 1], dtype: .float64) { bytes in
        let numbers = bytes.bindMemory(to: Double.self)
        for place in 0..<3 { numbers.initializeElement(at: place, to: place == 2 ? 0.5 : 0) }
      }
    let after = algorithm.adapt(state, learner, support: shard.support, steps: 4, context)
    let moved = zip(before, after).map { ($0.parameters["layers.2.bias"] - $1.parameters["layers.2.bias"]).norm > 0 }
    // Steps beyond the last use its value.
    #expect(moved == [false, false, false, true, true])
  }

  @Test func `first-order derivatives still reach learned rates`() throws {
    var algorithm = MAML(inner: InnerLoop(SGD.self, steps: 2, learningRate: 0.05))
    algorithm.inner.learns = LearnedHyperparameters(["learningRate"], .tensor)
    let (shard, state) = (shard(), state(algorithm))
    let exact = algorithm.metaGradient(state, learner, shard, context).gradient
    let first = algorithm.differentiated(state, learner, shard, context, by: Unrolled(derivative: .firstOrder)).gradient
    let plain = algorithm.differentiated(state, learner, shard, context, by: FirstOrder()).gradient
    for name in plain.initial.names {
      #expect((first.initial[name] - plain.initial[name]).norm <= 1e-12 * max(plain.initial[name].norm, 1), "\(name)")
    }
    for name in exact.inner.names { #expect(plain.inner[name].norm == 0 && first.inner[name].norm > 0, "\(name)") }
    // The rates of the last step have the exact derivative; with one step, there is no other.
    algorithm.inner.steps = 1
    let one = algorithm.differentiated(state, learner, shard, context, by: Unrolled(derivative: .firstOrder)).gradient
    let whole = algorithm.metaGradient(state, learner, shard, context).gradient
    for name in whole.inner.names { #expect((one.inner[name] - whole.inner[name]).norm <= 1e-12, "\(name)") }
  }
}

/// MAML with layer transformations.
private struct Transformed: DifferentiatingAlgorithm {
  static let card = AlgorithmCard(id: "transformed", title: "", citation: "", metaGradient: .exact)
  static let hyperparameters = HyperparameterTable<Transformed>([])

  var inner = InnerLoop(learningRate: 0.05)
  var objective = Selection(QueryLoss.self)
  var differentiation: Selection { Selection(Unrolled.self) }
  var modulation: (any Modulation)? { LayerTransformations() }
}

/// MAML whose last bias has a value for each step.
private struct Stepwise: DifferentiatingAlgorithm, Modulation {
  static let card = AlgorithmCard(id: "stepwise", title: "", citation: "", metaGradient: .exact)
  static let hyperparameters = HyperparameterTable<Stepwise>([])

  var inner = InnerLoop(learningRate: 0.05)
  var objective = Selection(QueryLoss.self)
  var differentiation: Selection { Selection(Unrolled.self) }
  var modulation: (any Modulation)? { self }

  func parameters(for model: any Model) -> [ParameterDeclaration] { [ParameterDeclaration("bias", [inner.steps, 1], .same, .zeros)] }
  func adapts(_ name: String, of model: any Model) -> Bool { name != "bias" && name != "layers.2.bias" }

  func parameters(_ parameters: ParameterTree<Variable>, in step: Int, of model: any Model) -> ParameterTree<Variable> {
    let place = min(step, 2)
    var result = parameters
    result["layers.2.bias"] = parameters["bias"].sliced(place..<(place + 1), along: 1).reshaped([parameters["bias"].shape[0], 1])
    return result
  }
}
