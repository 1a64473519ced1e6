import OmniglotTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The Omniglot data in the shared folder; nil if they are missing.
private let realData: String? = {
  guard let path = sharedFolder.map({ $0 + "/data/omniglot" }) else { return nil }
  return access(path + "/images_background.zip", R_OK) == 0 ? path : nil
}()

@Suite(.enabled(if: realData != nil)) struct RealOmniglotTests {
  /// The drawings, read once for all tests.
  private static let drawings = Result { try OmniglotDrawings(reading: OmniglotSource(folder: realData)) }

  /// The digest, computed from the archives by another program (Python's zipfile and hashlib).
  static let digest = "0eb61ab6868108176bebc90d94ca2387b4957e83fb16ecb727ce3bb9180a1493"

  @Test func `counts and digest`() throws {
    let drawings = try Self.drawings.get()
    #expect(drawings.characters.count { !$0.isEvaluation } == 964)
    #expect(drawings.characters.count { $0.isEvaluation } == 659)
    #expect(drawings.characters.allSatisfy { $0.count == 20 })
    #expect(drawings.ink.count == 32_460 * 784)
    #expect(Set(drawings.characters.map(\.alphabet)).count == 50)
    #expect(drawings.digest == Self.digest)
  }

  /// Strokes cover a few per cent of the paper.
  @Test func `ink is 1 on paper 0`() throws {
    let ink = try Self.drawings.get().ink
    let mean = Double(ink.reduce(0) { $0 + Int($1) }) / Double(ink.count) / 225
    #expect((0.03...0.15).contains(mean))
    #expect(ink.max() == 225)
  }

  @Test func `the splits have the published sizes`() throws {
    let characters = try Self.drawings.get().characters
    let vinyals = try OmniglotSplit.vinyals.partition(characters)
    #expect(Split.allCases.map { vinyals[$0]?.count } == [1028, 172, 423])
    let halves = try OmniglotSplit.backgroundEvaluation.partition(characters)
    #expect(Split.allCases.map { halves[$0]?.count } == [806, 158, 659])
    for parts in [vinyals, halves] {
      #expect(parts.values.flatMap(\.self).sorted() == Array(0..<1623))
    }
  }

  @Test(arguments: Swift.zip(Split.allCases, ["train", "val", "test"]))
  func `the embedded lists are the published ones`(split: Split, file: String) throws {
    let path = try #require(realData) + "/splits-vinyals/\(file).txt"
    let published = String(decoding: try AtomicFile.read(path), as: UTF8.self).split(separator: "\n").map(String.init)
    #expect(VinyalsSplit.classes(in: split).sorted() == published.sorted())
  }

  @Test func `the task loads, and again from the cache`() throws {
    try withTemporaryFolder { folder in
      let cache = DrawingCache(folder: folder)
      let identity = try OmniglotSource(folder: realData).identity()
      let drawings = try Self.drawings.get()
      #expect(cache.keep(drawings, of: identity))
      #expect(cache.drawings(of: identity) == drawings)
      var task = Omniglot()
      try task.prepare(source: realData, cache: cache)
      #expect(task.dataDigest == Self.digest)
      #expect(Split.allCases.map { task.classes(in: $0).count } == [4112, 172, 423])
      #expect(Set(Split.allCases.flatMap { task.classes(in: $0) }).count == 4112 + 172 + 423)
      let episode = try task.episode(0, in: .metaTest, seed: 0)
      #expect(episode.query.inputs.shape == [75, 28, 28, 1])
    }
  }

  // The 2016 paper reports 41.7% for nearest neighbours on pixels. 60 episodes have a standard error of about 1.5%.
  @Test func `nearest neighbours on pixels do as published`() throws {
    let drawings = try Self.drawings.get()
    try withTemporaryFolder { folder in
      let cache = DrawingCache(folder: folder)
      cache.keep(drawings, of: try OmniglotSource(folder: realData).identity())
      var task = Omniglot()
      try task.prepare(source: realData, cache: cache)
      var hits = 0
      for index in 0..<60 {
        let episode = try task.episode(index, in: .metaTest, seed: 0)
        let support = (0..<5).map { episode.support.inputs[$0].floats }
        for (item, label) in episode.query.targets.tensor.integers.enumerated() {
          let pixels = episode.query.inputs[item].floats
          let distances = support.map { Swift.zip($0, pixels).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
          if distances.indices.min(by: { distances[$0] < distances[$1] }) == label { hits += 1 }
        }
      }
      #expect((0.36...0.49).contains(Double(hits) / (60 * 75)))
    }
  }
}
