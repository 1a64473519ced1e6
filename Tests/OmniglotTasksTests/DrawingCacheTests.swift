import OmniglotTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct DrawingCacheTests {
  private let drawings = OmniglotDrawings(
    characters: [
      .init(name: "A/character01", isEvaluation: false, first: 0, count: 2),
      .init(name: "B/character01", isEvaluation: true, first: 2, count: 1),
    ],
    ink: (0..<3 * 784).map { UInt8($0 % 226) }, digest: String(repeating: "ab", count: 32))
  private let identity = String(repeating: "0123", count: 16)

  @Test(
    arguments: [
      (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/swift-metalearning"),
      (["XDG_CACHE_HOME": "x", "HOME": "/h"], "/h/.cache/swift-metalearning"),
      (["HOME": "/h"], "/h/.cache/swift-metalearning"),
      ([:], nil),
    ] as [([String: String], String?)])
  func `the folder follows the XDG specification`(environment: [String: String], folder: String?) {
    #expect(CheckedCache.standardFolder(in: { environment[$0] }) == folder)
  }

  @Test func `what was kept comes back`() throws {
    try withTemporaryFolder { folder in
      let cache = DrawingCache(folder: "\(folder)/made/on/demand")
      #expect(cache.drawings(of: identity) == nil)
      #expect(cache.keep(drawings, of: identity))
      #expect(cache.drawings(of: identity) == drawings)
      #expect(fileNames(in: "\(folder)/made/on/demand") == ["omniglot-0123012301230123.cache"])
    }
  }

  @Test func `temporary files of a killed process are removed, and no others`() throws {
    try withTemporaryFolder { folder in
      let cache = DrawingCache(folder: folder)
      cache.keep(drawings, of: identity)
      let others = ["omniglot-0123012301230123.cache", "omniglot-mine.cache.4711-0.tmp", "omniglot-0123012301230123.cache.tmp"]
      for name in others.dropFirst() + ["omniglot-0123012301230123.cache.4711-0.tmp", "omniglot-ffffffffffffffff.cache.4711-3.tmp"] {
        try [1].write(to: "\(folder)/\(name)")
      }
      #expect(cache.drawings(of: identity) == drawings)
      #expect(fileNames(in: folder) == others.sorted())
    }
  }

  @Test func `drawings of another source are not taken`() throws {
    try withTemporaryFolder { folder in
      let cache = DrawingCache(folder: folder)
      cache.keep(drawings, of: identity)
      // Another identity that maps to the same file name.
      #expect(cache.drawings(of: String(identity.prefix(20)) + String(repeating: "f", count: 44)) == nil)
    }
  }

  @Test func `a truncated or changed file is passed over`() throws {
    try withTemporaryFolder { folder in
      let cache = DrawingCache(folder: folder)
      cache.keep(drawings, of: identity)
      let path = try #require(cache.path(of: identity))
      let bytes = try AtomicFile.read(path)
      for count in Array(0..<300) + [bytes.count - 1] {
        try Array(bytes[..<count]).write(to: path)
        #expect(cache.drawings(of: identity) == nil)
      }
      for index in stride(from: 0, to: bytes.count, by: 7) {
        var changed = bytes
        changed[index] ^= 4
        try changed.write(to: path)
        #expect(cache.drawings(of: identity) == nil, "byte \(index)")
      }
      try bytes.write(to: path)
      #expect(cache.drawings(of: identity) == drawings)
    }
  }

  @Test func `a home that cannot be written, or none, is done without`() throws {
    #expect(DrawingCache(folder: nil).drawings(of: identity) == nil)
    #expect(!DrawingCache(folder: nil).keep(drawings, of: identity))
    try withTemporaryFolder { folder in
      // There is a file in place of the folder, so even root cannot write there.
      try [1, 2, 3].write(to: "\(folder)/file")
      let cache = DrawingCache(folder: "\(folder)/file/cache")
      #expect(!cache.keep(drawings, of: identity))
      try SyntheticOmniglot().writeArchives(to: folder)
      var task = Omniglot.small
      try task.prepare(source: folder, cache: cache)
      #expect(task.classes(in: .metaTest).count == 3)
    }
  }

  @Test func `a task loads the same from its cache, and anew when the data change`() throws {
    try withTemporaryFolder { folder in
      var data = SyntheticOmniglot()
      try data.writeArchives(to: folder)
      let cache = DrawingCache(folder: "\(folder)/cache")
      var cold = Omniglot.small
      try cold.prepare(source: folder, cache: cache)
      let identity = try OmniglotSource(folder: folder).identity()
      #expect(cache.drawings(of: identity) != nil)
      var warm = Omniglot.small
      try warm.prepare(source: folder, cache: cache)
      #expect(warm.dataDigest == cold.dataDigest && warm.splitFingerprint == cold.splitFingerprint)
      #expect(
        try warm.episode(0, in: .metaTrain, seed: 0).query.inputs.floats == cold.episode(0, in: .metaTrain, seed: 0).query.inputs.floats)

      try [0, 0].write(to: try #require(cache.path(of: identity)))
      try warm.prepare(source: folder, cache: cache)
      #expect(cache.drawings(of: identity) != nil, "a damaged cache is built anew")

      data.members["images_evaluation/Test/character01/0001_05.png"] = png(width: 105, height: 105) { x, _ in x < 9 }
      try data.writeArchives(to: folder)
      try warm.prepare(source: folder, cache: cache)
      #expect(warm.dataDigest != cold.dataDigest)
    }
  }
}

extension [UInt8] {
  fileprivate func write(to path: String) throws { try writeFile(self, to: path) }
}
