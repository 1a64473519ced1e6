import Registry
import Tasks
import TensorCore
import Testing

/// Tasks whose numbers of samples differ.
@Suite struct UnevenTasksTests {
  static let ids = ["sinusoid", "sinusoid-frequency", "linear-classification", "glyphs"]

  private func prepared(_ id: String, shots: String) throws -> any TaskDistribution {
    func made<T: TaskDistribution>(_ type: T.Type) throws -> any TaskDistribution {
      var task = T()
      try T.hyperparameters.set("shots", to: shots, in: &task)
      try T.hyperparameters.set("queries", to: "5", in: &task)
      try task.prepare(source: nil)
      return task
    }
    return try made(try TaskRegistry.type(of: id))
  }

  private func bytes(_ tensor: Tensor) -> [UInt8] { tensor.contiguous.withUnsafeBytes { Array($0) } }

  private func samples(_ set: LabelledSet) -> [[Double]] {
    (0..<set.inputs.shape[0]).map { set.inputs[$0].doubles + set.targets.tensor[$0].doubles }
  }

  @Test(arguments: ids)
  func `a task has a drawn number of the samples of the largest task`(id: String) throws {
    let (uneven, full) = (try prepared(id, shots: "1...6"), try prepared(id, shots: "6"))
    #expect(uneven.signature.shots == 1...6 && full.signature.shots == nil)
    #expect(uneven.signature.supportCount == full.signature.supportCount)
    let classes = uneven.signature.supportCount / 6
    let shards = try uneven.checkedShards(0..<60, in: .metaTrain, seed: 5)
    let whole = try full.checkedEpisodes(0..<60, in: .metaTrain, seed: 5)
    var index = 0
    var seen: Set<Int> = []
    for shard in shards {
      #expect(!shard.sets.contains { $0.mask != nil })
      for task in 0..<shard.count {
        let (own, all) = (shard[task: task], whole[task: index])
        let count = own.support.inputs.shape[0] / classes
        seen.insert(count)
        let expected = samples(all.support).enumerated().filter { $0.offset % 6 < count }.map(\.element)
        #expect(samples(own.support) == expected)
        #expect(samples(own.query) == samples(all.query))
        index += 1
      }
    }
    #expect(index == 60 && seen == Set(1...6))
  }

  @Test(arguments: ids)
  func `padding keeps the samples of each task`(id: String) throws {
    let tasks = try prepared(id, shots: "2...5")
    let padded = try tasks.checkedShards(3..<15, in: .metaTest, seed: 1, supports: 2, padding: true)
    #expect(padded.count == 1 && padded[0].count == 12)
    #expect(padded[0].support.inputs.shape[1] == tasks.signature.supportCount)
    let exact = try tasks.checkedShards(3..<15, in: .metaTest, seed: 1, supports: 2)
    let alone = exact.flatMap { shard in (0..<shard.count).map { shard[task: $0] } }
    for (task, expected) in alone.enumerated() {
      let own = padded[0][task: task]
      #expect(samples(own.support) == samples(expected.support))
      #expect(own.furtherSupports.map(samples) == expected.furtherSupports.map(samples))
      let mask = try #require(padded[0].support.mask)
      #expect(mask[task].doubles.reduce(0, +) == Double(expected.support.inputs.shape[0]))
      #expect(mask[task].doubles[0] == 1)
    }
  }

  @Test(arguments: ids)
  func `a task does not depend on the shard that it is drawn in`(id: String) throws {
    let tasks = try prepared(id, shots: "1...4")
    let together = try tasks.checkedShards(0..<8, in: .metaTrain, seed: 2, padding: true)[0]
    for index in 0..<8 {
      let alone = try tasks.checkedShards(index..<index + 1, in: .metaTrain, seed: 2, padding: true)[0]
      #expect(bytes(alone.support.inputs) == bytes(together.support.inputs.slice(index..<index + 1)))
      #expect(alone.support.mask?.doubles == together.support.mask?[index].doubles)
    }
  }

  @Test func `a range of one number is that number`() throws {
    let (range, number) = (try prepared("sinusoid", shots: "4...4"), try prepared("sinusoid", shots: "4"))
    #expect(range.signature == number.signature && range.signature.shots == nil)
  }

