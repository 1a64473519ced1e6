public import Registry
import TensorCore

/// Few-shot classification of synthetic characters; it needs no download.
///
/// A class is a random programme of two to four strokes, keyed by the alphabet and the class number. A drawing is a jittered rendering of
/// it, also keyed by the drawing number. Images are `[28, 28, 1]`, with ink 1 on paper 0. Each split has its own range of class numbers, so
/// the test classes do not depend on the number of training classes.
///
/// A 1-nearest-neighbour classifier on pixels gets 73% in 5-way 1-shot (chance: 20%). A drawing takes 4 µs, so none is cached.
public struct Glyphs: TaskDistribution {
  public static let card = TaskCard(
    id: "glyphs", title: "made-up characters, 28×28 pixels",
    citation: "this package, after the strokes of Lake et al., Science 2015, https://doi.org/10.1126/science.aab3050")

  public static let hyperparameters =
    HyperparameterTable<Glyphs>([
      .integer("ways", \.ways, in: 2...100_000, "Classes of an episode."),
      .count("shots", \.shots, least: \.leastShots, in: 1...100_000, "Support drawings of a class."),
      .integer("queries", \.queries, in: 1...100_000, "Query drawings of a class."),
      .integer("alphabet", \.alphabet, in: 0...(.max), "Random seed of the characters."),
      .integer("trainClasses", \.trainClasses, in: 1...classLimit, "Classes to meta-train on."),
      .integer("validationClasses", \.validationClasses, in: 1...classLimit, "Classes of meta-validation."),
      .integer("testClasses", \.testClasses, in: 1...classLimit, "Classes of meta-test."),
      .integer("drawings", \.drawings, in: 1...1_000_000, "Different drawings of a class."),
    ]) + .nested("augment", \.augment, ImageAugmentation.hyperparameters)
    + .nested("domains", \.domains, ImageDomains.hyperparameters)
  /// Largest number of classes per split, and the offset between the class numbers of consecutive splits.
  public static let classLimit = 1_000_000

  /// Classes per episode, N.
  public var ways = 5
  /// Support drawings per class, K.
  public var shots = 1
  /// Fewest of them, if a number is drawn for each task; nil if all have ``shots``.
  public var leastShots: Int?
  /// Query drawings per class.
  public var queries = 15
  /// Random seed of the classes' strokes.
  public var alphabet = 1
  /// Number of meta-training classes.
  public var trainClasses = 1000
  /// Number of meta-validation classes.
  public var validationClasses = 100
  /// Number of meta-test classes.
  public var testClasses = 200
  /// Number of different drawings per class.
  public var drawings = 20
  /// Random changes of the drawings in meta-training.
  public var augment = ImageAugmentation()
  /// The domains of the drawings in meta-training and in meta-test.
  public var domains = ImageDomains()

  public init() {}

  public func prepare(source: String?) throws {
    let sampler = FewShotSampler(ways: ways, shots: shots, queries: queries)
    for split in Split.allCases {
      try sampler.validate(numbers(of: split).map { (name: Self.name($0), drawings: drawings) }, in: split)
    }
  }

  public var signature: TaskSignature {
    TaskSignature(
      inputShape: [GlyphDrawing.side, GlyphDrawing.side, 1], outputs: ways, taskLoss: .crossEntropy,
      supportCount: ways * shots, queryCount: ways * queries, suggestedModel: "conv", inputKind: .image,
      shots: leastShots.map { $0...shots })
  }

  public var splitFingerprint: String { SplitFingerprint.digest(rangesOf: self) }

  public var notes: [String] { domains.notes }

  public func classes(in split: Split) -> [String] { numbers(of: split).map(Self.name) }

  public func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    try episode(index, in: split, seed: seed, supports: 1)
  }

  public func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) throws -> Episode {
    let numbers = numbers(of: split)
    var current: (number: Int, programme: GlyphProgramme)?
    return try FewShotSampler(ways: ways, shots: shots, queries: queries, supports: supports).episode(
      from: stream(index, in: split, seed: seed), split: split, classCount: numbers.count, drawings: { _ in drawings },
      name: { Self.name(numbers[numbers.startIndex + $0]) }, itemShape: [GlyphDrawing.side, GlyphDrawing.side, 1],
      augmentation: split == .metaTrain ? augment : nil, domains: domains[split]
    ) { position, drawing, pixels in
      let number = numbers[numbers.startIndex + position]
      let programme = current?.number == number ? current?.programme : nil
      let known = programme ?? GlyphProgramme(alphabet: alphabet, number: number)
      current = (number, known)
      GlyphDrawing(of: known, from: drawingStream(number, drawing)).render(into: pixels)
    }
  }

  private static func name(_ number: Int) -> String { "glyph \(number)" }

  private func numbers(of split: Split) -> Range<Int> {
    switch split {
    case .metaTrain: 0..<trainClasses
    case .metaValidation: Self.classLimit..<Self.classLimit + validationClasses
    case .metaTest: 2 * Self.classLimit..<2 * Self.classLimit + testClasses
    }
  }

  private func drawingStream(_ number: Int, _ drawing: Int) -> RandomStream {
    RandomStream(seed: UInt64(bitPattern: Int64(alphabet))).child("drawing").child(number).child(drawing)
  }
}

#if objectFormat(ELF)
@section("task_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__tasks") @used
#endif
private let record: RegistryRecord = (
  version: 1, accessor: { $0.initializeMemory(as: (any TaskDistribution.Type).self, to: Glyphs.self) }
)
