import Registry
public import TensorCore

extension Targets {
  /// The mask of padded targets, [T, N]; nil without padding.
  public var mask: Tensor? { if case .padded(_, let mask) = self { mask } else { nil } }

  /// True with a mask.
  package var isPadded: Bool { if case .padded = self { true } else { false } }

  /// The targets without their mask; padding keeps its place.
  public var unmasked: Targets { if case .padded(let targets, _) = self { targets } else { self } }

  /// The mask, or one without padding.
  private var fullMask: Tensor { mask ?? .ones([tensor.shape[0], tensor.shape[1]], .float32) }

  /// Joins tensors of targets of one kind; if some are padded, so is the result.
  /// - Precondition: There is at least one element.
  static func joined(_ targets: [Targets], _ join: ([Tensor]) -> Tensor) -> Targets {
    guard let first = targets.first else { fatalError("no targets to join") }
    let tensor = join(targets.map(\.tensor))
    let joined = first.unmasked.mapTensor { _ in tensor }
    guard targets.contains(where: { $0.mask != nil }) else { return joined }
    return .padded(joined, mask: join(targets.map(\.fullMask)))
  }
}

extension LabelledSet {
  /// The mask of padded targets, [T, N]; nil without padding.
  public var mask: Tensor? { targets.mask }

  /// Declares all but the first `counts[t]` samples of each class of task t padding.
  ///
  /// - Parameters:
  ///   - counts: For each task, 1...most.
  ///   - most: The samples of a class, which follow each other.
  /// - Returns: The same samples with a mask.
  func masked(_ counts: [Int], of most: Int) -> LabelledSet {
    let samples = inputs.shape[1]
    let mask = Tensor(shape: [counts.count, samples]) { values in
      for place in values.indices {
        values.initializeElement(at: place, to: place % samples % most < counts[place / samples] ? 1 : 0)
      }
    }
    return LabelledSet(inputs: inputs, targets: .padded(targets.unmasked, mask: targets.mask.map { $0 * mask } ?? mask))
  }

  /// The samples of one task of a stacked set, without its padding: [n, …].
  func unpadded(task: Int) -> LabelledSet {
    LabelledSet(inputs: inputs[task].picked(by: mask?[task]), targets: targets.unpadded(task: task))
  }

  /// The samples of one task, [N, …], followed by zeros up to a number of samples, as a set of one stacked task.
  func padded(to count: Int) -> LabelledSet {
    let samples = inputs.shape[0]
    let alone = stackedAlone
    func extended(_ tensor: Tensor) -> Tensor { tensor.padded(to: count, at: 0, along: 1) }
    let mask = Tensor(shape: [1, count]) { values in
      for place in values.indices { values.initializeElement(at: place, to: place < samples ? 1 : 0) }
    }
    return LabelledSet(inputs: extended(alone.inputs), targets: .padded(alone.targets.mapTensor(extended), mask: mask))
  }
}

extension Targets {
  /// The targets of one task of a stacked set, without its padding: [n, …].
  package func unpadded(task: Int) -> Targets { unmasked.mapTensor { $0[task].picked(by: mask?[task]) } }
}

extension Tensor {
  /// The rows that a mask [N] has, one after the other; all rows without a mask.
  fileprivate func picked(by mask: Tensor?) -> Tensor {
    guard let mask else { return self }
    var runs: [Range<Int>] = []
    for (place, value) in mask.doubles.enumerated() where value != 0 {
      if let last = runs.last, last.upperBound == place {
        runs[runs.count - 1] = last.lowerBound..<(place + 1)
      } else {
        runs.append(place..<(place + 1))
      }
    }
    return .concatenated(runs.map(slice), along: 0)
  }
}

extension Episodes {
  /// True if tasks of the shard have padding.
  package var isPadded: Bool { support.targets.isPadded || query.targets.isPadded || furtherSupports.contains { $0.targets.isPadded } }

  /// Declares support samples padding, so that task t has at most `counts[t]` samples of each class; the query stays.
  ///
  /// - Parameters:
  ///   - counts: For each task, 1...most.
  ///   - most: The support samples of a class.
  /// - Returns: The same samples with masks.
  public func masked(_ counts: [Int], of most: Int) -> Episodes {
    Episodes(
      support: support.masked(counts, of: most), query: query, furtherSupports: furtherSupports.map { $0.masked(counts, of: most) })
  }

  /// Stacks episodes with different numbers of samples; the shorter ones are padded with zeros.
  ///
  /// - Parameters:
  ///   - episodes: At least one; inputs agree but for the number of samples.
  ///   - support: The least number of support samples of the result.
  ///   - query: The least number of query samples of the result.
  init(padding episodes: [Episode], support: Int, query: Int) {
    let further = episodes.map(\.furtherSupports.count).min() ?? 0
    func stacked(_ sets: [LabelledSet], _ least: Int) -> LabelledSet {
      let count = max(least, sets.map { $0.inputs.shape[0] }.max() ?? 0)
      guard sets.contains(where: { $0.inputs.shape[0] != count }) else {
        return LabelledSet(inputs: .stacked(sets.map(\.inputs)), targets: .joined(sets.map(\.targets), Tensor.stacked))
      }
      let padded = sets.map { $0.padded(to: count) }
      return LabelledSet(
        inputs: .concatenated(padded.map(\.inputs), along: 0),
        targets: .joined(padded.map(\.targets)) { .concatenated($0, along: 0) })
    }
    self.init(
      support: stacked(episodes.map(\.support), support), query: stacked(episodes.map(\.query), query),
      furtherSupports: (0..<further).map { number in stacked(episodes.map { $0.furtherSupports[number] }, support) })
  }
}
