public import TensorCore

/// Why an episode does not match its distribution's signature.
public enum EpisodeFault: Hashable, Sendable, CustomStringConvertible {
  /// A set has no samples.
  case noSamples
  /// The inputs have the wrong type or shape; the expected shape is that of one input.
  case inputs(expected: Shape, found: Shape, type: DType)
  /// Labels where the loss takes numbers, or the reverse.
  case targetKind(expected: TaskLoss.TargetKind)
  /// The targets have the wrong type or shape.
  case targets(expected: Shape, expectedType: DType, found: Shape, foundType: DType)
  /// There are more classes than the model has outputs, or none.
  case ways(expected: Int, found: Int)
  /// A label outside 0..<ways.
  case label(sample: Int, found: Int, ways: Int)
  /// A mask of the wrong type or shape, with other numbers than 0 and 1, or without the first sample of a task.
  case mask(expected: Shape, found: Shape, type: DType)
  /// A binary target other than 0 and 1.
  case binaryTarget(sample: Int, found: Double)
  /// The query set has a class that the support set lacks, and the algorithm compares with the samples of each class.
  case noSupport(label: Int)

  public var description: String {
    switch self {
    case .noSamples: "it has no samples, expected at least one"
    case .inputs(let expected, let found, let type):
      "its inputs are \(type.rawValue) \(found), expected float32 with one input of shape \(expected) per sample"
    case .targetKind(.classes): "its targets are numbers, expected labels (.classes)"
    case .targetKind: "its targets are labels, expected numbers (.values)"
    case .targets(let expected, let expectedType, let found, let foundType):
      "its targets are \(foundType.rawValue) \(found), expected \(expectedType.rawValue) \(expected)"
    case .ways(let expected, let found): "its targets have \(found) classes, expected 1 to \(expected), the signature's outputs"
    case .label(let sample, let found, let ways): "sample \(sample) has the label \(found), expected 0 to \(ways - 1)"
    case .mask(let expected, let found, let type):
      "its mask is \(type.rawValue) \(found), expected float32 \(expected) of 0 and 1, with 1 for the first sample of each task"
    case .binaryTarget(let sample, let found): "sample \(sample) has the target \(found), expected 0 or 1"
    case .noSupport(let label):
      "it has no sample of class \(label), which the query set has, and this algorithm needs one; raise the number of shots, choose other "
        + "tasks, or an algorithm that adapts by gradient steps"
    }
  }
}

extension LabelledSet {
  /// Looks for the first way in which a set does not match a signature.
  ///
  /// - Parameters:
  ///   - signature: What the distribution promises.
  ///   - tasks: The number of stacked tasks; nil for the set of a single episode, which has no task axis.
  /// - Returns: The fault with the number of its task among the stacked ones; nil if there is none.
  package func fault(_ signature: TaskSignature, tasks: Int?) -> (task: Int, fault: EpisodeFault)? {
    let found = inputs.shape
    let axis = tasks == nil ? 0 : 1
    guard found.rank == axis + 1 + signature.rowShape.rank,
      (0..<signature.rowShape.rank).allSatisfy({ found[axis + 1 + $0] == signature.rowShape[$0] }), inputs.dtype == .float32
    else { return (0, .inputs(expected: signature.rowShape, found: found, type: inputs.dtype)) }
    let samples = found[axis]
    guard samples > 0 else { return (0, .noSamples) }
    switch targets {
    case .padded(let targets, let mask):
      let expected: Shape = [tasks ?? 0, samples]
      guard tasks != nil, mask.dtype == .float32, mask.shape == expected,
        mask.doubles.enumerated().allSatisfy({ $1 == 1 || ($1 == 0 && $0 % samples > 0) })
      else { return (0, .mask(expected: expected, found: mask.shape, type: mask.dtype)) }
      return LabelledSet(inputs: inputs, targets: targets).fault(signature, tasks: tasks)
    case .classes(let labels, let ways):
      guard signature.taskLoss.targets == .classes else { return (0, .targetKind(expected: signature.taskLoss.targets)) }
      guard 1...max(signature.outputs, 1) ~= ways else { return (0, .ways(expected: signature.outputs, found: ways)) }
      let isExpected =
        labels.dtype == .int64 && labels.shape.rank == axis + 1 && labels.shape[axis] == samples
        && (tasks == nil || labels.shape[0] == tasks)
      guard isExpected else {
        let expected: Shape = tasks.map { [$0, samples] } ?? [samples]
        return (0, .targets(expected: expected, expectedType: .int64, found: labels.shape, foundType: labels.dtype))
      }
      let integers = labels.integers
      guard let place = integers.firstIndex(where: { !(0..<ways).contains($0) }) else { return nil }
      return (place / samples, .label(sample: place % samples, found: integers[place], ways: ways))
    case .values(let values):
      guard signature.taskLoss.targets != .classes else { return (0, .targetKind(expected: .classes)) }
      let isExpected =
        values.dtype == .float32 && values.shape.rank == axis + 2 && values.shape[axis] == samples
        && values.shape[axis + 1] == signature.outputs && (tasks == nil || values.shape[0] == tasks)
      guard isExpected else {
        let expected: Shape = tasks.map { [$0, samples, signature.outputs] } ?? [samples, signature.outputs]
        return (0, .targets(expected: expected, expectedType: .float32, found: values.shape, foundType: values.dtype))
      }
      guard signature.taskLoss.targets == .binary else { return nil }
      let numbers = values.doubles
      guard let place = numbers.firstIndex(where: { $0 != 0 && $0 != 1 && $0.isFinite }) else { return nil }
      let row = place / signature.outputs
      return (row / samples, .binaryTarget(sample: row % samples, found: numbers[place]))
    }
  }
}
