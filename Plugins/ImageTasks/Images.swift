public import Registry
public import Tasks
import Synchronization
import TensorCore

/// Few-shot classification of images from a folder of the user's own, with a subfolder for each class.
///
/// Images become squares of one size, `[size, size, channels]`, with black 0 and white 1. ``Picture`` says how files are decoded, and
/// ``ImageDivision`` how classes are divided into splits. Decoded images are cached in the user's cache folder.
public struct Images: TaskDistribution {
  public static let card = TaskCard(
    id: "images", title: "images in a folder of your own, a subfolder for each class", citation: "your data: --data images=DIR",
    needsData: true)

  /// What happens to a file that cannot be decoded.
  public enum Unreadable: String, Sendable, Hashable, CaseIterable {
    /// The task is not loaded.
    case error
    /// The file is left out, and a note names it.
    case skip
  }

  /// The number of channels.
  public enum Channels: String, Sendable, Hashable, CaseIterable {
    /// Grey.
    case one = "1"
    /// Red, green and blue.
    case three = "3"

    /// The number.
    public var count: Int { self == .one ? 1 : 3 }
  }

  public static let hyperparameters =
    settings + .nested("augment", \.augment, ImageAugmentation.hyperparameters)
    + .nested("domains", \.domains, ImageDomains.hyperparameters)

  private static let settings = HyperparameterTable<Images>([
    .integer("ways", \.ways, in: 2...100_000, "Classes of an episode."),
    .count("shots", \.shots, least: \.leastShots, in: 1...100_000, "Support images of a class."),
    .integer("queries", \.queries, in: 1...100_000, "Query images of a class."),
    .integer("size", \.size, in: 4...1024, "Height and width to which images are reduced, in pixels."),
    .choice("channels", \.channels, "1 for grey images, 3 for colours."),
    .choice("fit", \.fit, "Whether an oblong image is cropped to its centre, or padded with white."),
    .choice("split", \.division.way, "How classes are divided: folders train, val, test; lists train.txt, val.txt, test.txt; a shuffle."),
    .text("lists", \.division.lists, "Folder of train.txt, val.txt and test.txt, a class on each line (default: the images' folder)."),
    .integer("splitSeed", \.division.seed, in: 0...(.max), "Random seed of the shuffle of classes."),
    .real("validationShare", \.division.validationShare, in: 0...1, "Share of the classes for meta-validation after a shuffle."),
    .real("testShare", \.division.testShare, in: 0...1, "Share of the classes for meta-test after a shuffle."),
    .choice("unreadable", \.unreadable, "Whether an image that cannot be decoded is an error, or is left out with a note."),
    .boolean("trainRotations", \.trainRotations, "Whether images turned by 90, 180, 270 degrees are more classes in meta-training."),
    .boolean("testRotations", \.testRotations, "The same for meta-validation and meta-test."),
  ])

  /// Classes per episode, N.
  public var ways = 5
  /// Support images per class, K.
  public var shots = 1
  /// Fewest of them, if a number is drawn for each task; nil if all have ``shots``.
  public var leastShots: Int?
  /// Query images per class.
  public var queries = 15
  /// Height and width of an image in pixels.
  public var size = 28
  /// Grey or coloured images.
  public var channels = Channels.one
  /// What happens to a picture that is not square.
  package var fit = Picture.Fit.crop
  /// The division of the classes into splits.
  package var division = ImageDivision()
  /// What happens to a file that cannot be decoded.
  public var unreadable = Unreadable.error
  /// Whether images turned by 90°, 180° and 270° are classes of their own in meta-training.
  public var trainRotations = false
  /// The same for meta-validation and meta-test.
  public var testRotations = false
  /// Random changes of the images in meta-training.
  public var augment = ImageAugmentation()
  /// The domains of the images in meta-training and in meta-test.
  public var domains = ImageDomains()

  private var loaded: Loaded?

  private struct Loaded: Sendable {
    let digest: String
    let skipped: [ImageCollection.Skipped]
    let pools: [Split: ImagePool]
    /// The settings under which the data were loaded.
    let decoding: ImageDecoding
    let division: ImageDivision
  }

  public init() {}

  private var decoding: ImageDecoding {
    ImageDecoding(side: size, channels: channels.count, fit: fit, skipsUnreadable: unreadable == .skip)
  }

  public mutating func prepare(source: String?) throws {
    try prepare(source: source) { folder, identity, decoding in
      // A comparison prepares the same images for every algorithm: all share one copy.
      if let (kept, images) = Self.latest.withLock({ $0 }), kept == identity { return images }
      let images = try Self.load(folder, identity, decoding, cache: ImageCollection.standardCache)
      Self.latest.withLock { $0 = (identity, images) }
      return images
    }
  }

  /// The identity and content of the images that were loaded last.
  private static let latest = Mutex<(identity: String, images: ImageCollection)?>(nil)

