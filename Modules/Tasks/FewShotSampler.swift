import Registry
public import TensorCore

/// Draws class-balanced episodes: it chooses the classes, then drawings of each class.
///
/// Samples are sorted by label, starting with label 0. The support and query drawings of a class never overlap.
public struct FewShotSampler: Sendable, Hashable {
  /// Classes per episode, N.
  public let ways: Int
  /// Support drawings per class, K.
  public let shots: Int
  /// Query drawings per class.
  public let queries: Int
  /// Support sets per episode, with different drawings; the first one and the query do not depend on this number.
  public let supports: Int

  /// Drawings per class that an episode uses.
  private var drawings: Int { shots * supports + queries }

  /// Creates a sampler of episodes with `ways · shots` support and `ways · queries` query samples.
  /// - Precondition: All counts are positive.
  public init(ways: Int, shots: Int, queries: Int, supports: Int = 1) {
    require(
      ways > 0 && shots > 0 && queries > 0 && supports > 0,
      "an episode of \(ways) ways, \(shots) shots, \(queries) queries and \(supports) supports")
    self.ways = ways
    self.shots = shots
    self.queries = queries
    self.supports = supports
  }

  /// Checks that a split has enough classes, and that each class has enough drawings.
  ///
  /// - Parameters:
  ///   - classes: Name and number of drawings of each class in the split.
  ///   - split: The split, for the error message.
  /// - Throws: ``TaskError/tooFewClasses(required:available:split:)`` or ``TaskError/tooFewDrawings(required:available:className:)``.
  public func validate(_ classes: some Collection<(name: String, drawings: Int)>, in split: Split) throws(TaskError) {
    guard classes.count >= ways else { throw .tooFewClasses(required: ways, available: classes.count, split: split) }
    for (name, available) in classes where available < drawings {
      throw .tooFewDrawings(required: drawings, available: available, className: name)
    }
  }

  /// Draws an episode of float32 items.
  ///
  /// - Parameters:
  ///   - stream: The random stream that chooses classes and drawings.
  ///   - split: The split, for error messages.
  ///   - classCount: Number of classes to choose from, numbered from 0.
  ///   - drawings: Returns the number of drawings of a class.
  ///   - name: Returns the name of a class, for error messages.
  ///   - itemShape: Shape of one item, such as `[28, 28, 1]`.
  ///   - augmentation: Random changes of the items, which are images; nil for none.
  ///   - domains: Domains of the items, which are images; one is drawn for the episode, and changes them before the augmentation does.
  ///   - turns: How many classes show the same drawings: class c has those of c mod (classCount / turns). Disjoint episodes need it.
  ///   - write: Writes all elements of (class, drawing) to the given uninitialised memory.
  /// - Returns: Inputs `[ways · shots, …]` and `[ways · queries, …]`; the targets are labels in 0..<ways.
  /// - Throws: `tooFewClasses` for the split, or `tooFewDrawings` for a chosen class.
  public func episode(
    from stream: RandomStream, split: Split, classCount: Int, drawings: (Int) -> Int, name: (Int) -> String, itemShape: Shape,
    augmentation: ImageAugmentation? = nil, domains: [ImageDomain] = [], turns: Int = 1,
    write: (_ class: Int, _ drawing: Int, _ item: UnsafeMutableBufferPointer<Float>) -> Void
  ) throws(TaskError) -> Episode {
    guard classCount >= ways else { throw .tooFewClasses(required: ways, available: classCount, split: split) }
    let changes = augmentation.flatMap { $0.isActive ? (augmentation: $0, stream: stream.child("augmentation")) : nil }
    let shift = (domain: TaskDomain(among: domains, from: stream.child("domain")), stream: stream.child("domain").child("images"))
    let chosen: [(number: Int, drawings: [Int])]
    if let draw = DisjointDraw.current {
      let choice = draw.choice(ways: ways, size: self.drawings, classCount: classCount, turns: turns, drawings: drawings)
      guard let choice else { throw .tooFewClasses(required: ways, available: classCount, split: split) }
      chosen = choice
    } else {
      chosen = try self.choice(from: stream, classCount: classCount, drawings: drawings, name: name)
    }
    func labelled(_ range: Range<Int>) -> LabelledSet {
      let size = itemShape.elementCount
      let inputs = Tensor(shape: itemShape.inserting(ways * range.count, at: 0)) { values in
        var start = 0
        for (number, drawings) in chosen {
          for drawing in drawings[range] {
            let item = UnsafeMutableBufferPointer(rebasing: values[start..<start + size])
            write(number, drawing, item)
            if shift.domain.domain != .clean {
              shift.domain.apply(to: item, shape: itemShape, from: shift.stream.child(number).child(drawing))
            }
            if let changes {
              changes.augmentation.apply(to: item, shape: itemShape, from: changes.stream.child(number).child(drawing))
            }
            start += size
          }
        }
      }
      let labels = Tensor(shape: [ways * range.count], dtype: .int64) { bytes in
        let values = bytes.bindMemory(to: Int64.self)
        for index in values.indices { values.initializeElement(at: index, to: Int64(index / range.count)) }
      }
      return LabelledSet(inputs: inputs, targets: .classes(labels, ways: ways))
    }
    let end = shots + queries
    return Episode(
      support: labelled(0..<shots), query: labelled(shots..<end),
      furtherSupports: (0..<(supports - 1)).map { labelled(end + $0 * shots..<end + ($0 + 1) * shots) })
  }

  /// Chooses classes, and drawings of each.
  private func choice(
    from stream: RandomStream, classCount: Int, drawings: (Int) -> Int, name: (Int) -> String
  ) throws(TaskError) -> [(number: Int, drawings: [Int])] {
    var stream = stream
    var chosen: [(number: Int, drawings: [Int])] = []
    for (place, number) in stream.choice(ways, of: classCount).enumerated() {
      let available = drawings(number)
      guard available >= self.drawings else {
        throw .tooFewDrawings(required: self.drawings, available: available, className: name(number))
      }
      var taken = stream.choice(shots + queries, of: available)
      if supports > 1 {
        // Further drawings use a stream of their own, so the other drawings do not change.
        var further = stream.child("further supports").child(place)
        let unused = Set(0..<available).subtracting(taken).sorted()
        taken += further.choice(shots * (supports - 1), of: unused.count).map { unused[$0] }
      }
      chosen.append((number, taken))
    }
    return chosen
  }
}
