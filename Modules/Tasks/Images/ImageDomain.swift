public import Registry

/// A kind of picture that a task's images may come from: the drawings as they are, or a change of all of them.
public enum ImageDomain: String, Sendable, Hashable, CaseIterable {
  /// The images as they are.
  case clean
  /// 1 − x of each value: black becomes white.
  case inverted
  /// Turned about the centre by one angle for the task, at least 20° from any multiple of 90°.
  ///
  /// The angle is thus none of the turns that make new classes of Omniglot's characters, and more than the 11.5° by which the drawings
  /// of a glyph differ.
  case rotated
  /// Noise of standard deviation 0.3 on each value, other noise on each image.
  case noisy
  /// Dilation: each value becomes the largest of its 3 × 3 neighbourhood, so strokes of ink 1 grow by two pixels.
  case thick
  /// Half an erosion along rows and then along columns: each value is moved halfway to the smallest of it and its two neighbours.
  ///
  /// A whole 3 × 3 erosion would erase strokes of one or two pixels.
  case thin
  /// Shrunk to 0.5–0.75 or enlarged to 1.25–1.5 about the centre, by one factor for the task.
  case scaled
}

/// The domains that a task's images are drawn from, apart for meta-training and meta-test.
///
/// One domain is drawn for each task, and all images of the task share it and its parameters. It is drawn from a random stream of its own
/// in the episode's stream, so classes and drawings do not depend on the domains: episode i in one domain and episode i in another one
/// are the same drawings.
public struct ImageDomains: Sendable, Hashable {
  /// The settings; a task nests them under "domains".
  public static let hyperparameters = HyperparameterTable<ImageDomains>([
    list("train", \.train, "Domains of meta-training and meta-validation; one is drawn for each task."),
    list("test", \.test, "Domains of meta-test; one is drawn for each task."),
  ])

  /// The domains of meta-training and meta-validation; none means ``ImageDomain/clean``, and a repeated one is drawn more often.
  public var train: [ImageDomain] = [.clean]
  /// The same for meta-test.
  public var test: [ImageDomain] = [.clean]

  /// Only clean images.
  public init() {}

  /// The domains of a split.
  public subscript(split: Split) -> [ImageDomain] { split == .metaTest ? test : train }

  /// A sentence if some of the test's domains, but not all, are those of training.
  public var notes: [String] {
    let (seen, tested) = (Set(train.isEmpty ? [.clean] : train), Set(test.isEmpty ? [.clean] : test))
    let shared = ImageDomain.allCases.filter { seen.contains($0) && tested.contains($0) }.map(\.rawValue)
    guard seen != tested, !shared.isEmpty else { return [] }
    return ["meta-test has domains of meta-training: \(shared.joined(separator: ", "))."]
  }

  private static func list(
    _ key: String, _ path: any WritableKeyPath<ImageDomains, [ImageDomain]> & Sendable, _ meaning: String
  ) -> Hyperparameter<ImageDomains> {
    Hyperparameter(key, in: .list(.choice(ImageDomain.allCases.map(\.rawValue))), meaning) {
      .text($0[keyPath: path].map(\.rawValue).joined(separator: ","))
    } write: {
      if case .text(let text) = $1 { $0[keyPath: path] = text.split(separator: ",").compactMap { ImageDomain(rawValue: String($0)) } }
    }
  }
}
