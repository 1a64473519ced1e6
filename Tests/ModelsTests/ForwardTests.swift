import Models
import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The models' outputs against plain implementations of their definitions.
@Suite struct ForwardTests {
  private static let tolerance = 1e-12  // float64 with another order of summation

  @Test(arguments: [[3, 2], [3, 4, 2], [3, 4, 5, 2]], Activation.allCases)
  func `an MLP is linear layers with an activation between them`(widths: [Int], activation: Activation) {
    let model = MLP(widths: widths, activation: activation)
    let parameters = randomParameters(model, tasks: 2)
    let input = random([2, 6, 3], "input")
    let found = model.outputs(input, parameters)
    for task in 0..<2 {
      var rows = (0..<6).map { input[task][$0].doubles }
      for layer in 0..<(widths.count - 1) {
        rows = referenceLinear(rows, parameters["layers.\(layer).weight"][task], parameters["layers.\(layer).bias"][task])
        if layer < widths.count - 2 { rows = rows.map { $0.map { activation == .relu ? max($0, 0) : tanh($0) } } }
      }
      expectClose(found[task].doubles, rows.flatMap(\.self), tolerance: Self.tolerance)
    }
  }

  @Test(arguments: Activation.allCases)
  func `batch norm of an MLP stands between a hidden layer and its activation`(activation: Activation) {
    var model = MLP(widths: [3, 4, 5, 2], activation: activation)
    #expect(!model.usesBatchStatistics)
    model.norm = .batch
    #expect(model.usesBatchStatistics)
    #expect(model.layers.map(\.norm?.scale) == ["norms.0.weight", "norms.1.weight", nil])
    let parameters = randomParameters(model, tasks: 2)
    let input = random([2, 6, 3], "input")
    for counted in [6, 4] {
      let found = model.outputs(input, parameters, normalisation: counted == 6 ? .wholeBatch : .leading(counted))
      for task in 0..<2 {
        var rows = (0..<6).map { input[task][$0].doubles }
        for layer in 0..<3 {
          // Batch norm subtracts the bias of a hidden layer again.
          rows = referenceLinear(rows, parameters["layers.\(layer).weight"][task], parameters["layers.\(layer).bias"][task])
          guard layer < 2 else { continue }
          let width = rows[0].count
          let normalised = ReferenceImages(tensorOf(rows.flatMap(\.self), [6, 1, 1, width]))
            .normalised(scale: parameters["norms.\(layer).weight"][task], offset: parameters["norms.\(layer).bias"][task], rows: counted)
            .mapped { activation == .relu ? max($0, 0) : tanh($0) }
          rows = (0..<6).map { row in (0..<width).map { normalised[row, 0, 0, $0] } }
        }
        expectClose(found[task].doubles, rows.flatMap(\.self), tolerance: Self.tolerance)
      }
    }
    // Without a hidden layer, there is nothing to normalise.
    var linear = MLP(widths: [3, 2])
    linear.norm = .batch
    #expect(!linear.usesBatchStatistics && linear.parameters.count == 2)
  }

  @Test func `logistic regression is one linear layer`() throws {
    var model = LogisticRegression()
    try model.configure(inputShape: [2], outputs: 1)
    let parameters = randomParameters(model, tasks: 1)
    let input = random([1, 5, 2], "input")
    let expected = referenceLinear(
      (0..<5).map { input[0][$0].doubles }, parameters["layers.0.weight"][0], parameters["layers.0.bias"][0])
    expectClose(model.outputs(input, parameters)[0].doubles, expected.flatMap(\.self), tolerance: Self.tolerance)
    #expect(!model.usesBatchStatistics)
  }

  @Test(arguments: ConvNet.Downsampling.allCases, ConvNet.Head.allCases)
  func `a convolutional network is its blocks and a linear classifier`(downsampling: ConvNet.Downsampling, head: ConvNet.Head) throws {
    // The sizes are odd: a stride rounds up, pooling rounds down.
    let model = try network(downsampling, head, [7, 6, 2])
    let parameters = randomParameters(model, tasks: 2)
    let input = random([2, 4, 7, 6, 2], "images")
    for rows in [4, 3] {
      let found = model.outputs(input, parameters, normalisation: rows == 4 ? .wholeBatch : .leading(rows))
      for task in 0..<2 {
        let expected = reference(model, input[task], parameters.map { $0[task] }, rows: rows)
        expectClose(found[task].doubles, expected.flatMap(\.self), tolerance: Self.tolerance)
      }
    }
    #expect(model.usesBatchStatistics)
  }

  @Test(arguments: ConvNet.Downsampling.allCases)
  func `normalisation by leading rows gives them what they get alone`(downsampling: ConvNet.Downsampling) throws {
    let model = try network(downsampling, .mean, [6, 6, 1])
    let parameters = randomParameters(model, tasks: 2)
    let input = random([2, 5, 6, 6, 1], "images")
    let together = model.outputs(input, parameters, normalisation: .leading(3)).sliced(0..<3, along: 1)
    let alone = model.outputs(input.sliced(0..<3, along: 1), parameters)
    expectClose(together, alone, tolerance: Self.tolerance)
    #expect(model.outputs(input, parameters).sliced(0..<3, along: 1).doubles != together.doubles)
  }

  @Test func `parameters broadcast over tasks give what copies of them give`() throws {
    let model = try network(.stride, .mean, [6, 6, 1])
    let one = randomParameters(model, tasks: 1).map { $0[0] }
    let input = random([3, 2, 6, 6, 1], "images")
    let shared = model.outputs(input, one.map { $0.expanded(over: 3) })
    let copied = model.outputs(input, one.map { $0.expanded(over: 3).contiguous })
    expectClose(shared, copied, tolerance: Self.tolerance)
  }

  @Test func `an image enters an MLP as one vector`() throws {
    var model = MLP()
    try model.configure(inputShape: [3, 2, 1], outputs: 4)
    #expect(model.widths == [6, 40, 40, 4])
    let parameters = randomParameters(model, tasks: 1)
    let images = random([1, 2, 3, 2, 1], "images")
    expectClose(
      model.outputs(images, parameters), model.outputs(images.reshaped([1, 2, 6]), parameters), tolerance: 0)
  }

  private func network(_ downsampling: ConvNet.Downsampling, _ head: ConvNet.Head, _ shape: Shape) throws -> ConvNet {
    var model = ConvNet()
    model.blocks = 2
    model.hidden = 3
    model.downsampling = downsampling
    model.head = head
    try model.configure(inputShape: shape, outputs: 3)
    return model
  }

  private func reference(_ model: ConvNet, _ input: Tensor, _ parameters: ParameterTree<Tensor>, rows: Int) -> [[Double]] {
    var images = ReferenceImages(input)
    for block in 0..<model.blocks {
      let part = parameters.subtree("features.\(block)")
      images =
        images
        .convolved(part["conv.weight"], bias: part["conv.bias"], stride: model.downsampling == .stride ? 2 : 1)
        .normalised(scale: part["norm.weight"], offset: part["norm.bias"], rows: rows)
        .mapped { max($0, 0) }
      if model.downsampling == .maxpool { images = images.pooled() }
    }
    let features = model.head == .mean ? images.averaged() : images.flattened()
    return referenceLinear(features, parameters["classifier.weight"], parameters["classifier.bias"])
  }
}
