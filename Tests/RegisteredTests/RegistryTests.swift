import Algorithms
import Models
import Registry
import Tasks
import TensorCore
import Testing

/// Everything that is linked is registered; an empty registry would go unnoticed otherwise.
@Suite struct RegisteredTests {
  @Test func `the built-in algorithms`() {
    let ids = [
      "anil", "bilevel", "boil", "cavia", "chance", "epsilon-greedy", "fomaml", "fomaml-rl", "imaml", "joint", "knn", "lr-d2", "lslr",
      "maml", "maml-plus-plus", "maml-rl",
      "matching-net", "meta-curvature", "meta-opt-net", "meta-optimizer", "meta-sgd", "mixed-model", "pretrained", "proto-maml",
      "proto-net", "r2d2", "random",
      "relation-net", "reptile", "ridge-pooled", "ridge-task", "scratch", "t-net", "template", "thompson", "warp-grad",
    ]
    #expect(Set(AlgorithmRegistry.all.ids).isSuperset(of: ids))
  }

  @Test func `the built-in optimizers, objectives, ways and losses`() {
    #expect(OptimizerRegistry.all.ids == ["adagrad", "adam", "adamw", "momentum", "nesterov", "rmsprop", "sgd"])
    let objectives = ["contrastive", "curvature", "multi-step", "query-loss", "reptile-distance"]
    #expect(Set(ObjectiveRegistry.all.ids).isSuperset(of: objectives))
    #expect(DifferentiationRegistry.all.ids == ["first-order", "implicit", "rematerialised", "truncated", "unrolled"])
    #expect(LossRegistry.all.ids == ["binary-cross-entropy", "cross-entropy", "huber", "mse", "return"])
  }

  @Test func `the built-in tasks`() {
    let ids = ["bandit", "glyphs", "images", "linear-classification", "navigation", "omniglot", "sinusoid", "sinusoid-frequency", "table"]
    #expect(Set(TaskRegistry.all.ids).isSuperset(of: ids))
  }

  @Test func `the built-in models`() {
    #expect(Set(ModelRegistry.all.ids).isSuperset(of: ["categorical-policy", "conv", "conv1d", "gaussian-policy", "logistic", "mlp"]))
  }

  @Test func `cards cite their sources`() {
    for (id, type) in AlgorithmRegistry.all.items {
      #expect(type.card.citation.contains("http") || id == "chance", "\(id): \(type.card.citation)")
    }
    var cards = OptimizerRegistry.all.items.map { $0.item.card }
    cards += ObjectiveRegistry.all.items.map { $0.item.card }
    cards += DifferentiationRegistry.all.items.map { $0.item.card }
    for card in cards { #expect(!card.title.isEmpty && card.citation.count > 8, "\(card.id)") }
    for (id, type) in TaskRegistry.all.items { #expect(!type.card.title.isEmpty && !type.card.citation.isEmpty, "\(id)") }
    for (id, type) in ModelRegistry.all.items { #expect(!type.card.title.isEmpty && !type.card.citation.isEmpty, "\(id)") }
  }
}

/// Every task that needs no external data.
@Suite struct RegisteredTaskTests {
  static let ids = TaskRegistry.all.items.filter { !$0.item.card.needsData }.map(\.id)

  @Test(arguments: ids, Split.allCases)
  func `episodes match their signature`(id: String, split: Split) throws {
    var tasks = try TaskRegistry.type(of: id).init()
    try tasks.prepare(source: nil)
    let signature = tasks.signature
    for index in [0, 1, 1000] {
      let episode = try tasks.episode(index, in: split, seed: 3)
      try expect(episode.support, signature, count: signature.supportCount)
      try expect(episode.query, signature, count: signature.queryCount)
    }
  }

  @Test(arguments: ids)
  func `the suggested model fits`(id: String) throws {
    var tasks = try TaskRegistry.type(of: id).init()
    try tasks.prepare(source: nil)
    var model = try ModelRegistry.type(of: tasks.signature.suggestedModel).init()
    try model.configure(inputShape: tasks.signature.inputShape, outputs: tasks.signature.outputs)
    #expect(model.parameterCount > 0)
  }

  private func expect(_ set: LabelledSet, _ signature: TaskSignature, count: Int) throws {
    #expect(set.inputs.shape == signature.rowShape.inserting(count, at: 0))
    #expect(set.inputs.dtype == .float32 && set.inputs.isFinite)
    switch set.targets {
    case .padded: Issue.record("an episode has no padding")
    case .classes(let labels, let ways):
      #expect(signature.taskLoss == .crossEntropy && ways == signature.outputs && labels.shape == [count])
      let present = Set(labels.integers)
      #expect(present == Set(0..<ways))
    case .values(let values):
      #expect(signature.taskLoss != .crossEntropy && values.shape == [count, signature.outputs] && values.isFinite)
      if signature.taskLoss == .binaryCrossEntropy { #expect(values.floats.allSatisfy { $0 == 0 || $0 == 1 }) }
    }
  }
}