  /// Episodes whose sizes the distribution itself chooses.
  private struct Growing: TaskDistribution {
    static let card = TaskCard(id: "test-growing", title: "", citation: "")
    static let hyperparameters = HyperparameterTable<Growing>([])
    var splitFingerprint: String { "0" }
    var signature: TaskSignature {
      TaskSignature(inputShape: [1], outputs: 1, taskLoss: .meanSquaredError, supportCount: 3, queryCount: 2, suggestedModel: "mlp")
    }
    func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
      func set(_ count: Int) throws -> LabelledSet {
        let numbers = try Tensor((0..<count).map { Double(10 * index + $0 + 1) }, shape: [count, 1], dtype: .float32)
        return LabelledSet(inputs: numbers, targets: .values(numbers))
      }
      return Episode(support: try set(index + 1), query: try set(2))
    }
  }

  @Test func `episodes of other sizes are padded to the largest`() throws {
    let shard = try Growing().checkedShards(0..<5, in: .metaTrain, seed: 0, padding: true)
    #expect(shard.count == 1)
    #expect(shard[0].support.inputs.shape == [5, 5, 1])
    #expect(shard[0].query.mask == nil)
    #expect(shard[0].support.mask?[1].doubles == [1, 1, 0, 0, 0])
    #expect(shard[0].support.inputs[1].doubles == [11, 12, 0, 0, 0])
    // At least the size of the signature, so that shards of small tasks have one shape.
    #expect(try Growing().checkedShards(0..<2, in: .metaTrain, seed: 0, padding: true)[0].support.inputs.shape == [2, 3, 1])
    // Episodes of equal size need no padding.
    #expect(try Growing().checkedShards(2..<3, in: .metaTrain, seed: 0, padding: true)[0].support.mask == nil)
  }

  /// Stacked tasks with a mask of its own.
  private struct Masking: TaskDistribution {
    static let card = TaskCard(id: "test-masking", title: "", citation: "")
    static let hyperparameters = HyperparameterTable<Masking>([])
    var splitFingerprint: String { "0" }
    var mask: [Double] = []
    var maskShape: Shape = [2, 3]
    var signature: TaskSignature {
      TaskSignature(inputShape: [1], outputs: 1, taskLoss: .meanSquaredError, supportCount: 3, queryCount: 3, suggestedModel: "mlp")
    }
    func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
      try episodes(index..<index + 1, in: split, seed: seed)[task: 0]
    }
    func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64) throws -> Episodes {
      let numbers = Tensor.ones([2, 3, 1])
      let mask = try Tensor(mask, shape: maskShape, dtype: .float32)
      return Episodes(
        support: LabelledSet(inputs: numbers, targets: .padded(.values(numbers), mask: mask)),
        query: LabelledSet(inputs: numbers, targets: .values(numbers)))
    }
  }

  @Test(
    arguments: [
      ([1, 1, 0, 1, 0, 0], [2, 3], true), ([1, 1, 1, 1, 1, 1], [2, 3], true), ([0, 1, 1, 1, 1, 1], [2, 3], false),
      ([1, 1, 1, 0, 1, 1], [2, 3], false), ([1, 2, 1, 1, 1, 1], [2, 3], false), ([1, 1, 1, 1, 1, 1], [3, 2], false),
      ([1, .nan, 1, 1, 1, 1], [2, 3], false),
    ] as [([Double], Shape, Bool)])
  func `a mask of one's own is checked`(mask: [Double], shape: Shape, isSound: Bool) throws {
    var tasks = Masking()
    (tasks.mask, tasks.maskShape) = (mask, shape)
    if isSound {
      #expect(try tasks.checkedShards(0..<2, in: .metaTrain, seed: 0, padding: true)[0].support.mask?.doubles == mask)
    } else {
      let error = #expect(throws: TaskError.self) { try tasks.checkedShards(0..<2, in: .metaTrain, seed: 0, padding: true) }
      let fault = EpisodeFault.mask(expected: [2, 3], found: shape, type: .float32)
      #expect(error == .episode(task: "test-masking", index: 0, set: "support", fault: fault))
    }
  }
}
