import Registry
import Tasks
import TensorCore
import Testing

/// Episodes with several support sets.
@Suite struct SupportsTests {
  static let ids = TaskLawTests.builtIn

  private func prepared(_ id: String) throws -> any TaskDistribution {
    var task = try TaskRegistry.type(of: id).init()
    try task.prepare(source: nil)
    return task
  }

  private func bytes(_ set: LabelledSet) -> [[UInt8]] {
    [set.inputs, set.targets.tensor].map { $0.contiguous.withUnsafeBytes { Array($0) } }
  }

  private func samples(_ set: LabelledSet) -> [[Double]] { (0..<set.inputs.shape[0]).map { set.inputs[$0].doubles } }

  @Test(arguments: ids, Split.allCases)
  func `the first support and the query are those of an episode with one`(id: String, split: Split) throws {
    let task = try prepared(id)
    for index in [0, 5, 1000] {
      let one = try task.episode(index, in: split, seed: 3)
      for supports in 1...4 {
        let several = try task.episode(index, in: split, seed: 3, supports: supports)
        #expect(several.furtherSupports.count == supports - 1)
        #expect(bytes(several.support) == bytes(one.support))
        #expect(bytes(several.query) == bytes(one.query))
      }
    }
  }

  @Test(arguments: ids)
  func `more supports do not change the others`(id: String) throws {
    let task = try prepared(id)
    let (two, four) = (
      try task.episode(1, in: .metaTrain, seed: 0, supports: 2), try task.episode(1, in: .metaTrain, seed: 0, supports: 4)
    )
    #expect(bytes(two.furtherSupports[0]) == bytes(four.furtherSupports[0]))
  }

  @Test(arguments: ids)
  func `supports are different samples of the same outline`(id: String) throws {
    let task = try prepared(id)
    let episode = try task.episode(2, in: .metaTest, seed: 1, supports: 4)
    let sets = [episode.support] + episode.furtherSupports + [episode.query]
    for set in sets.dropLast() {
      #expect(set.inputs.shape == episode.support.inputs.shape && set.inputs.dtype == .float32)
      #expect(set.targets.tensor.shape == episode.support.targets.tensor.shape)
    }
    let all = sets.flatMap(samples)
    #expect(Set(all).count == all.count, "no sample comes twice")
  }

