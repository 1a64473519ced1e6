import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

/// A model without an embedding.
private struct Headless: Model {
  static let card = Card(id: "test-headless", title: "", citation: "")
  static let hyperparameters = HyperparameterTable<Headless>([])
  mutating func configure(inputShape: Shape, outputs: Int) {}
  var usesBatchStatistics: Bool { false }
  var parameters: [ParameterDeclaration] { [ParameterDeclaration("scale", [1, 1], .same, .ones)] }
  func callAsFunction(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable {
    input.matmul(parameters["scale"])
  }
}

@Suite struct AdaptedPartTests {
  private static func glyphs() throws -> (Learner, Episodes) {
    var glyphs = Glyphs()
    (glyphs.ways, glyphs.shots, glyphs.queries) = (2, 2, 2)
    var model = ConvNet()
    (model.blocks, model.hidden) = (2, 3)
    try model.configure(inputShape: glyphs.signature.inputShape, outputs: 2)
    return (Learner(model: model, taskLoss: .crossEntropy), try glyphs.episodes(0..<2, in: .metaTrain, seed: 0))
  }

  private static func lines() throws -> (Learner, Episodes) { (lineLearner, try Lines().episodes(0..<2, in: .metaTrain, seed: 0)) }

  @Test(arguments: AdaptedPart.allCases, [true, false])
  func `the part adapts and the rest stays to the bit`(part: AdaptedPart, isConvolutional: Bool) throws {
    let (learner, shard) = try isConvolutional ? Self.glyphs() : Self.lines()
    var inner = InnerLoop(steps: 2, learningRate: 0.5)
    inner.adapts = part
    let initial = learner.model.initialParameters(from: RandomStream(seed: 1))
    let found = inner.adapted(MetaParameters(initial: initial), learner, support: shard.support, steps: 2)[2].parameters
    let head = isConvolutional ? "classifier." : "layers.1."
    for (name, leaf) in found.entries {
      // Batch norm subtracts the bias of a convolution again, so the bias never moves.
      let isMoved = (part == .all || (part == .head) == name.hasPrefix(head)) && !name.hasSuffix("conv.bias")
      #expect((bytes(leaf) == bytes(initial[name].expanded(over: 2))) != isMoved, "\(name)")
    }
  }

  @Test func `MAML that adapts the head alone learns the body by the exact gradient`() throws {
    var maml = MAML(inner: InnerLoop(steps: 2, learningRate: 0.2))
    maml.inner.adapts = .head
    let shard = try Lines().episodes(0..<2, in: .metaTrain, seed: 0).converted(to: .float64)
    let state = maml.initialState(lineLearner, from: RandomStream(seed: 1), dtype: .float64)
    let analytic = maml.metaGradient(state, lineLearner, shard, AlgorithmTests.context).gradient.initial
    for name in state.initial.names {
      let numeric = centralDifference { amount in
        var moved = state
        moved.learned.initial[name] = state.initial[name].moved(0, by: amount)
        return maml.metaObjective(moved, lineLearner, shard, AlgorithmTests.context).doubles.reduce(0, +)
      }
      expectClose(analytic[name].doubles[0], numeric, tolerance: differenceTolerance)
    }
  }

  @Test func `a model without a head is refused where a part adapts`() throws {
    #expect(AdaptedPart.all.suits(Headless()) && !AdaptedPart.head.suits(Headless()) && !AdaptedPart.body.suits(Headless()))
    #expect(AdaptedPart.allCases.allSatisfy { $0.suits(MLP()) && $0.suits(ConvNet()) })
    // Logistic regression consists of a head alone.
    #expect(AdaptedPart.head.suits(LogisticRegression()) && !AdaptedPart.body.suits(LogisticRegression()))
    let learner = Learner(model: Headless(), taskLoss: .meanSquaredError)
    var maml = MAML()
    _ = try MetaTrainer(maml, learner, tasks: Lines(), configuration())
    maml.inner.adapts = .head
    let reason = "inner.adapts is head, but model test-headless has no head; set inner.adapts=all"
    #expect(throws: AlgorithmError.unsuited(algorithm: "maml", because: reason)) {
      try MetaTrainer(maml, learner, tasks: Lines(), configuration())
    }
  }
}
