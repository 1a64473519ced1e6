import Algorithms
import Registry
import Tasks

extension CrossValidationResult {
  /// The content of cross-validation.json; equal results give equal bytes.
  public var json: JSON {
    let first = rows.first?.experiment ?? failures[0].experiment
    return .object([
      .init("version", .string(FrameworkVersion.current)), .init("task", .string(first.ids.task)),
      .init("metric", .string(measure.id)), .init("taskLoss", .string(first.learner.taskLoss.id)),
      .init("seed", .string("\(first.training.seed)")), .init("dataDigest", .optional(first.tasks.dataDigest)),
      .init("episodesPerGroup", .integer(episodesPerGroup)), .init("ownExamples", .array(ownExamples.map { .integer($0) })),
      .init("folds", .array(folds.parts.map { .array($0.map { .string($0) }) })),
      .init("reference", rows.isEmpty ? .null : .string(rows[reference].experiment.ids.algorithm)),
      .init(
        "algorithms", .array(rows.indices.map(json) + failures.map { .object(members($0.experiment, failure: .string($0.reason))) })),
    ])
  }

  private func json(_ place: Int) -> JSON {
    let row = rows[place]
    return .object(
      members(row.experiment, failure: .null) + [
        .init("estimate", row.estimate?.json ?? .null),
        .init("differenceToReference", difference(place)?.json ?? .null),
        .init("byOwnExamples", .array(ownExamples.indices.map { row.estimate(at: $0)?.json ?? .null })),
        .init(
          "groups",
          .array(
            zip(groups, row.groups).map { group, own in
              .object([
                .init("group", .string(group.name)), .init("fold", .integer(group.fold + 1)), .init("score", .number(own.score)),
                .init("byOwnExamples", .array(own.scores.map { .optional($0) })),
              ])
            })),
      ])
  }

  private func members(_ experiment: Experiment, failure: JSON) -> [JSON.Member] {
    [
      .init("algorithm", .string(experiment.ids.algorithm)), .init("model", .string(experiment.ids.model)),
      .init("iterations", .integer(experiment.training.iterations)), .init("failure", failure),
      .init("configuration", .object(experiment.configuration.map { JSON.Member($0.key, $0.value.json) })),
    ]
  }
}