  @Test(arguments: ids)
  func `stacked episodes are the single ones`(id: String) throws {
    let task = try prepared(id)
    let shard = try task.episodes(4..<7, in: .metaTrain, seed: 2, supports: 3)
    #expect(shard.count == 3 && shard.furtherSupports.count == 2 && shard.supports.count == 3)
    for place in 0..<3 {
      let single = try task.episode(4 + place, in: .metaTrain, seed: 2, supports: 3)
      let stacked = shard[task: place]
      let pairs = zip([stacked.support, stacked.query] + stacked.furtherSupports, [single.support, single.query] + single.furtherSupports)
      for (one, other) in pairs { #expect(bytes(one) == bytes(other)) }
    }
    let checked = try task.checkedEpisodes(4..<7, in: .metaTrain, seed: 2, supports: 3)
    #expect(checked.furtherSupports.map(bytes) == shard.furtherSupports.map(bytes))
  }

  @Test(arguments: ["sinusoid", "sinusoid-frequency"])
  func `all supports of a task are of one function`(id: String) throws {
    // Without flips or noise a target is a function of the input: nearby inputs have nearby targets.
    let task = try prepared(id)
    for index in 0..<20 {
      let episode = try task.episode(index, in: .metaTrain, seed: 0, supports: 40)
      let points = ([episode.support] + episode.furtherSupports).flatMap { zip($0.inputs.doubles, $0.targets.tensor.doubles) }
        .sorted { $0.0 < $1.0 }
      // An amplitude of at most 5 and a frequency of at most 1.2 bound the slope by 6. float32 rounding is added.
      for (one, next) in zip(points, points.dropFirst()) { #expect(abs(next.1 - one.1) <= 6 * (next.0 - one.0) + 1e-5) }
    }
  }

  @Test(arguments: 0..<20)
  func `few-shot drawings of a class are different over supports and query`(index: Int) throws {
    let sampler = FewShotSampler(ways: 3, shots: 2, queries: 4, supports: 3)
    func episode(_ sampler: FewShotSampler, drawings: Int) throws -> Episode {
      try sampler.episode(
        from: RandomStream(seed: 0).child(index), split: .metaTrain, classCount: 7, drawings: { _ in drawings }, name: { "class \($0)" },
        itemShape: [1]
      ) { number, drawing, item in item.initialize(repeating: Float(100 * number + drawing)) }
    }
    // Takes ten of ten drawings of each class, so each appears once.
    let found = try episode(sampler, drawings: 10)
    let sets = [found.support] + found.furtherSupports + [found.query]
    #expect(sets.map { $0.inputs.shape[0] } == [6, 6, 6, 12])
    for label in 0..<3 {
      let items = sets.flatMap { set in
        zip(set.inputs.floats, set.targets.tensor.integers).filter { $0.1 == label }.map { Int($0.0) }
      }
      #expect(Set(items.map { $0 / 100 }).count == 1)
      #expect(items.map { $0 % 100 }.sorted() == Array(0..<10))
    }
    #expect(throws: TaskError.self) { try episode(sampler, drawings: 9) }
    #expect(throws: TaskError.tooFewDrawings(required: 10, available: 9, className: "c")) {
      try sampler.validate([(name: "a", drawings: 10), ("b", 12), ("c", 9)], in: .metaTest)
    }
  }

  @Test func `glyphs with too few drawings for the supports are refused`() throws {
    let task = Glyphs()
    // 15 queries and 5 supports of 1 shot use all 20 drawings.
    #expect(try task.episode(0, in: .metaTrain, seed: 0, supports: 5).furtherSupports.count == 4)
    let error = #expect(throws: TaskError.self) { try task.episode(0, in: .metaTrain, seed: 0, supports: 6) }
    guard case .tooFewDrawings(required: 21, available: 20, _) = error else {
      Issue.record("unexpected \(String(describing: error))")
      return
    }
  }

  @Test func `episodes are stacked with as many supports as all of them have`() {
    let task = Sinusoid()
    let (two, three) = (
      task.episode(0, in: .metaTrain, seed: 0, supports: 2), task.episode(1, in: .metaTrain, seed: 0, supports: 3)
    )
    #expect(Episodes([two, three]).supports.count == 2)
  }

  @Test func `a distribution that draws one support set refuses more`() throws {
    let error = TaskError.oneSupport(task: "test-single", required: 2)
    #expect(try Single().episode(0, in: .metaTrain, seed: 0, supports: 1).furtherSupports.isEmpty)
    #expect(try Single().episodes(0..<2, in: .metaTrain, seed: 0, supports: 1).count == 2)
    #expect(throws: error) { try Single().episode(0, in: .metaTrain, seed: 0, supports: 2) }
    #expect(throws: error) { try Single().episodes(0..<2, in: .metaTrain, seed: 0, supports: 2) }
    #expect(throws: error) { try Single().checkedEpisodes(0..<2, in: .metaTrain, seed: 0, supports: 2) }
  }
}

/// A distribution that implements only what the protocol requires.
private struct Single: TaskDistribution {
  static let card = TaskCard(id: "test-single", title: "", citation: "")
  static let hyperparameters = HyperparameterTable<Single>([])
  var splitFingerprint: String { "0" }

  var signature: TaskSignature {
    TaskSignature(inputShape: [1], outputs: 1, taskLoss: .meanSquaredError, supportCount: 1, queryCount: 1, suggestedModel: "mlp")
  }

  func episode(_ index: Int, in split: Split, seed: UInt64) -> Episode {
    let set = LabelledSet(inputs: .ones([1, 1]), targets: .values(.ones([1, 1])))
    return Episode(support: set, query: set)
  }
}
