public import Registry
import TensorCore

/// Images of made-up characters, to tell apart after seeing a few of each: image classification that needs no download.
///
/// A class is a random programme of two to four strokes, keyed by the alphabet and the class's number; a drawing is a jittered
/// rendering of it, keyed by its own number as well. Pictures are `[28, 28, 1]`, ink 1 on paper 0. Splits have number ranges of
/// their own, so that the test classes stay the same whatever the number of training classes.
///
/// The 1-nearest-neighbour rule on pixels gets 73% of 5-way 1-shot right (chance: 20%). A drawing takes 4 µs, so none is kept.
public struct Glyphs: TaskDistribution {
  public static let card = TaskCard(
    id: "glyphs", title: "made-up characters, 28×28 pixels",
    citation: "this package, after the strokes of Lake et al., Science 2015, https://doi.org/10.1126/science.aab3050")

  public static let hyperparameters = HyperparameterTable<Glyphs>([
    .integer("ways", \.ways, in: 2...100_000, "Classes of an episode."),
    .integer("shots", \.shots, in: 1...100_000, "Support drawings of a class."),
    .integer("queries", \.queries, in: 1...100_000, "Query drawings of a class."),
    .integer("alphabet", \.alphabet, in: 0...(.max), "Seed of the classes' strokes: another number, other characters."),
    .integer("trainClasses", \.trainClasses, in: 1...classLimit, "Classes to meta-train on."),
    .integer("validationClasses", \.validationClasses, in: 1...classLimit, "Classes of meta-validation."),
    .integer("testClasses", \.testClasses, in: 1...classLimit, "Classes of meta-test."),
    .integer("drawings", \.drawings, in: 1...1_000_000, "Different drawings of a class."),
  ])
  /// The most classes of one split; the number where the next split's classes begin.
  public static let classLimit = 1_000_000

  /// Classes of an episode, N.
  public var ways = 5
  /// Support drawings of a class, K.
  public var shots = 1
  /// Query drawings of a class.
  public var queries = 15
  /// Seed of the classes' strokes.
  public var alphabet = 1
  /// Classes to meta-train on.
  public var trainClasses = 1000
  /// Classes of meta-validation.
  public var validationClasses = 100
  /// Classes of meta-test.
  public var testClasses = 200
  /// Different drawings of a class.
  public var drawings = 20

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
      supportCount: ways * shots, queryCount: ways * queries, suggestedModel: "conv", inputKind: .image)
  }

  public var splitFingerprint: String { SplitFingerprint.digest(rangesOf: self) }

  public func classes(in split: Split) -> [String] { numbers(of: split).map(Self.name) }

  public func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    try episode(index, in: split, seed: seed, supports: 1)
  }

  public func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) throws -> Episode {
    let numbers = numbers(of: split)
    var current: (number: Int, programme: GlyphProgramme)?
    return try FewShotSampler(ways: ways, shots: shots, queries: queries, supports: supports).episode(
      from: stream(index, in: split, seed: seed), split: split, classCount: numbers.count, drawings: { _ in drawings },
      name: { Self.name(numbers[numbers.startIndex + $0]) }, itemShape: [GlyphDrawing.side, GlyphDrawing.side, 1]
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
