import Algorithms
import Models
import Registry
import Tasks
import TensorCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A reference case as its JSON defines it.
///
/// ```json
/// {"model": {"kind": "mlp", "layers": [1, 40, 40, 1], "activation": "relu"}, "loss": "mse", "tasks": 4, "support": 10,
///  "query": 10, "inner": {"optimizer": "sgd", "steps": 1}, "estimator": "exact"}
/// ```
struct ParityDefinition: Decodable {
  struct Model: Decodable {
    let kind: String
    let layers: [Int]?
    let activation: String?
    let image: Int?
    let channels: Int?
    let hidden: Int?
    let blocks: Int?
    let downsample: String?
    let head: String?
    let ways: Int?
    let context: Int?
  }

  struct Inner: Decodable {
    let optimizer: String
    let steps: Int
    let head_only: Bool?
    let adapts: String?
  }

  let model: Model
  let loss: String
  let tasks: Int
  let support: Int
  let query: Int
  let inner: Inner
  /// The query loss where the case does not say.
  let objective: ParityObjective?
  /// "imaml" where adaptation is the solution of a proximal problem; absent where it is the inner optimizer's steps.
  let algorithm: String?
  /// nil for "exact".
  let estimator: String?

  init(json: String) throws(ParityError.Fault) {
    do {
      self = try JSONDecoder().decode(ParityDefinition.self, from: Data(json.utf8))
    } catch let error as DecodingError {
      throw ParityError.Fault(error)
    } catch {
      throw .invalidJSON
    }
  }
}

extension ParityError.Fault: Error {
  fileprivate init(_ error: DecodingError) {
    func dotted(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
    switch error {
    case .keyNotFound(let key, let context): self = .missingKey(dotted(context.codingPath + [key]))
    case .typeMismatch(_, let context), .valueNotFound(_, let context): self = .wrongType(key: dotted(context.codingPath))
    default: self = .invalidJSON
    }
  }
}

/// How a reference case computes its gradient.
enum ParityEstimator: String, CaseIterable {
  case exact
  case firstOrder = "first-order"
  /// Initial minus adapted parameters.
  case reptile
}

/// A reference case with valid names and numbers.
struct ParityCase {
  /// The model of the case, configured for its inputs.
  let model: any Models.Model
  /// The shape of one input in the file, which stores images as [channels, height, width].
  let fileInput: Shape
  let outputs: Int
  let taskLoss: TaskLoss
  let tasks: Int
  let supportRows: Int
  let queryRows: Int
  /// The meta-loss.
  let objective: any MetaObjective
  /// The inner loop; the file gives all hyperparameters of its rule.
  let inner: InnerLoop
  let estimator: ParityEstimator
  /// Whether adaptation solves a proximal problem of strength `hyper.lambda`.
  let isProximal: Bool
  /// The algorithm of the case; nil for the inner loop alone.
  let algorithm: (any ReferenceAlgorithm)?

  /// The reference's optimizers with a granularity in their names, in addition to the ids of the registered rules.
  private static let granular: [(name: String, rule: any OptimizerRule.Type, LearnedHyperparameters.Granularity, isPerStep: Bool)] = [
    ("per-parameter-sgd", SGD.self, .parameter, false), ("per-tensor-per-step-sgd", SGD.self, .tensor, true),
  ]

