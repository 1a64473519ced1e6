/// How the meta-training of a run with validation ended, and which state is tested.
public struct TrainingEnd: Sendable, Hashable {
  /// The number of meta-updates done.
  public let iterations: Int
  /// Whether validations without improvement ended the training before its last iteration.
  public let isStoppedEarly: Bool
  /// The best validation, whose state is tested; nil if all validations diverged, so that the last state is tested.
  public let best: ValidationReport?

  /// Creates a record.
  public init(iterations: Int, isStoppedEarly: Bool, best: ValidationReport?) {
    self.iterations = iterations
    self.isStoppedEarly = isStoppedEarly
    self.best = best
  }

  /// The number of meta-updates behind the tested state.
  public var testedIteration: Int { best?.iteration ?? iterations }

  /// The member of results.json.
  var member: JSON.Member {
    let validation = best.map { best in
      JSON.object([
        .init("measure", .string(best.measure)), .init("score", .optional(best.score)), .init("halfWidth", .optional(best.halfWidth)),
        .init("episodes", .integer(best.episodes)),
      ])
    }
    return JSON.Member(
      "training",
      .object([
        .init("iterations", .integer(iterations)), .init("stoppedEarly", .boolean(isStoppedEarly)),
        .init("tested", .string(best == nil ? "last" : "best")), .init("testedIteration", .integer(testedIteration)),
        .init("validation", validation ?? .null),
      ]))
  }
}
