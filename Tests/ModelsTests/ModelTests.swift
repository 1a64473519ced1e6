import Models
import Registry
import TensorCore
import Testing

/// The declarations of models, and the settings that they accept and refuse.
@Suite struct ModelTests {
  /// An empty registry would go unnoticed otherwise.
  @Test func `the built-in models are registered`() {
    #expect(Set(ModelRegistry.all.ids).isSuperset(of: ["conv", "conv1d", "logistic", "mlp"]))
  }

  @Test(arguments: ["conv", "conv1d", "logistic", "mlp"])
  func `a model fits its inputs and has its declared parameters`(id: String) throws {
    var model = try ModelRegistry.type(of: id).init()
    try model.configure(inputShape: ["conv": [28, 28, 1], "conv1d": [40, 3]][id] ?? [2], outputs: 5)
    let parameters = model.initialParameters(from: RandomStream(seed: 0))
    #expect(parameters.names == model.parameters.map(\.name))
    #expect(parameters.leaves.map(\.shape) == model.parameters.map(\.shape))
    #expect(parameters.leaves.allSatisfy { $0.dtype == .float32 && $0.isFinite })
    #expect(model.parameterCount == parameters.leaves.reduce(0) { $0 + $1.shape.elementCount })
  }

  @Test func `parameters of the published networks are counted`() throws {
    // 1·40 + 40 + 40·40 + 40 + 40 + 1, and for Omniglot 9·64 + 64 + 3·(9·64·64 + 64) + 4·128 + 64·5 + 5.
    #expect(MLP(widths: [1, 40, 40, 1]).parameterCount == 1761)
    var network = ConvNet()
    try network.configure(inputShape: [28, 28, 1], outputs: 5)
    #expect(network.parameterCount == 112_261)
  }

  @Test func `a flattened head sees what the blocks leave of the image`() throws {
    func features(_ downsampling: ConvNet.Downsampling) throws -> Int? {
      var network = ConvNet()
      network.blocks = 2
      network.hidden = 6
      network.downsampling = downsampling
      network.head = .flatten
      try network.configure(inputShape: [7, 9, 3], outputs: 3)
      return network.parameters.first { $0.name == "classifier.weight" }?.shape[0]
    }
    #expect(try features(.stride) == 6 * 2 * 3)  // 7 → 4 → 2, 9 → 5 → 3
    #expect(try features(.maxpool) == 6 * 1 * 2)  // 7 → 3 → 1, 9 → 4 → 2
  }

  @Test func `an image that pooling uses up is refused`() {
    var network = ConvNet()
    network.downsampling = .maxpool
    #expect(throws: ModelError.imageTooSmall(model: "conv", size: 8, blocks: 4)) {
      try network.configure(inputShape: [8, 20, 1], outputs: 5)
    }
  }

  @Test func `inputs of the wrong rank are refused`() {
    var network = ConvNet()
    #expect(throws: ModelError.inputShape(model: "conv", expected: "[height, width, channels]", found: [2])) {
      try network.configure(inputShape: [2], outputs: 5)
    }
    var layers = MLP()
    #expect(throws: ModelError.inputShape(model: "mlp", expected: "[features]", found: [])) {
      try layers.configure(inputShape: [], outputs: 1)
    }
  }

  @Test(arguments: [("", [1, 2]), ("8", [1, 8, 2]), ("8,16,4", [1, 8, 16, 4, 2])])
  func `hidden widths are read from a text`(text: String, widths: [Int]) throws {
    var model = MLP()
    try MLP.hyperparameters.set("hidden", to: text, in: &model)
    try model.configure(inputShape: [1], outputs: 2)
    #expect(model.widths == widths)
  }

  @Test(arguments: ["a", "40,", "40,,40", "0", "-3", "1.5", "70000"])
  func `hidden widths that are none are refused`(text: String) throws {
    var model = MLP()
    try MLP.hyperparameters.set("hidden", to: text, in: &model)
    #expect(throws: ModelError.widths(text: text)) { try model.configure(inputShape: [1], outputs: 2) }
  }

  @Test func `a model without layers traps`() async {
    await #expect(processExitsWith: .failure) { _ = MLP(widths: [3]) }
    await #expect(processExitsWith: .failure) { _ = MLP(widths: [3, 0]) }
  }
}
