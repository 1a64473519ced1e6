import Registry
import TensorCore

/// A distribution that reads a user's own examples from files, with what a checkpoint stores, but without the data of meta-training.
public protocol ExampleReading: TaskDistribution {
  /// The outline of the tasks under the current settings.
  ///
  /// - Parameter statistics: The ``TaskDistribution/statistics`` of the run; nil if it has none.
  /// - Returns: The shapes and the loss.
  /// - Throws: An error for statistics that cannot be read.
  func outline(statistics: String?) throws -> TaskOutline

  /// Reads examples.
  ///
  /// - Parameters:
  ///   - support: The file or folder of the examples to adapt to.
  ///   - query: The file or folder of those to predict; nil for none.
  ///   - statistics: The ``TaskDistribution/statistics`` of the run; nil if it has none.
  /// - Returns: The examples, encoded as the run's tasks.
  /// - Throws: A typed error for files that are not as expected.
  func examples(support: String, query: String?, statistics: String?) throws -> Examples
}

/// A distribution whose inputs are pictures, so that any ``PictureReading`` type reads a user's examples of it.
///
/// One that draws its episodes by ``FewShotSampler`` has disjoint episodes without further code.
public protocol PictureTask: DisjointEpisodes {
  /// The pictures under the current settings.
  var pictures: PictureFormat { get }
}

/// A distribution that also reads pictures for others.
public protocol PictureReading: TaskDistribution {
  /// Reads pictures from folders.
  ///
  /// - Parameters:
  ///   - format: How pictures become inputs.
  ///   - support: A folder with a subfolder for each class.
  ///   - query: A folder of pictures, or a single one; nil for none.
  /// - Returns: The examples; the classes are the support's own.
  /// - Throws: A typed error for files that are not as expected.
  static func examples(of format: PictureFormat, support: String, query: String?) throws -> Examples
}

/// How pictures become inputs [side, side, channels] with numbers from 0 to 1.
public struct PictureFormat: Sendable, Hashable {
  /// Height and width in pixels.
  public let side: Int
  /// 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// Whether 1 is black ink, and 0 white paper; otherwise 1 is white.
  public let isInk: Bool
  /// What happens to a picture that is not square.
  package let fit: Picture.Fit

  /// Describes pictures.
  package init(side: Int, channels: Int, isInk: Bool, fit: Picture.Fit) {
    self.side = side
    self.channels = channels
    self.isInk = isInk
    self.fit = fit
  }

  /// Describes drawings: grey, cropped to their centre.
  public init(drawingsOfSide side: Int) { self.init(side: side, channels: 1, isInk: true, fit: .crop) }
}

extension TaskDistribution {
  /// Reads a user's own examples, by the distribution's own means or those of a linked ``PictureReading`` type.
  ///
  /// - Parameters:
  ///   - support: The file or folder of the examples to adapt to.
  ///   - query: The file or folder of those to predict; nil for none.
  ///   - statistics: The ``TaskDistribution/statistics`` of the run; nil if it has none.
  /// - Returns: The examples, encoded as the run's tasks.
  /// - Throws: ``ExampleError/unsupported(task:supported:)`` if the distribution has neither, ``ExampleError/oneClass(name:others:)``;
  ///   otherwise the reader's error.
  public func readExamples(support: String, query: String?, statistics: String?) throws -> Examples {
    let examples = try uncheckedExamples(support: support, query: query, statistics: statistics)
    if case .classes(let names, _) = examples.answer, names.count > 1, case .classes(let labels, _) = examples.support.targets,
      let first = labels.integers.first, labels.integers.allSatisfy({ $0 == first })
    {
      throw ExampleError.oneClass(name: names[first], others: names.indices.filter { $0 != first }.map { names[$0] })
    }
    return examples
  }

  private func uncheckedExamples(support: String, query: String?, statistics: String?) throws -> Examples {
    if let reading = self as? any ExampleReading {
      return try reading.examples(support: support, query: query, statistics: statistics)
    }
    if let pictures = (self as? any PictureTask)?.pictures, let reader = TaskRegistry.pictureReader {
      return try reader.examples(of: pictures, support: support, query: query)
    }
    throw ExampleError.unsupported(task: Self.card.id, supported: TaskRegistry.exampleTasks)
  }
}

extension TaskRegistry {
  /// The first linked type that reads pictures.
  static var pictureReader: (any PictureReading.Type)? { all.items.lazy.compactMap { $0.item as? any PictureReading.Type }.first }

  /// The ids of the linked tasks with examples of a user's own.
  static var exampleTasks: [String] {
    let readsPictures = pictureReader != nil
    return all.items.filter { $0.item is any ExampleReading.Type || (readsPictures && $0.item is any PictureTask.Type) }.map(\.id)
  }
}
