package import TensorCore

/// A class of stored images.
package struct ImageClass: Sendable, Hashable {
  /// The name.
  package let name: String
  /// The index of its first image.
  package let first: Int
  /// The number of its images, which are adjacent.
  package let count: Int

  /// Describes a class.
  package init(name: String, first: Int, count: Int) {
    self.name = name
    self.first = first
    self.count = count
  }
}

/// The classes of a split, from which episodes are drawn.
///
/// If turned images are classes too, the classes are: all upright, then all turned by 90°, by 180° and by 270°.
package struct ImagePool: Sendable {
  /// The images of all splits.
  package let images: StoredImages
  /// The upright classes of the split.
  package let classes: [ImageClass]

  /// Creates a pool.
  package init(images: StoredImages, classes: [ImageClass]) {
    self.images = images
    self.classes = classes
  }

  /// Name and number of images of each class; "@90", "@180" and "@270" follow the names of turned ones.
  ///
  /// There is one turn, or four if turned images are classes too.
  package func summaries(turns: Int) -> [(name: String, drawings: Int)] {
    (0..<turns).flatMap { turn in
      classes.map { (name: turn == 0 ? $0.name : "\($0.name)@\(90 * turn)", drawings: $0.count) }
    }
  }

  /// Draws an episode.
  ///
  /// - Parameters:
  ///   - sampler: Ways, shots, queries and supports.
  ///   - stream: The episode's random stream.
  ///   - split: The split, for error messages.
  ///   - turns: 1, or 4 if turned images are classes too.
  ///   - augmentation: Random changes of the drawn images; nil for none.
  ///   - domains: Domains of the images, of which one is drawn; none for the images as they are.
  /// - Returns: Inputs `[samples, side, side, channels]`.
  /// - Throws: `tooFewClasses` for the split, or `tooFewDrawings` for a chosen class.
  package func episode(
    _ sampler: FewShotSampler, from stream: RandomStream, split: Split, turns: Int, augmentation: ImageAugmentation? = nil,
    domains: [ImageDomain] = []
  ) throws(TaskError) -> Episode {
    try sampler.episode(
      from: stream, split: split, classCount: classes.count * turns, drawings: { classes[$0 % classes.count].count },
      name: { classes[$0 % classes.count].name }, itemShape: [images.side, images.side, images.channels], augmentation: augmentation,
      domains: domains, turns: turns
    ) { number, drawing, pixels in
      images.write(classes[number % classes.count].first + drawing, quarterTurns: number / classes.count, into: pixels)
    }
  }
}
