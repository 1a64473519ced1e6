import Models
import TensorCore
import Testing
import _TestSupport

/// The network over time against a plain implementation of its definition.
@Suite struct SignalConvNetTests {
  private func network(_ head: ConvNet.Head, kernel: Int = 5, activation: Activation = .relu) throws -> SignalConvNet {
    var model = SignalConvNet()
    (model.blocks, model.hidden, model.head, model.kernel, model.activation) = (2, 3, head, kernel, activation)
    try model.configure(inputShape: [9, 2], outputs: 4)
    return model
  }

  /// One block on the signals of a task, [sample][time][channel].
  private func block(
    _ signals: [[[Double]]], _ weight: Tensor, scale: [Double], offset: [Double], kernel: Int, activation: Activation
  ) -> [[[Double]]] {
    let (time, outputs, inputs) = (signals[0].count, scale.count, signals[0][0].count)
    let filter = weight.doubles
    let convolved = signals.map { signal in
      stride(from: 0, to: time, by: 2).map { position in
        (0..<outputs).map { output in
          (0..<kernel).reduce(0.0) { sum, tap in
            let place = position + tap - kernel / 2
            guard signal.indices.contains(place) else { return sum }
            return (0..<inputs).reduce(sum) { $0 + signal[place][$1] * filter[(tap * inputs + $1) * outputs + output] }
          }
        }
      }
    }
    func normalised(_ channel: Int, _ value: Double) -> Double {
      let all = convolved.flatMap { $0.map { $0[channel] } }
      let mean = all.reduce(0, +) / Double(all.count)
      let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
      return scale[channel] * (value - mean) / (variance + 1e-5).squareRoot() + offset[channel]
    }
    return convolved.map { $0.map { $0.enumerated().map { max(normalised($0, $1), activation == .relu ? 0 : -.infinity) } } }
  }

  @Test(arguments: ConvNet.Head.allCases, [3, 5, 7])
  func `it is its blocks and a linear classifier`(head: ConvNet.Head, kernel: Int) throws {
    let model = try network(head, kernel: kernel)
    let parameters = randomParameters(model, tasks: 2)
    let input = random([2, 4, 9, 2], "signals")
    let found = model.outputs(input, parameters)
    #expect(found.shape == [2, 4, 4])
    for task in 0..<2 {
      func leaf(_ name: String) -> Tensor { parameters[name][task] }
      var signals = (0..<4).map { sample in (0..<9).map { input[task][sample][$0].doubles } }
      for number in 0..<2 {
        signals = block(
          signals, leaf("features.\(number).conv.weight"), scale: leaf("features.\(number).norm.weight").doubles,
          offset: leaf("features.\(number).norm.bias").doubles, kernel: kernel, activation: .relu)
      }
      // 9 time steps, then 5, then 3.
      #expect(signals[0].count == 3)
      let features = signals.map { signal in
        head == .flatten ? signal.flatMap(\.self) : (0..<3).map { channel in signal.reduce(0) { $0 + $1[channel] } / 3 }
      }
      let expected = referenceLinear(features, leaf("classifier.weight"), leaf("classifier.bias"))
      expectClose(found[task].doubles, expected.flatMap(\.self), tolerance: 1e-12)
    }
  }

  @Test func `normalisation by a mask gives the samples what they get alone`() throws {
    let model = try network(.mean)
    let parameters = randomParameters(model, tasks: 2)
    let input = random([2, 5, 9, 2], "signals")
    let mask = tensorOf([1, 1, 1, 0, 0, 1, 1, 1, 0, 0], [2, 5])
    let masked = model.outputs(input, parameters, normalisation: .samples(mask)).sliced(0..<3, along: 1)
    expectClose(masked, model.outputs(input.sliced(0..<3, along: 1), parameters), tolerance: 1e-12)
    #expect(model.outputs(input, parameters).sliced(0..<3, along: 1).doubles != masked.doubles)
  }

  @Test(arguments: [[9], [9, 2, 1], [0, 2]] as [Shape])
  func `other inputs are refused`(shape: Shape) {
    var model = SignalConvNet()
    let error = ModelError.inputShape(model: "conv1d", expected: "[time, channels]", found: shape)
    #expect(throws: error) { try model.configure(inputShape: shape, outputs: 2) }
  }

  @Test func `an even kernel is refused`() {
    var model = SignalConvNet()
    model.kernel = 4
    #expect(throws: ModelError.evenKernel(4)) { try model.configure(inputShape: [9, 2], outputs: 2) }
  }
}
