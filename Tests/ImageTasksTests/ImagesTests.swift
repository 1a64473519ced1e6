import Algorithms
import ImageTasks
import Models
import Tasks
import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Episodes, their cache, and training on them.
@Suite struct ImagesTests {
  private func withImages(_ body: (_ folder: String) throws -> Void) throws {
    try withTemporaryFolder { root in
      let folder = "\(resolved(root))/images"
      _ = mkdir(folder, 0o700)
      try SyntheticImages(SyntheticImages.letters).write(to: folder)
      try body(folder)
    }
  }

  private func load(_ folder: String, cache: CheckedCache = noCache, _ change: (inout Images) -> Void = { _ in }) throws -> Images {
    var task = Images.small
    change(&task)
    try task.prepare(source: folder, cache: cache)
    return task
  }

  @Test func `every image of a split comes up, and nothing else`() throws {
    try withImages { folder in
      let task = try load(folder)
      let names = task.classes(in: .metaTrain)
      let numbers = names.flatMap { name in (0..<4).map { 4 * (SyntheticImages.letters.firstIndex(of: name) ?? -1) + $0 } }
      var seen: Set<[Float]> = []
      for index in 0..<300 {
        let episode = try task.episode(index, in: .metaTrain, seed: 0)
        #expect(episode.support.inputs.shape == [2, 8, 8, 1] && episode.query.inputs.shape == [4, 8, 8, 1])
        #expect(episode.support.targets.tensor.integers == [0, 1] && episode.query.targets.tensor.integers == [0, 0, 1, 1])
        for set in [episode.support, episode.query] {
          for item in 0..<set.inputs.shape[0] { seen.insert(set.inputs[item].floats) }
        }
      }
      let expected = numbers.map { number in (0..<64).map { Float(($0 % 8 < 4 ? 128 : 0) + number % 128) / 255 } }
      #expect(seen == Set(expected))
    }
  }

  @Test func `an episode before the data, or after a setting was changed, is an error`() throws {
    #expect(throws: TaskError.notPrepared(task: "images")) { try Images().episode(0, in: .metaTrain, seed: 0) }
    try withImages { folder in
      var task = try load(folder)
      task.size = 9
      #expect(throws: TaskError.notPrepared(task: "images")) { try task.episode(0, in: .metaTrain, seed: 0) }
      task.size = 8
      task.division.seed = 1
      #expect(throws: TaskError.notPrepared(task: "images")) { try task.episode(0, in: .metaTrain, seed: 0) }
    }
  }

  @Test func `the cache gives the same images, and is passed over when it is damaged or out of date`() throws {
    try withImages { folder in
      let cache = ImageCollection.cache(in: "\(folder)/../cache")
      let decoding = ImageDecoding(side: 8, channels: 1, fit: .crop, skipsUnreadable: false)
      let source = try ImageFolder(folder)
      let images = try ImageCollection(reading: source, decoding)
      let identity = source.identity(decoding)
      #expect(ImageCollection(cachedIn: cache, identity: identity, decoding) == nil)
      let cold = try load(folder, cache: cache)
      #expect(ImageCollection(cachedIn: cache, identity: identity, decoding) == images)
      let path = try #require(cache.path(of: identity))
      #expect(fileNames(in: "\(folder)/../cache") == ["images-\(identity.prefix(16)).cache"])

      // A cache that another program changed in a well-formed way shows that it is read.
      let marked = StoredImages(side: 8, channels: 1, one: 255, bytes: [UInt8](repeating: 255, count: images.images.bytes.count))
      #expect(images.replacing(marked).keep(in: cache, identity: identity))
      #expect(try load(folder, cache: cache).episode(0, in: .metaTest, seed: 0).query.inputs.floats.allSatisfy { $0 == 1 })

      images.keep(in: cache, identity: identity)
      let bytes = try AtomicFile.read(path)
      for index in stride(from: 0, to: bytes.count, by: 97) {
        var changed = bytes
        changed[index] ^= 8
        try writeFile(changed, to: path)
        #expect(ImageCollection(cachedIn: cache, identity: identity, decoding) == nil, "byte \(index)")
      }
      let warm = try load(folder, cache: cache)
      #expect(warm.dataDigest == cold.dataDigest)
      #expect(try AtomicFile.read(path) == bytes, "a damaged file is written anew")

      // Other settings and other files are other images.
      #expect(source.identity(.init(side: 8, channels: 3, fit: .crop, skipsUnreadable: false)) != identity)
      #expect(source.identity(.init(side: 8, channels: 1, fit: .pad, skipsUnreadable: false)) != identity)
      try writeFile(SyntheticImages.picture(77) + [0], to: "\(folder)/a/1.png")
      #expect(try ImageFolder(folder).identity(decoding) != identity)
      #expect(try load(folder, cache: cache).dataDigest != cold.dataDigest)
    }
  }

  /// Meta-trains on augmented episodes.
  private func trainer(_ task: Images, threads: Int = 1, from snapshot: TrainingSnapshot? = nil) throws -> MetaTrainer {
    var model = ConvNet()
    (model.hidden, model.blocks) = (4, 2)
    try model.configure(inputShape: task.signature.inputShape, outputs: task.signature.outputs)
    let learner = Learner(model: model, taskLoss: .crossEntropy)
    var configuration = TrainingConfiguration()
    configuration.iterations = 6
    configuration.metaBatchSize = 4
    configuration.shardSize = 2
    configuration.threads = threads
    guard let snapshot else { return try MetaTrainer(MAML(), learner, tasks: task, configuration) }
    return try MetaTrainer(resuming: snapshot, MAML(), learner, tasks: task, configuration)
  }

  @Test(arguments: [Images.Channels.one, .three])
  func `augmented training gives the same bits for two threads and across a resume`(channels: Images.Channels) throws {
    try withImages { folder in
      let task = try load(folder) {
        $0.channels = channels
        ($0.augment.flip, $0.augment.shift, $0.augment.noise, $0.augment.contrast) = (.both, 2, 0.05, 0.3)
      }
      var whole = try trainer(task)
      for _ in 0..<6 { _ = try whole.step() }
      var threaded = try trainer(task, threads: 2)
      for _ in 0..<6 { _ = try threaded.step() }
      var first = try trainer(task)
      for _ in 0..<2 { _ = try first.step() }
      var second = try trainer(task, from: first.snapshot)
      for _ in 0..<4 { _ = try second.step() }
      func bits(_ trainer: MetaTrainer) -> [String: [Double]] { trainer.snapshot.tensors.mapValues(\.doubles) }
      #expect(bits(threaded) == bits(whole))
      #expect(bits(second) == bits(whole))
      var plain = try trainer(try load(folder) { $0.channels = channels })
      for _ in 0..<6 { _ = try plain.step() }
      #expect(bits(plain) != bits(whole))
    }
  }
}