  /// Loads the images, from the cache if it has them.
  ///
  /// - Throws: `TaskError`, `FileError` or ``ImageTaskError``.
  package mutating func prepare(source: String?, cache: CheckedCache) throws {
    try prepare(source: source) { folder, identity, decoding in try Self.load(folder, identity, decoding, cache: cache) }
  }

  private static func load(
    _ folder: ImageFolder, _ identity: String, _ decoding: ImageDecoding, cache: CheckedCache
  ) throws(ImageTaskError) -> ImageCollection {
    if let kept = ImageCollection(cachedIn: cache, identity: identity, decoding) { return kept }
    let images = try ImageCollection(reading: folder, decoding)
    images.keep(in: cache, identity: identity)
    return images
  }

  private mutating func prepare(
    source: String?, _ load: (ImageFolder, _ identity: String, ImageDecoding) throws -> ImageCollection
  ) throws {
    let folder = try ImageFolder(source)
    // Decoding may take minutes, so what the names of the files tell is checked before.
    _ = try parts(folder.classes.map { ImageClass(name: $0.name, first: 0, count: $0.files.count) }, of: folder)
    let collection = try load(folder, folder.identity(decoding), decoding)
    loaded = Loaded(
      digest: collection.digest, skipped: collection.skipped,
      pools: try parts(collection.classes, of: folder).mapValues { ImagePool(images: collection.images, classes: $0) },
      decoding: decoding, division: division)
  }

  /// The classes of each split, which are enough for the ways, with images enough for shots and queries.
  private func parts(_ classes: [ImageClass], of folder: ImageFolder) throws -> [Split: [ImageClass]] {
    let parts = try division.partition(classes, of: folder.path)
    guard classes.count >= 3 * ways || trainRotations || testRotations else {
      throw ImageTaskError.tooFewClasses(path: folder.path, found: classes.count, ways: ways)
    }
    let sampler = FewShotSampler(ways: ways, shots: shots, queries: queries)
    for split in Split.allCases {
      let (own, turns) = (parts[split] ?? [], turns(in: split))
      let turned = (0..<turns).flatMap { _ in own.map { (name: $0.name, drawings: $0.count) } }
      guard turned.count >= ways else {
        let missing = (ways - turned.count + turns - 1) / turns
        throw ImageTaskError.smallSplit(
          path: folder.path, split: split, found: turned.count, ways: ways,
          advice: division.advice(for: split, of: classes, missing: missing, in: folder.path))
      }
      try sampler.validate(turned, in: split)
    }
    return parts
  }

  public var signature: TaskSignature {
    TaskSignature(
      inputShape: [size, size, channels.count], outputs: ways, taskLoss: .crossEntropy, supportCount: ways * shots,
      queryCount: ways * queries, suggestedModel: "conv", inputKind: .image,
      shots: leastShots.map { $0...shots })
  }

  public var splitFingerprint: String { SplitFingerprint.digest(classesOf: self) }

  public var dataDigest: String? { loaded?.digest }

  /// The number and the names of the files that were left out, and domains of meta-test that are also for meta-training.
  public var notes: [String] {
    guard let skipped = loaded?.skipped, !skipped.isEmpty else { return domains.notes }
    let names = skipped.map { "\(legible($0.path, limit: nil)) (\(legible($0.reason)))" }
    return ["\(skipped.count) \(skipped.count == 1 ? "image is" : "images are") left out: \(names.joined(separator: ", "))."]
      + domains.notes
  }

  /// The paths of the classes' folders, with the suffix "@90", "@180" or "@270" if turned.
  public func classes(in split: Split) -> [String] { summaries(in: split).map(\.name) }

  public func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    try episode(index, in: split, seed: seed, supports: 1)
  }

  public func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) throws -> Episode {
    guard let pool = pool(of: split) else { throw TaskError.notPrepared(task: Self.card.id) }
    return try pool.episode(
      FewShotSampler(ways: ways, shots: shots, queries: queries, supports: supports), from: stream(index, in: split, seed: seed),
      split: split, turns: turns(in: split), augmentation: split == .metaTrain ? augment : nil, domains: domains[split])
  }

  private func turns(in split: Split) -> Int { (split == .metaTrain ? trainRotations : testRotations) ? 4 : 1 }

  /// The classes of a split; nil before the data are loaded, or if the settings have changed since.
  private func pool(of split: Split) -> ImagePool? {
    guard let loaded, loaded.decoding == decoding, loaded.division == division else { return nil }
    return loaded.pools[split]
  }

  private func summaries(in split: Split) -> [(name: String, drawings: Int)] {
    pool(of: split)?.summaries(turns: turns(in: split)) ?? []
  }
}

#if objectFormat(ELF)
@section("task_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__tasks") @used
#endif
private let record: RegistryRecord = (
  version: 1, accessor: { $0.initializeMemory(as: (any TaskDistribution.Type).self, to: Images.self) }
)
