import Registry
import Tasks
import TensorCore
import Testing

@Suite struct DisjointEpisodesTests {
  private func glyphs(_ classes: Int, _ change: (inout Glyphs) -> Void = { _ in }) throws -> Glyphs {
    var tasks = Glyphs()
    tasks.testClasses = classes
    change(&tasks)
    try tasks.prepare(source: nil)
    return tasks
  }

  private func images(_ episode: Episode) -> [[Float]] {
    [episode.support, episode.query].flatMap { set in
      (0..<set.inputs.shape[0]).map { set.inputs[$0].floats }
    }
  }

  /// All disjoint episodes.
  private func all(_ tasks: some DisjointEpisodes, seed: UInt64 = 0) throws -> [Episode] {
    var episodes: [Episode] = []
    while let episode = try tasks.disjointEpisode(episodes.count, in: .metaTest, seed: seed) {
      episodes.append(episode)
    }
    return episodes
  }

  /// A class of 20 drawings has one episode of 1 + 15 drawings, and five of 1 + 3.
  @Test(arguments: [(23, 15, 4), (23, 3, 23), (7, 3, 7), (6, 5, 3), (5, 15, 1)])
  func `there are as many episodes as the drawings allow, and none shares one`(
    classes: Int, queries: Int, expected: Int
  ) throws {
    let episodes = try all(glyphs(classes) { $0.queries = queries })
    #expect(episodes.count == expected)
    let seen = episodes.flatMap(images)
    #expect(seen.count == expected * 5 * (1 + queries) && Set(seen).count == seen.count)
    for episode in episodes {
      #expect(episode.support.targets.tensor.integers == [0, 1, 2, 3, 4])
      #expect(episode.query.inputs.shape == [5 * queries, 28, 28, 1])
    }
  }

  @Test func `an episode depends on its index and the seed alone`() throws {
    let tasks = try glyphs(23) { $0.queries = 3 }
    let first = try all(tasks)
    let last = try #require(try tasks.disjointEpisode(22, in: .metaTest, seed: 0))
    #expect(images(last) == images(first[22]))
    #expect(try tasks.disjointEpisode(23, in: .metaTest, seed: 0) == nil)
    let other = try #require(try tasks.disjointEpisode(0, in: .metaTest, seed: 1))
    #expect(images(other) != images(first[0]))
    // Ordinary episodes stay as they are.
    #expect(try images(tasks.episode(0, in: .metaTest, seed: 0)) != images(first[0]))
  }

  @Test func `each class comes up, with every label`() throws {
    var labels: Set<[Float]> = []
    for seed in 0..<40 as Range<UInt64> {
      let tasks = try glyphs(5) { $0.drawings = 16 }
      let episode = try #require(try tasks.disjointEpisode(0, in: .metaTest, seed: seed))
      labels.insert(episode.support.inputs[0].floats)
    }
    // Sixteen drawings of five classes are the first support sample by turns.
    #expect(labels.count > 20)
  }

  @Test func `turned classes share the drawings of the upright one`() throws {
    let tasks = Turned()
    var seen: Set<Int> = []
    var turned = 0
    var count = 0
    while let episode = try tasks.disjointEpisode(count, in: .metaTest, seed: 0) {
      for item in images(episode).map({ Int($0[0]) }) {
        #expect(seen.insert(item % 1000).inserted)
        turned += item / 1000
      }
      count += 1
    }
    // Three classes of four drawings, two of which an episode takes: each takes part twice.
    #expect(count == 3 && seen.count == 12 && turned > 0)
  }

  @Test func `a distribution that does not draw by the sampler has none`() throws {
    #expect(try Foreign().disjointEpisode(0, in: .metaTest, seed: 0) == nil)
  }
}

/// Three classes of four drawings, also turned three times; an item is 1000 · turn + 100 · class + drawing.
private struct Turned: PictureTask {
  static let card = TaskCard(id: "turned", title: "for tests", citation: "none")
  static let hyperparameters = HyperparameterTable<Turned>([])

  var pictures: PictureFormat { PictureFormat(drawingsOfSide: 1) }
  var signature: TaskSignature {
    TaskSignature(
      inputShape: [1], outputs: 2, taskLoss: .crossEntropy, supportCount: 2, queryCount: 2,
      suggestedModel: "mlp")
  }
  var splitFingerprint: String { "" }

  func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    try FewShotSampler(ways: 2, shots: 1, queries: 1).episode(
      from: stream(index, in: split, seed: seed), split: split, classCount: 12,
      drawings: { _ in 4 }, name: { "\($0)" }, itemShape: [1],
      turns: 4
    ) { number, drawing, item in
      item.initialize(repeating: Float(1000 * (number / 3) + 100 * (number % 3) + drawing))
    }
  }
}

/// Pictures without the sampler.
private struct Foreign: PictureTask {
  static let card = TaskCard(id: "foreign", title: "for tests", citation: "none")
  static let hyperparameters = HyperparameterTable<Foreign>([])

  var pictures: PictureFormat { PictureFormat(drawingsOfSide: 1) }
  var signature: TaskSignature { Turned().signature }
  var splitFingerprint: String { "" }

  func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    let labels = Targets.classes(try Tensor([0, 1], shape: [2]), ways: 2)
    let set = LabelledSet(inputs: try Tensor([Float(index), 1], shape: [2, 1]), targets: labels)
    return Episode(support: set, query: set)
  }
}