  init(_ definition: ParityDefinition) throws(ParityError.Fault) {
    let rowsPerCount: Int
    let type = AlgorithmRegistry.references.first { type in
      switch type.referenceName {
      case .algorithm(let name): name == definition.algorithm
      case .model(let name): name == definition.model.kind
      case .optimizer(let name): name == definition.inner.optimizer
      }
    }
    // An algorithm's kind of model is one of the others with parameters of its own.
    let isOwn = type?.referenceName == .model(definition.model.kind)
    switch isOwn ? (definition.model.layers == nil ? "conv" : "mlp") : definition.model.kind {
    case "mlp":
      let layers = try Self.required(definition.model.layers, "model.layers")
      _ = try Self.checked(layers.count, "model.layers", 2...100)
      for width in layers { _ = try Self.checked(width, "model.layers", 1...65_536) }
      let activation = try Self.named(definition.model.activation ?? "relu", Activation.self, "model.activation")
      model = MLP(widths: layers, activation: activation)
      fileInput = [layers[0]]
      outputs = layers[layers.count - 1]
      rowsPerCount = 1
    case "conv":
      let image = try Self.required(definition.model.image, "model.image", 1...1024)
      let channels = try Self.required(definition.model.channels, "model.channels", 1...1024)
      let ways = try Self.required(definition.model.ways, "model.ways", 1...65_536)
      var network = ConvNet()
      network.hidden = try Self.required(definition.model.hidden, "model.hidden", 1...1024)
      network.blocks = try Self.required(definition.model.blocks, "model.blocks", 1...12)
      network.downsampling = try Self.named(
        try Self.required(definition.model.downsample, "model.downsample"), ConvNet.Downsampling.self, "model.downsample")
      network.head = try Self.named(try Self.required(definition.model.head, "model.head"), ConvNet.Head.self, "model.head")
      do { try network.configure(inputShape: [image, image, channels], outputs: ways) } catch { throw .model(error) }
      model = network
      fileInput = [channels, image, image]
      outputs = ways
      rowsPerCount = ways
    default:
      throw .unknownName(
        key: "model.kind", found: definition.model.kind,
        known: ["mlp", "conv"] + Self.referenceNames { if case .model(let name) = $0 { name } else { nil } })
    }
    // A case has labelled samples, so it has no loss of rewards.
    let losses = LossRegistry.all.items.map { $0.item.taskLoss }.filter { $0.targets != .rewards }
    guard let taskLoss = losses.first(where: { $0.id == definition.loss }) else {
      throw .unknownName(key: "loss", found: definition.loss, known: losses.map(\.id))
    }
    self.taskLoss = taskLoss
    tasks = try Self.checked(definition.tasks, "tasks", 1...1_000_000)
    supportRows = try Self.rows(definition.support, "support", rowsPerCount)
    queryRows = try Self.rows(definition.query, "query", rowsPerCount)
    isProximal = definition.algorithm == IMAML.card.id
    if isProximal, isOwn { throw .unknownName(key: "model.kind", found: definition.model.kind, known: ["mlp", "conv"]) }
    if let name = definition.algorithm, !isProximal, type?.referenceName != .algorithm(name) {
      throw .unknownName(
        key: "algorithm", found: name,
        known: [IMAML.card.id] + Self.referenceNames { if case .algorithm(let name) = $0 { name } else { nil } })
    }
    inner = isProximal ? try Self.solving(definition.inner) : try Self.inner(definition.inner, of: type)
    var numbers: [String: Int] = [:]
    if let context = definition.model.context { numbers["context"] = try Self.checked(context, "model.context", 1...4096) }
    algorithm = type?.init(ReferenceCase(inner: inner, modelNumbers: numbers))
    guard inner.adapts.suits(model) else { throw .unknownName(key: "inner.adapts", found: inner.adapts.rawValue, known: ["all"]) }
    if let named = definition.objective { objective = try named.made(for: inner) } else { objective = QueryLoss() }
    let name = definition.estimator ?? ParityEstimator.exact.rawValue
    guard let estimator = ParityEstimator(rawValue: name) else {
      throw .unknownName(key: "estimator", found: name, known: ParityEstimator.allCases.map(\.rawValue))
    }
    self.estimator = estimator
    guard let algorithm else { return }
    let learner = Learner(model: model, taskLoss: taskLoss)
    let signature = TaskSignature(
      inputShape: fileInput, outputs: outputs, taskLoss: taskLoss, supportCount: supportRows, queryCount: queryRows, suggestedModel: "")
    do throws(AlgorithmError) {
      try algorithm.validate(learner, signature, algorithm.defaultTraining(for: signature))
    } catch { throw .algorithm(error) }
    // The reference defines these for the inner loop alone.
    guard estimator == .exact else { throw .unknownName(key: "estimator", found: name, known: [ParityEstimator.exact.rawValue]) }
    guard objective is QueryLoss else {
      throw .unknownName(key: "objective.kind", found: definition.objective?.kind ?? "", known: [QueryLoss.card.id])
    }
  }

