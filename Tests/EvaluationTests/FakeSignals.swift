import Registry
import Tasks
import TensorCore

/// Random signals of three classes, [13 time steps, 2 channels].
struct FakeSignals: TaskDistribution {
  static let card = TaskCard(id: "fake-signals", title: "for tests", citation: "none")
  static let hyperparameters = HyperparameterTable<FakeSignals>([])

  init() {}

  var signature: TaskSignature {
    TaskSignature(
      inputShape: [13, 2], outputs: 3, taskLoss: .crossEntropy, supportCount: 3, queryCount: 6, suggestedModel: "conv1d",
      inputKind: .signal)
  }

  var splitFingerprint: String { SplitFingerprint.digest(classesOf: self) }
  func classes(in split: Split) -> [String] { [] }

  func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    var stream = stream(index, in: split, seed: seed)
    func set(_ count: Int) throws -> LabelledSet {
      let numbers = (0..<count * 26).map { _ in stream.uniform(-1...1) }
      return LabelledSet(
        inputs: try Tensor(numbers, shape: [count, 13, 2], dtype: .float32),
        targets: .classes(try Tensor((0..<count).map { $0 % 3 }, shape: [count]), ways: 3))
    }
    return Episode(support: try set(3), query: try set(6))
  }
}
