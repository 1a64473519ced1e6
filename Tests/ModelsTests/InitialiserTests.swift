import Models
import TensorCore
import Testing
import _TestSupport

@Suite struct InitialiserTests {
  private let stream = RandomStream(seed: 3).child("weights")
  private let shape: Shape = [40, 50]

  struct Family: Sendable {
    let initialiser: Initialiser
    let bound: Double
    let deviation: Double
  }

  /// A uniform distribution in ±b has deviation b/√3; a normal distribution cut at two deviations has deviation 0.8796.
  static let families = [
    Family(initialiser: .pytorch(fanIn: 25), bound: 0.2, deviation: 0.2 / 1.7320508),
    Family(initialiser: .glorot(fanIn: 40, fanOut: 56), bound: 0.25, deviation: 0.25 / 1.7320508),
    Family(initialiser: .truncatedNormal(deviation: 0.01), bound: 0.02, deviation: 0.008796),
  ]

  @Test(arguments: families)
  func `numbers fill the range and have the deviation of the family`(_ family: Family) {
    let values = family.initialiser.tensor(shape, from: stream, dtype: .float64).doubles
    let extreme = values.map(abs).max() ?? 0
    #expect(extreme <= family.bound)
    #expect(extreme > 0.97 * family.bound)
    let mean = values.reduce(0, +) / Double(values.count)
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    // Of 2000 draws, the mean has a standard error of 2.2% of the deviation, the deviation of less than 1.6%. Four standard errors pass.
    #expect(abs(mean) < 0.09 * family.deviation)
    #expect(abs(deviation / family.deviation - 1) < 0.065)
  }

  @Test(arguments: families)
  func `the same stream gives the same numbers, another one others`(_ family: Family) {
    let first = family.initialiser.tensor(shape, from: stream, dtype: .float32)
    #expect(first.floats == family.initialiser.tensor(shape, from: stream, dtype: .float32).floats)
    #expect(first.floats != family.initialiser.tensor(shape, from: RandomStream(seed: 4), dtype: .float32).floats)
    // Single precision is double precision, rounded.
    #expect(first.floats == family.initialiser.tensor(shape, from: stream, dtype: .float64).doubles.map(Float.init))
  }

  @Test func `zeros and ones`() {
    #expect(Initialiser.zeros.tensor([3], from: stream, dtype: .float64).doubles == [0, 0, 0])
    #expect(Initialiser.ones.tensor([3], from: stream, dtype: .float32).doubles == [1, 1, 1])
  }

  @Test func `weights and biases of the three families`() {
    func initialisers(_ family: WeightInitialisation) -> [Initialiser] {
      MLP(widths: [3, 4], initialisation: family).parameters.map(\.initialiser)
    }
    #expect(initialisers(.pytorch) == [.pytorch(fanIn: 3), .pytorch(fanIn: 3)])
    #expect(initialisers(.glorot) == [.glorot(fanIn: 3, fanOut: 4), .zeros])
    #expect(initialisers(.truncatedNormal) == [.truncatedNormal(deviation: 0.01), .zeros])
  }

  @Test func `fans of a convolution count the filter's positions`() throws {
    var model = ConvNet()
    model.blocks = 2
    model.hidden = 8
    try model.configure(inputShape: [8, 8, 3], outputs: 5)
    let initialisers = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.initialiser) })
    #expect(initialisers["features.0.conv.weight"] == .glorot(fanIn: 27, fanOut: 72))
    #expect(initialisers["features.1.conv.weight"] == .glorot(fanIn: 72, fanOut: 72))
    #expect(initialisers["features.0.norm.weight"] == .ones)
    #expect(initialisers["features.0.norm.bias"] == .zeros)
    #expect(initialisers["classifier.weight"] == .glorot(fanIn: 8, fanOut: 5))
  }

  @Test func `a parameter's start depends on its name and not on its neighbours`() {
    let small = MLP(widths: [1, 40, 1]).initialParameters(from: stream)
    let large = MLP(widths: [1, 40, 40, 1]).initialParameters(from: stream)
    #expect(small["layers.0.weight"].floats == large["layers.0.weight"].floats)
    #expect(large["layers.0.weight"].floats != large["layers.0.bias"].floats)
    #expect(small.names == ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"])
  }
}
