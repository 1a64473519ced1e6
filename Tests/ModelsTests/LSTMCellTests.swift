import Autograd
import Models
import TensorCore
import Testing

/// The recurrent cell of learned update rules.
@Suite struct LSTMCellTests {
  /// Multiples of i/8 − 1 for i = 0, 1, and so on up to 16, then again from 0.
  private static func numbers(_ shape: Shape, _ factor: Double) throws -> Tensor {
    try Tensor((0..<shape.elementCount).map { (Double($0 % 17) / 8 - 1) * factor }, shape: shape)
  }

  /// Values of `torch.nn.LSTMCell(2, 2)` are the same sums: computed here scalar by scalar from the equations, gate by gate.
  @Test func `two steps agree with the equations written out`() throws {
    let cell = LSTMCell("cell", inputs: 2, width: 2)
    #expect(cell.parameters.map(\.shape) == [[2, 8], [2, 8], [8]])
    let own = ParameterTree([
      ("cell.weight_ih", try Self.numbers([2, 8], 0.9)), ("cell.weight_hh", try Self.numbers([2, 8], -0.7)),
      ("cell.bias", try Self.numbers([8], 0.5)),
    ])
    let inputs = [[0.3, -1.2], [0.8, 0.1]]
    var state = cell.start(tasks: 1, sequences: 1, dtype: .float64)
    for input in inputs {
      state = cell(
        Variable(constant: try Tensor(input, shape: [1, 1, 2])), state, own.map { Variable(constant: $0.expanded(over: 1).contiguous) })
    }
    func sigmoid(_ x: Double) -> Double { Tensor(x, dtype: .float64).map(.sigmoid).scalar }
    func tanh(_ x: Double) -> Double { Tensor(x, dtype: .float64).map(.tanh).scalar }
    let (into, back, bias) = (own["cell.weight_ih"].doubles, own["cell.weight_hh"].doubles, own["cell.bias"].doubles)
    var (hidden, memory) = ([0.0, 0.0], [0.0, 0.0])
    for input in inputs {
      let sums = (0..<8).map { bias[$0] + input[0] * into[$0] + input[1] * into[8 + $0] + hidden[0] * back[$0] + hidden[1] * back[8 + $0] }
      // The gates i, f, g and o, of two units each.
      memory = (0..<2).map { sigmoid(sums[2 + $0]) * memory[$0] + sigmoid(sums[$0]) * tanh(sums[4 + $0]) }
      hidden = (0..<2).map { sigmoid(sums[6 + $0]) * tanh(memory[$0]) }
    }
    for (found, expected) in zip(state.hidden.value.doubles + state.cell.value.doubles, hidden + memory) {
      #expect(abs(found - expected) < 1e-14)
    }
  }
}
