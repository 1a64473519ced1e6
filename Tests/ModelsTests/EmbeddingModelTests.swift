import Autograd
import Models
import Registry
import TensorCore
import Testing

/// Models that consist of an embedding and a linear head.
@Suite struct EmbeddingModelTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let model: any EmbeddingModel
    let inputShape: Shape
    let head: String
  }

  private static func network(_ downsampling: ConvNet.Downsampling, _ head: ConvNet.Head, _ activation: Activation) throws -> ConvNet {
    var network = ConvNet()
    (network.blocks, network.hidden) = (2, 3)
    (network.downsampling, network.head, network.activation) = (downsampling, head, activation)
    try network.configure(inputShape: [7, 6, 2], outputs: 4)
    return network
  }

  static func cases() throws -> [Case] {
    var logistic = LogisticRegression()
    try logistic.configure(inputShape: [5], outputs: 4)
    let layers = [[3, 4], [3, 6, 4], [3, 6, 5, 4]].flatMap { widths in
      Activation.allCases.map {
        Case(
          testDescription: "mlp \(widths) \($0)", model: MLP(widths: widths, activation: $0), inputShape: [3],
          head: "layers.\(widths.count - 2)")
      }
    }
    let normed = Activation.allCases.map { activation in
      var model = MLP(widths: [3, 6, 5, 4], activation: activation)
      model.norm = .batch
      return Case(testDescription: "mlp with batch norm \(activation)", model: model, inputShape: [3], head: "layers.2")
    }
    let networks = try ConvNet.Downsampling.allCases.flatMap { downsampling in
      try ConvNet.Head.allCases.flatMap { head in
        try Activation.allCases.map {
          Case(
            testDescription: "conv \(downsampling) \(head) \($0)", model: try network(downsampling, head, $0), inputShape: [7, 6, 2],
            head: "classifier")
        }
      }
    }
    return layers + normed + networks + [Case(testDescription: "logistic", model: logistic, inputShape: [5], head: "layers.0")]
  }

  @Test func `the head's outputs for the features are the model's outputs to the bit`() throws {
    let cases = try Self.cases()
    #expect(cases.count == 6 + 2 + 8 + 1)
    for each in cases {
      let model = each.model
      let parameters = model.initialParameters(from: RandomStream(seed: 1), dtype: .float64).map { Variable($0.expanded(over: 2)) }
      let input = Variable(constant: random(Shape([2, 5] + each.inputShape.dimensions), "input"))
      for normalisation in [Normalisation.wholeBatch, .leading(3)] {
        let features = model.features(input, parameters, normalisation: normalisation)
        #expect(features.shape == [2, 5, model.embeddingWidth], "\(each)")
        let outputs = model(input, parameters, normalisation: normalisation)
        #expect(outputs.shape == [2, 5, 4], "\(each)")
        #expect(model.logits(features, parameters).value.doubles == outputs.value.doubles, "\(each)")
      }
    }
  }

  @Test func `the head is the last layer's weight and bias, and nothing else`() throws {
    for each in try Self.cases() {
      let model = each.model
      #expect(model.headLayer == each.head)
      let names = model.parameters.map(\.name)
      #expect(names.filter(model.isHead) == ["\(each.head).weight", "\(each.head).bias"], "\(each)")
      #expect(names.suffix(2) == ["\(each.head).weight", "\(each.head).bias"])
      let shapes = model.parameters.filter { model.isHead($0.name) }.map(\.shape)
      #expect(shapes == [[model.embeddingWidth, 4], [4]], "\(each)")
      #expect(!model.isHead(each.head) && !model.isHead("\(each.head)0.weight"))
    }
  }

  @Test func `features do not depend on the head`() throws {
    for each in try Self.cases() {
      let model = each.model
      let parameters = model.initialParameters(from: RandomStream(seed: 1), dtype: .float64).map { Variable($0.expanded(over: 1)) }
      let input = Variable(constant: random(Shape([1, 5] + each.inputShape.dimensions), "input"))
      let features = model.features(input, parameters, normalisation: .wholeBatch)
      let gradients = gradient(of: features, at: parameters.leaves)
      for (name, slope) in zip(parameters.names, gradients) where model.isHead(name) { #expect(slope.value.norm == 0, "\(each) \(name)") }
    }
  }

  @Test(arguments: ["conv", "conv1d", "logistic", "mlp"])
  func `a built-in model is an embedding of itself`(id: String) throws {
    let model = try ModelRegistry.type(of: id).init()
    let embedding = try #require(model.embedding)
    #expect(type(of: embedding).card.id == id)
    #expect(embedding.embeddingWidth > 0)
  }

  @Test func `the outputs of the layers are counted`() throws {
    for each in try Self.cases() { #expect(each.model.activationsPerSample > 0, "\(each)") }
    #expect(MLP(widths: [3, 6, 5, 4]).activationsPerSample == 15)
    // Strides reduce 7×6 to 4×3 and 2×2. Before pooling, the blocks have 7×6 and 3×3.
    #expect(try Self.network(.stride, .mean, .relu).activationsPerSample == Double(3 * 12 + 3 * 4 + 4))
    #expect(try Self.network(.maxpool, .mean, .relu).activationsPerSample == Double(3 * 42 + 3 * 9 + 4))
  }

  @Test func `a model is no embedding unless it says so`() {
    #expect(Plain().embedding == nil)
    #expect(Plain().activationsPerSample == 3)
  }
}

private struct Plain: Model {
  static let card = Card(id: "test-plain", title: "", citation: "")
  static let hyperparameters = HyperparameterTable<Plain>([])
  mutating func configure(inputShape: Shape, outputs: Int) {}
  var usesBatchStatistics: Bool { false }
  var parameters: [ParameterDeclaration] {
    [ParameterDeclaration("matrix", [2, 3], .linear, .ones), ParameterDeclaration("scale", [3], .same, .ones)]
  }
  func callAsFunction(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable { input }
}
