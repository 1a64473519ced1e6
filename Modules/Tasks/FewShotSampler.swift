public import TensorCore

/// Draws class-balanced episodes of labelled items: which classes, which of their drawings, in which order.
///
/// Samples are sorted by label, those of label 0 first; a class's support and query drawings are different ones.
public struct FewShotSampler: Sendable, Hashable {
  /// Classes of an episode, N.
  public let ways: Int
  /// Support drawings of a class, K.
  public let shots: Int
  /// Query drawings of a class.
  public let queries: Int
  /// Support sets of an episode, each of other drawings; the first one and the query are those of an episode with one.
  public let supports: Int

  /// Drawings of a class that an episode takes.
  private var drawings: Int { shots * supports + queries }

  /// A sampler of episodes with `ways · shots` support and `ways · queries` query samples.
  /// - Precondition: All are positive.
  public init(ways: Int, shots: Int, queries: Int, supports: Int = 1) {
    precondition(
      ways > 0 && shots > 0 && queries > 0 && supports > 0,
      "an episode of \(ways) ways, \(shots) shots, \(queries) queries and \(supports) supports")
    self.ways = ways
    self.shots = shots
    self.queries = queries
    self.supports = supports
  }

  /// Checks that a split has enough classes, and each of its classes enough drawings.
  ///
  /// - Parameters:
  ///   - classes: The split's classes: their names and how many drawings they have.
  ///   - split: The split, for the error's text.
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
  ///   - stream: Where classes and drawings are drawn from.
  ///   - split: The split, for errors.
  ///   - classCount: Classes to choose from, numbered from 0.
  ///   - drawings: How many drawings a class has.
  ///   - name: The name of a class, for errors.
  ///   - itemShape: The shape of one item, `[28, 28, 1]` for example.
  ///   - write: Writes all elements of (class, drawing) to the given memory, which is uninitialised.
  /// - Returns: Inputs `[ways · shots, …]` and `[ways · queries, …]`, targets the labels 0..<ways.
  /// - Throws: `tooFewClasses` for the split, `tooFewDrawings` for a class that was chosen.
  public func episode(
    from stream: RandomStream, split: Split, classCount: Int, drawings: (Int) -> Int, name: (Int) -> String, itemShape: Shape,
    write: (_ class: Int, _ drawing: Int, _ item: UnsafeMutableBufferPointer<Float>) -> Void
  ) throws(TaskError) -> Episode {
    guard classCount >= ways else { throw .tooFewClasses(required: ways, available: classCount, split: split) }
    var stream = stream
    var chosen: [(number: Int, drawings: [Int])] = []
    for (place, number) in stream.choice(ways, of: classCount).enumerated() {
      let available = drawings(number)
      guard available >= self.drawings else {
        throw .tooFewDrawings(required: self.drawings, available: available, className: name(number))
      }
      var taken = stream.choice(shots + queries, of: available)
      if supports > 1 {
        // Further drawings come from a stream of their own, so that they change none of the others.
        var further = stream.child("further supports").child(place)
        let unused = Set(0..<available).subtracting(taken).sorted()
        taken += further.choice(shots * (supports - 1), of: unused.count).map { unused[$0] }
      }
      chosen.append((number, taken))
    }
    func labelled(_ range: Range<Int>) -> LabelledSet {
      let size = itemShape.elementCount
      let inputs = Tensor(shape: itemShape.inserting(ways * range.count, at: 0)) { values in
        var start = 0
        for (number, drawings) in chosen {
          for drawing in drawings[range] {
            write(number, drawing, UnsafeMutableBufferPointer(rebasing: values[start..<start + size]))
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
}
