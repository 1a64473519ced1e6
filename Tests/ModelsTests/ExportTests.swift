import Models
import TensorCore
import Testing
import _TestSupport

/// Export and import of parameters in PyTorch's names and layouts.
@Suite struct ExportTests {
  private static let network: ConvNet = {
    var model = ConvNet()
    model.blocks = 1
    model.hidden = 2
    model.head = .flatten
    do { try model.configure(inputShape: [4, 6, 3], outputs: 5) } catch { Issue.record(error) }
    return model
  }()

  private static let parameters = network.initialParameters(from: RandomStream(seed: 1), dtype: .float64)

  private func counting(_ shape: Shape) -> Tensor { tensorOf((0..<shape.elementCount).map(Double.init), shape) }

  @Test func `a linear weight is stored outputs first`() {
    let stored = ParameterLayout.linear.exported(counting([2, 3]), rank: 2)
    #expect(stored.shape == [3, 2])
    #expect(stored.doubles == [0, 3, 1, 4, 2, 5])
  }

  @Test func `a filter is stored outputs, inputs, rows, columns`() {
    let memory = counting([3, 2, 4, 5])
    let stored = ParameterLayout.convolution.exported(memory, rank: 4)
    #expect(stored.shape == [5, 4, 3, 2])
    for (row, column, input, output) in [(0, 0, 0, 0), (2, 1, 3, 4), (1, 0, 2, 3), (0, 1, 1, 2)] {
      #expect(stored[output][input][row][column].scalar == memory[row][column][input][output].scalar)
    }
  }

  @Test func `a linear layer on an image is stored in the order of channel, row, column`() {
    let layout = ParameterLayout.linearOnImage(height: 2, width: 3, channels: 4)
    let memory = counting([24, 5])
    let stored = layout.exported(memory, rank: 2)
    #expect(stored.shape == [5, 24])
    for (row, column, channel, output) in [(0, 0, 0, 0), (1, 2, 3, 4), (1, 0, 2, 3), (0, 1, 1, 2)] {
      let place = (row * 3 + column) * 4 + channel
      #expect(stored[output][(channel * 2 + row) * 3 + column].scalar == memory[place][output].scalar)
    }
  }

  static let layouts: [(ParameterLayout, Shape)] = [
    (.same, [4]), (.linear, [2, 3]), (.convolution, [3, 2, 4, 5]), (.convolutionOverTime, [3, 4, 5]),
    (.linearOnImage(height: 2, width: 3, channels: 4), [24, 5]),
  ]

  @Test(arguments: layouts)
  func `import undoes export, with and without a task axis`(layout: ParameterLayout, shape: Shape) {
    let one = counting(shape)
    #expect(layout.exported(one, rank: shape.rank).shape == layout.fileShape(shape))
    expectClose(layout.imported(layout.exported(one, rank: shape.rank), rank: shape.rank), one, tolerance: 0)
    let many = counting(shape.inserting(2, at: 0))
    let stored = layout.exported(many, rank: shape.rank)
    expectClose(stored[1], layout.exported(many[1], rank: shape.rank), tolerance: 0)
    expectClose(layout.imported(stored, rank: shape.rank), many, tolerance: 0)
  }

  @Test func `a model's parameters survive a round trip under their names`() throws {
    let stored = Self.network.exported(Self.parameters)
    #expect(stored["features.0.conv.weight"]?.shape == [2, 3, 3, 3])
    #expect(stored["classifier.weight"]?.shape == [5, 2 * 2 * 3])
    let back = try Self.network.imported(stored)
    #expect(back.names == Self.parameters.names)
    for (found, expected) in zip(back.leaves, Self.parameters.leaves) { expectClose(found, expected, tolerance: 0) }
  }

  @Test func `a missing parameter is refused`() {
    var stored = Self.network.exported(Self.parameters)
    stored["features.0.norm.bias"] = nil
    #expect(throws: ModelError.missingParameter(name: "features.0.norm.bias")) { try Self.network.imported(stored) }
  }

  @Test func `an unknown parameter is refused`() {
    var stored = Self.network.exported(Self.parameters)
    stored["features.9.norm.bias"] = .zeros([2])
    #expect(throws: ModelError.unexpectedParameter(name: "features.9.norm.bias")) { try Self.network.imported(stored) }
  }

  @Test func `a parameter of another shape is refused`() {
    var stored = Self.network.exported(Self.parameters)
    stored["classifier.weight"] = .zeros([12, 5])
    #expect(throws: ModelError.parameterShape(name: "classifier.weight", expected: [5, 12], found: [12, 5])) {
      try Self.network.imported(stored)
    }
  }

  @Test func `labels are no parameters`() throws {
    var stored = Self.network.exported(Self.parameters)
    stored["classifier.bias"] = try Tensor([1, 2, 3, 4, 5] as [Int], shape: [5])
    #expect(throws: ModelError.parameterShape(name: "classifier.bias", expected: [5], found: [5])) {
      try Self.network.imported(stored)
    }
  }
}
