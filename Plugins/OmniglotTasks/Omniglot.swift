public import Registry
public import Tasks
import TensorCore

/// Few-shot classification of handwritten characters: fifty alphabets, 20 drawings of each character by different people.
///
/// Drawings of 105 × 105 pixels are averaged over boxes to `[28, 28, 1]`, ink 1 on paper 0. In meta-training, each character turned by
/// 90°, 180° and 270° is also a class of its own.
///
/// `prepare(source:)` or the environment variable OMNIGLOT_DIR gives the data folder. It holds images_background.zip and
/// images_evaluation.zip, or the folders that they unpack to. Decoded drawings are cached in the user's cache folder. Reading the
/// archives takes 1.1 s of processor time, the cache 0.1 s: user time of the whole command `tools run chance --task omniglot
/// --iterations 1` with two test episodes on one core of a server, release build, the files in the system's cache, median of three.
/// - SeeAlso: Lake et al., Science 2015, <https://doi.org/10.1126/science.aab3050>;
///   Vinyals et al., NIPS 2016, <https://arxiv.org/abs/1606.04080>; Santoro et al., ICML 2016 (the rotations).
public struct Omniglot: TaskDistribution {
  public static let card = TaskCard(
    id: "omniglot", title: "handwritten characters of fifty alphabets, 28×28 pixels",
    citation: "Lake et al., Science 2015, https://github.com/brendenlake/omniglot", needsData: true)

  public static let hyperparameters =
    HyperparameterTable<Omniglot>([
      .integer("ways", \.ways, in: 2...100_000, "Classes of an episode."),
      .count("shots", \.shots, least: \.leastShots, in: 1...100_000, "Support drawings of a class."),
      .integer("queries", \.queries, in: 1...100_000, "Query drawings of a class."),
      .choice("split", \.split, "Which characters are for meta-training, meta-validation and meta-test."),
      .boolean("trainRotations", \.trainRotations, "Whether rotated characters are additional classes in meta-training."),
      .boolean("testRotations", \.testRotations, "Whether turned characters are classes too in meta-validation and meta-test."),
    ]) + .nested("augment", \.augment, ImageAugmentation.hyperparameters)
    + .nested("domains", \.domains, ImageDomains.hyperparameters)

  /// Classes per episode, N.
  public var ways = 5
  /// Support drawings per class, K.
  public var shots = 1
  /// Fewest of them, if a number is drawn for each task; nil if all have ``shots``.
  public var leastShots: Int?
  /// Query drawings per class.
  public var queries = 15
  /// The division of the characters into splits.
  public var split = OmniglotSplit.vinyals
  /// Whether characters turned by 90°, 180° and 270° are classes of their own in meta-training.
  public var trainRotations = true
  /// The same for meta-validation and meta-test.
  public var testRotations = false
  /// Random changes of the drawings in meta-training.
  public var augment = ImageAugmentation()
  /// The domains of the drawings in meta-training and in meta-test.
  public var domains = ImageDomains()

  private var loaded: Loaded?

  private struct Loaded: Sendable {
    let digest: String
    let split: OmniglotSplit
    let pools: [Split: ImagePool]
  }

  public init() {}

  public mutating func prepare(source: String?) throws {
    try prepare(source: source, cache: .standard)
  }

  /// Loads the data, from the cache if it has them.
  ///
  /// - Throws: `TaskError` or ``OmniglotError``.
  package mutating func prepare(source: String?, cache: DrawingCache) throws {
    let source = try OmniglotSource(folder: source)
    let identity = try source.identity()
    let kept = cache.drawings(of: identity)
    let drawings = try kept ?? OmniglotDrawings(reading: source)
    let pools = try split.partition(drawings.characters).mapValues { drawings.pool(of: $0) }
    loaded = Loaded(digest: drawings.digest, split: split, pools: pools)
    if kept == nil { cache.keep(drawings, of: identity) }
    let sampler = FewShotSampler(ways: ways, shots: shots, queries: queries)
    for split in Split.allCases {
      try sampler.validate(characters(in: split), in: split)
    }
  }

  public var signature: TaskSignature {
    TaskSignature(
      inputShape: [DrawingDecoder.side, DrawingDecoder.side, 1], outputs: ways, taskLoss: .crossEntropy,
      supportCount: ways * shots, queryCount: ways * queries, suggestedModel: "conv", inputKind: .image,
      shots: leastShots.map { $0...shots })
  }

  public var splitFingerprint: String { SplitFingerprint.digest(classesOf: self) }

  public var dataDigest: String? { loaded?.digest }

  public var notes: [String] { domains.notes }

  /// Alphabet and character, "Latin/character01", with the suffix "@90", "@180" or "@270" if turned.
  public func classes(in split: Split) -> [String] { characters(in: split).map(\.name) }

  public func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    try episode(index, in: split, seed: seed, supports: 1)
  }

  public func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) throws -> Episode {
    guard let loaded, loaded.split == self.split else { throw TaskError.notPrepared(task: Self.card.id) }
    guard let pool = loaded.pools[split] else { throw TaskError.tooFewClasses(required: ways, available: 0, split: split) }
    return try pool.episode(
      FewShotSampler(ways: ways, shots: shots, queries: queries, supports: supports), from: stream(index, in: split, seed: seed),
      split: split, turns: turns(in: split), augmentation: split == .metaTrain ? augment : nil, domains: domains[split])
  }

  private func turns(in split: Split) -> Int { (split == .metaTrain ? trainRotations : testRotations) ? 4 : 1 }

  /// The classes of a split: all characters upright, then all turned once, and so on.
  private func characters(in split: Split) -> [(name: String, drawings: Int)] {
    guard let loaded, loaded.split == self.split else { return [] }
    return loaded.pools[split]?.summaries(turns: turns(in: split)) ?? []
  }
}

#if objectFormat(ELF)
@section("task_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__tasks") @used
#endif
private let record: RegistryRecord = (
  version: 1, accessor: { $0.initializeMemory(as: (any TaskDistribution.Type).self, to: Omniglot.self) }
)
