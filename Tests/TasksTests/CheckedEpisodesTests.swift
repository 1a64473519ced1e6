import Registry
import Tasks
import TensorCore
import Testing

/// Episodes that a third party's distribution may draw by mistake.
@Suite struct CheckedEpisodesTests {
  private func expectFault(
    _ fault: EpisodeFault, index: Int = 5, set: String = "query", _ tasks: Mistaken, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let expected = TaskError.episode(task: "test-mistaken", index: index, set: set, fault: fault)
    #expect(throws: expected, sourceLocation: sourceLocation) { try tasks.checkedEpisodes(4..<7, in: .metaTrain, seed: 0) }
    // A distribution that stacks by itself is checked likewise.
    var stacking = tasks
    stacking.stacks = true
    #expect(throws: expected, sourceLocation: sourceLocation) { try stacking.checkedEpisodes(4..<7, in: .metaTrain, seed: 0) }
  }

  @Test func `a sound episode passes`() throws {
    for loss in [TaskLoss.meanSquaredError, .crossEntropy, .binaryCrossEntropy] {
      #expect(try Mistaken(loss: loss).checkedEpisodes(4..<7, in: .metaTrain, seed: 0).count == 3)
    }
  }

  @Test(arguments: [3, 100, -1])
  func `labels outside of the ways`(label: Int) {
    expectFault(.label(sample: 1, found: label, ways: 3), Mistaken(loss: .crossEntropy, label: label))
  }

  @Test(arguments: [-1, 0.5, 2])
  func `binary targets other than 0 and 1`(target: Double) {
    expectFault(.binaryTarget(sample: 1, found: target), Mistaken(loss: .binaryCrossEntropy, target: target))
  }

  @Test func `targets of the wrong kind, type or shape`() {
    expectFault(.targetKind(expected: .classes), index: 4, set: "support", Mistaken(loss: .crossEntropy, targetLoss: .meanSquaredError))
    expectFault(.targetKind(expected: .values), index: 4, set: "support", Mistaken(loss: .meanSquaredError, targetLoss: .crossEntropy))
    let tasks = Mistaken(loss: .meanSquaredError, isFlat: true)
    let error = #expect(throws: TaskError.self) { try tasks.checkedEpisodes(0..<2, in: .metaTrain, seed: 0) }
    #expect(
      error
        == .episode(
          task: "test-mistaken", index: 0, set: "support",
          fault: .targets(expected: [2, 1], expectedType: .float32, found: [2], foundType: .float32)))
    #expect("\(TaskError.notFinite(task: "x", index: 1))".contains("episode 1 of x"))
  }

  @Test func `inputs of the wrong type, and no samples`() {
    func fault(_ tasks: Mistaken) -> EpisodeFault? {
      do {
        _ = try tasks.checkedEpisodes(0..<2, in: .metaTrain, seed: 0)
      } catch TaskError.episode(_, _, "support", let fault) {
        return fault
      } catch {
        Issue.record(error)
      }
      return nil
    }
    #expect(
      fault(Mistaken(loss: .meanSquaredError, inputType: .float64)) == .inputs(expected: [1], found: [2, 1], type: .float64))
    #expect(fault(Mistaken(loss: .meanSquaredError, supportCount: { _ in 0 })) == .noSamples)
  }

  @Test func `episodes of other shapes start a shard`() throws {
    let tasks = Mistaken(loss: .meanSquaredError, supportCount: { $0 / 2 + 1 })
    let shards = try tasks.checkedShards(1..<7, in: .metaTrain, seed: 0)
    #expect(shards.map(\.count) == [1, 2, 2, 1])
    #expect(shards.map { $0.support.inputs.shape } == [[1, 1, 1], [2, 2, 1], [2, 3, 1], [1, 4, 1]])
    #expect(throws: TaskError.differentShapes(task: "test-mistaken", index: 2)) {
      try tasks.checkedEpisodes(1..<7, in: .metaTrain, seed: 0)
    }
  }
}

/// A distribution with one mistake, in sample 1 of the query of episode 5 unless it concerns every set.
private struct Mistaken: TaskDistribution {
  static let card = TaskCard(id: "test-mistaken", title: "", citation: "")
  static let hyperparameters = HyperparameterTable<Mistaken>([])
  var splitFingerprint: String { "0" }

  var loss = TaskLoss.meanSquaredError
  var targetLoss: TaskLoss?
  var label: Int?
  var target: Double?
  var inputType = DType.float32
  var isFlat = false
  var supportCount: @Sendable (_ index: Int) -> Int = { _ in 2 }
  var stacks = false

  init() {}
  init(
    loss: TaskLoss, targetLoss: TaskLoss? = nil, label: Int? = nil, target: Double? = nil, inputType: DType = .float32,
    isFlat: Bool = false,
    supportCount: @escaping @Sendable (_ index: Int) -> Int = { _ in 2 }
  ) {
    (self.loss, self.targetLoss, self.label, self.target) = (loss, targetLoss, label, target)
    (self.inputType, self.isFlat, self.supportCount) = (inputType, isFlat, supportCount)
  }

  var signature: TaskSignature {
    TaskSignature(
      inputShape: [1], outputs: loss.targets == .classes ? 3 : 1, taskLoss: loss, supportCount: 2, queryCount: 2, suggestedModel: "mlp")
  }

  private func set(_ count: Int, isMistaken: Bool) throws -> LabelledSet {
    let inputs = Tensor.ones([count, 1], inputType)
    if (targetLoss ?? loss).targets == .classes {
      let labels = (0..<count).map { $0 == 1 && isMistaken ? label ?? 1 : $0 % 3 }
      return LabelledSet(inputs: inputs, targets: .classes(try Tensor(labels, shape: [count]), ways: 3))
    }
    let numbers = (0..<count).map { $0 == 1 && isMistaken ? target ?? 1 : Double($0 % 2) }
    return LabelledSet(inputs: inputs, targets: .values(try Tensor(numbers, shape: isFlat ? [count] : [count, 1], dtype: .float32)))
  }

  func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    Episode(support: try set(supportCount(index), isMistaken: false), query: try set(2, isMistaken: index == 5))
  }

  func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64, supports: Int) throws -> Episodes {
    stacks
      ? Episodes(try indices.map { try episode($0, in: split, seed: seed) })
      : try episodes(indices, in: split, seed: seed)
  }
}