  /// Names by which reference cases ask for algorithms, in the order of the alphabet.
  private static func referenceNames(_ name: (ReferenceName) -> String?) -> [String] {
    AlgorithmRegistry.references.compactMap { name($0.referenceName) }.sorted()
  }

  /// Throws if the values of all layers for the larger set of samples do not fit into memory; a gradient needs them at one time.
  func refuseOversize() throws(ParityError.Fault) {
    let samples = Double(tasks) * Double(max(supportRows, queryRows))
    let bytes = saturated(samples * model.activationsPerSample * Double(DType.float64.byteCount))
    guard bytes < Machine.memoryBytes else { throw .tooLarge(bytes: bytes, limit: Machine.memoryBytes) }
  }

  /// True for a parameter that adapts.
  func isAdapted(_ parameter: String) -> Bool {
    inner.adapts.names(in: model)?(parameter) ?? true
  }

  /// The inner loop of a proximal problem; the reference's rule does not matter, and the search for a solution sets the rate.
  private static func solving(_ definition: ParityDefinition.Inner) throws(ParityError.Fault) -> InnerLoop {
    var inner = InnerLoop(Nesterov.self)
    inner.adapts = try named(definition.adapts ?? AdaptedPart.all.rawValue, AdaptedPart.self, "inner.adapts")
    return inner
  }

  private static func inner(
    _ definition: ParityDefinition.Inner, of type: (any ReferenceAlgorithm.Type)?
  ) throws(ParityError.Fault) -> InnerLoop {
    let steps = try checked(definition.steps, "inner.steps", 0...1000)
    var inner: InnerLoop
    if let row = granular.first(where: { $0.name == definition.optimizer }) {
      inner = InnerLoop(row.rule, steps: steps)
      inner.learns = LearnedHyperparameters(["learningRate"], row.2, isPerStep: row.isPerStep)
    } else if type?.referenceName == .optimizer(definition.optimizer) {
      inner = InnerLoop(steps: steps)
      inner.learns = LearnedHyperparameters(["learningRate"])
    } else {
      do {
        let rule = try OptimizerRegistry.type(of: definition.optimizer)
        inner = InnerLoop(rule, steps: steps)
        inner.learns = LearnedHyperparameters(["learningRate"] + rule.hyperparameters.map(\.name))
      } catch {
        let own = referenceNames { if case .optimizer(let name) = $0 { name } else { nil } }
        throw .unknownName(key: "inner.optimizer", found: definition.optimizer, known: error.known + granular.map(\.name) + own)
      }
    }
    // The file holds untransformed values, and gradients with respect to them.
    inner.learns.isTransformed = false
    // A part of its own is that of the algorithm.
    if type != nil, let part = definition.adapts, AdaptedPart(rawValue: part) == nil { return inner }
    inner.adapts = try named(definition.adapts ?? (definition.head_only ?? false ? "head" : "all"), AdaptedPart.self, "inner.adapts")
    return inner
  }

  private static func required<Value>(_ value: Value?, _ key: String) throws(ParityError.Fault) -> Value {
    guard let value else { throw .missingKey(key) }
    return value
  }

  private static func required(_ value: Int?, _ key: String, _ range: ClosedRange<Int>) throws(ParityError.Fault) -> Int {
    try checked(try required(value, key), key, range)
  }

  /// The number of samples of a set, which is an extent of its tensors.
  private static func rows(_ count: Int, _ key: String, _ rowsPerCount: Int) throws(ParityError.Fault) -> Int {
    try checked(count, key, 1...min(1_000_000, Int(Int32.max) / rowsPerCount)) * rowsPerCount
  }

  private static func checked(_ value: Int, _ key: String, _ range: ClosedRange<Int>) throws(ParityError.Fault) -> Int {
    guard range.contains(value) else { throw .outOfRange(key: key, found: value, expected: range) }
    return value
  }

  private static func named<Choice: CaseIterable & RawRepresentable<String>>(
    _ name: String, _: Choice.Type, _ key: String
  ) throws(ParityError.Fault) -> Choice {
    guard let choice = Choice(rawValue: name) else {
      throw .unknownName(key: key, found: name, known: Choice.allCases.map(\.rawValue))
    }
    return choice
  }
}
