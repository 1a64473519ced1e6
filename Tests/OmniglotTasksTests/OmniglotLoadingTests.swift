import OmniglotTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct OmniglotLoadingTests {
  static let noCache = DrawingCache(folder: nil)

  private func load(_ data: SyntheticOmniglot = SyntheticOmniglot()) throws -> Omniglot {
    try withTemporaryFolder { folder in
      try data.writeArchives(to: folder)
      var task = Omniglot.small
      try task.prepare(source: folder, cache: Self.noCache)
      return task
    }
  }

  @Test func `the halves are divided, and turned in meta-training`() throws {
    var task = try load()
    #expect(task.classes(in: .metaTrain).count == 12 * 4)
    #expect(task.classes(in: .metaTrain).prefix(2) == ["Alphabet1/character01", "Alphabet1/character02"])
    #expect(task.classes(in: .metaTrain).last == "Alphabet7/character02@270")
    #expect(task.classes(in: .metaValidation) == ["Alphabet6/character01", "Alphabet6/character02"])
    #expect(task.classes(in: .metaTest) == ["Test/character01", "Test/character02", "Test/character03"])
    let fingerprint = task.splitFingerprint
    task.testRotations = true
    #expect(task.classes(in: .metaTest).count == 12)
    #expect(task.splitFingerprint != fingerprint)
    task.trainRotations = false
    #expect(task.classes(in: .metaTrain).count == 12)
  }

  /// The distinct pictures of 200 episodes, regardless of their places.
  private func pictures(_ task: Omniglot, _ split: Split) throws -> Set<[Float]> {
    var seen: Set<[Float]> = []
    for index in 0..<200 {
      let episode = try task.episode(index, in: split, seed: 0)
      for set in [episode.support, episode.query] {
        for item in 0..<set.inputs.shape[0] { seen.insert(set.inputs[item].floats) }
      }
    }
    return seen
  }

  @Test func `every drawing comes up, and nothing else`() throws {
    let data = SyntheticOmniglot()
    let task = try load(data)
    var decoder = DrawingDecoder()
    func decoded(_ names: [String]) throws -> Set<[Float]> {
      var pictures: Set<[Float]> = []
      for name in names {
        var ink = [UInt8](repeating: 0, count: 784)
        try ink.withUnsafeMutableBufferPointer { try decoder.decode(data.members[name] ?? [], member: name, into: $0) }
        pictures.insert(ink.map { Float($0) / 225 })
      }
      return pictures
    }
    #expect(try pictures(task, .metaTest) == decoded(data.names(in: "images_evaluation")))
    let training = data.names(in: "images_background").filter { !$0.contains("Alphabet6") }
    func turned(_ picture: [Float]) -> [Float] { (0..<784).map { picture[$0 % 28 * 28 + 27 - $0 / 28] } }
    var expected = try decoded(training)
    for _ in 0..<3 { expected.formUnion(expected.map(turned)) }
    #expect(expected.count == 4 * training.count)
    #expect(try pictures(task, .metaTrain) == expected)
  }

  @Test func `archives and unpacked folders have the same content`() throws {
    let data = SyntheticOmniglot()
    try withTemporaryFolder { archives in
      try withTemporaryFolder { folders in
        try data.writeArchives(to: archives)
        try data.writeFolders(to: folders)
        let first = try OmniglotDrawings(reading: OmniglotSource(folder: archives))
        let second = try OmniglotDrawings(reading: OmniglotSource(folder: folders))
        #expect(first == second)
        #expect(first.characters.count == 17 && first.ink.count == 68 * 784)
        #expect(try OmniglotSource(folder: archives).identity() != OmniglotSource(folder: folders).identity())
      }
    }
  }

  @Test func `the digest is of names and bytes`() throws {
    let data = SyntheticOmniglot()
    func digest(_ data: SyntheticOmniglot) throws -> String? { try load(data).dataDigest }
    let whole = try digest(data)
    var renamed = data
    renamed.members["images_evaluation/Test/character03/0001_05.png"] =
      renamed.members.removeValue(forKey: "images_evaluation/Test/character03/0001_04.png")
    #expect(try digest(renamed) != whole)
    var hash = SHA256()
    for name in data.members.keys.sorted() {
      let bytes = data.members[name] ?? []
      hash.update(field: name)
      hash.update(UInt64(bytes.count))
      bytes.withUnsafeBytes { hash.update($0) }
    }
    #expect(whole == hexadecimal(hash.finish()))
  }

  @Test func `what file managers leave in archives is passed over`() throws {
    var data = SyntheticOmniglot()
    let digest = try load(data).dataDigest
    for name in ["images_evaluation/.DS_Store", "images_evaluation/Test/._0001.png", "images_evaluation/Test/readme.txt"] {
      data.members[name] = [1, 2, 3]
    }
    #expect(try load(data).dataDigest == digest)
  }

  @Test func `more ways than classes, more shots than drawings`() throws {
    try withTemporaryFolder { folder in
      try SyntheticOmniglot().writeArchives(to: folder)
      var task = Omniglot.small
      task.ways = 49
      #expect(throws: TaskError.tooFewClasses(required: 49, available: 48, split: .metaTrain)) {
        try task.prepare(source: folder, cache: Self.noCache)
      }
      task.ways = 3
      #expect(throws: TaskError.tooFewClasses(required: 3, available: 2, split: .metaValidation)) {
        try task.prepare(source: folder, cache: Self.noCache)
      }
      task.ways = 2
      task.shots = 3
      #expect(throws: TaskError.tooFewDrawings(required: 5, available: 4, className: "Alphabet1/character01")) {
        try task.prepare(source: folder, cache: Self.noCache)
      }
    }
  }

  @Test func `an episode before the data, or after the split was changed, is an error`() throws {
    #expect(throws: TaskError.notPrepared(task: "omniglot")) { try Omniglot().episode(0, in: .metaTrain, seed: 0) }
    var task = try load()
    task.split = .vinyals
    #expect(throws: TaskError.notPrepared(task: "omniglot")) { try task.episode(0, in: .metaTrain, seed: 0) }
  }

  @Test func `the Vinyals split wants all its classes`() throws {
    try withTemporaryFolder { folder in
      try SyntheticOmniglot().writeArchives(to: folder)
      var task = Omniglot()
      #expect(throws: OmniglotError.missingClasses(count: 1623, first: "Alphabet_of_the_Magi/character01")) {
        try task.prepare(source: folder, cache: Self.noCache)
      }
    }
  }

  @Test func `episodes are functions of seed, split and index, class-major and balanced`() throws {
    let task = try load()
    let episode = try task.episode(1, in: .metaTrain, seed: 4)
    #expect(try task.episode(1, in: .metaTrain, seed: 4).query.inputs.floats == episode.query.inputs.floats)
    #expect(try task.episode(2, in: .metaTrain, seed: 4).query.inputs.floats != episode.query.inputs.floats)
    #expect(try task.episode(1, in: .metaTrain, seed: 5).query.inputs.floats != episode.query.inputs.floats)
    #expect(episode.support.inputs.shape == [2, 28, 28, 1] && episode.query.inputs.shape == [4, 28, 28, 1])
    #expect(episode.support.targets.tensor.integers == [0, 1])
    #expect(episode.query.targets.tensor.integers == [0, 0, 1, 1])
  }
}
