import Algorithms
public import Registry
import Tasks

extension Comparison {
  /// The content of results.json: the runs of every task, the best algorithm first; equal results give equal bytes.
  ///
  /// A task has a line for each algorithm, with the score that it is ranked by, and a row for each run. A failed run is a row without
  /// rank, modes and learned values; its member `failure` is the reason, which is null for the others.
  public var json: String {
    JSON.object(
      [
        .init("version", .string(FrameworkVersion.current)), .init("rankAt", .string("\(rankAt)")),
        .init("tasks", .array(groups.map(\.json))),
      ] + aggregates.members
    ).text
  }
}

extension Comparison.Group {
  fileprivate var json: JSON {
    let differences = lines.indices.map { difference($0).map(\.json) ?? .null }
    let summaries = lines.indices.map { place in
      let line = lines[place]
      let members: [JSON.Member] = [
        .init("rank", .integer(place + 1)), .init("rankGroup", .string(statistics.letters[place])), .init("label", .string(line.label)),
        .init("algorithm", .string(line.run.algorithm)),
        .init("seeds", .array(line.seeds.map { .string("\($0)") })), .init("metric", .string(line.rows[0].result.measure.id)),
        .init("score", line.headline.json), .init("differenceToBest", differences[place]),
      ]
      return JSON.object(members + (target.map { [line.targetMember($0)] } ?? []))
    }
    let rows = lines.indices.flatMap { place in
      lines[place].rows.map { row in
        JSON.object(
          [.init("rank", .integer(place + 1)), .init("differenceToBest", differences[place]), .init("failure", .null)] + row.members)
      }
    }
    let failed = failures.map { JSON.object([.init("rank", .null), .init("differenceToBest", .null)] + $0.members) }
    return .object(
      [.init("task", .string(task)), .init("lines", .array(summaries)), .init("rows", .array(rows + failed))]
        + statisticsMembers + shiftMembers)
  }
}

extension Comparison.Row {
  /// The content of a single run's results.json.
  public var json: JSON { .object([.init("version", .string(FrameworkVersion.current))] + members) }

  var members: [JSON.Member] {
    run.members(result.measure, result.episodes, modes: result.modes, learned: learned)
      + (result.sampling.map { [JSON.Member("sampling", $0.json)] } ?? [])
      + (trainedOn.map { [JSON.Member("trainedOn", $0.json)] } ?? []) + (end.map { [$0.member] } ?? [])
  }
}

extension Comparison.TrainingTask {
  fileprivate var json: JSON {
    .object([
      .init("task", .string(task)), .init("splitFingerprint", .string(splitFingerprint)), .init("dataDigest", .optional(dataDigest)),
    ])
  }
}

extension Comparison.Failure {
  /// The content of the results.json of a single run that failed.
  public var json: JSON { .object([.init("version", .string(FrameworkVersion.current))] + members) }

  fileprivate var members: [JSON.Member] {
    [.init("failure", .string(reason))] + run.members(run.measure ?? .loss, run.episodes, modes: [], learned: [])
  }
}

extension RunDescription {
  fileprivate func members(_ measure: Measure, _ list: EpisodeList, modes: [ModeResult], learned: [LearnedValue]) -> [JSON.Member] {
    [
      .init("algorithm", .string(algorithm)), .init("task", .string(task)),
      .init("model", .string(model)), .init("seed", .string("\(seed)")),
      .init("iterations", .integer(iterations)),
      .init("adaptationSteps", .integer(adaptationSteps)),
      .init("metric", .string(measure.id)),
    ] + (measure == .accuracy || measure == .loss ? [] : [.init("measure", measure.json)]) + [
      .init("taskLoss", .string(taskLoss)),
      .init("configuration", .object(configuration.map { JSON.Member($0.key, $0.value.json) })),
      .init(
        "episodes",
        .object([
          .init("task", .string(list.task)), .init("split", .string(list.split.rawValue)), .init("count", .integer(list.count)),
          .init("seed", .string("\(list.seed)")), .init("splitFingerprint", .string(list.splitFingerprint)),
          .init("dataDigest", .optional(list.dataDigest)), .init("settings", .array(list.settings.map { .string($0) })),
        ])),
      .init("notes", .array(notes.map { .string($0) })),
      .init("modes", .array(modes.map(\.json))),
      .init("learned", .array(learned.map(\.json))),
      .init("published", .array(published.map(\.json))),
    ]
  }
}

extension Measure {
  fileprivate var json: JSON {
    .object([
      .init("id", .string(id)), .init("unit", .string(unit)), .init("isMoreBetter", .boolean(isMoreBetter)),
      .init("factor", .number(factor)),
    ])
  }
}

extension LearnedValue {
  var json: JSON {
    .object([
      .init("hyperparameter", .string(hyperparameter)), .init("parameter", .optional(parameter)),
      .init("step", step.map { .integer($0) } ?? .null), .init("mean", .number(mean)), .init("minimum", .number(minimum)),
      .init("maximum", .number(maximum)),
    ])
  }

  /// The learned value as a member of a line of metrics.jsonl.
  var member: JSON.Member {
    guard minimum != maximum else { return JSON.Member(name, .number(mean)) }
    return JSON.Member(
      name, .object([.init("mean", .number(mean)), .init("minimum", .number(minimum)), .init("maximum", .number(maximum))]))
  }
}

extension ModeResult {
  /// Curves with their estimates, and the score of each episode after the last step; scores.csv has those after every step.
  ///
  /// The score curve is a member under the measure's id. Without a measure, the members of an accuracy are null.
  var json: JSON {
    let reported = measure ?? .accuracy
    let members: [JSON.Member] = [
      .init("normalisation", .string(name)), .init("loss", .array(lossCurve.map(\.json))),
      .init(reported.id, scoreCurve.map { .array($0.map(\.json)) } ?? .null),
      .init("finalLosses", .array(losses[losses.count - 1].map { .number($0) })),
      // Version 0.1 wrote accuracies under this key, and programs read it.
      .init(
        reported == .accuracy ? "finalAccuracies" : "finalScores",
        scores.map { .array($0[$0.count - 1].map { .number($0) }) } ?? .null),
    ]
    let drawn = paths.isEmpty ? [] : [JSON.Member("paths", .array(paths.map(\.json)))]
    return .object(members + (calibration.map { [JSON.Member("calibration", $0.json)] } ?? []) + drawn)
  }
}

extension CurvePoint {
  var json: JSON {
    .object([
      .init("step", .integer(step)), .init("mean", .optional(estimate?.mean)), .init("halfWidth", .optional(estimate?.halfWidth)),
      .init("median", .optional(median)), .init("diverged", .integer(diverged)), .init("finiteMean", .optional(estimate?.finiteMean)),
    ])
  }
}

extension Estimate {
  var json: JSON {
    .object([
      .init("mean", .optional(mean)), .init("halfWidth", .optional(halfWidth)), .init("count", .integer(count)),
      .init("diverged", .integer(diverged)), .init("finiteMean", .optional(finiteMean)),
    ])
  }
}

extension PublishedResult {
  var json: JSON {
    .object([.init("result", .string(result)), .init("setting", .string(setting)), .init("source", .string(source))])
  }
}

extension HyperparameterValue {
  /// The value as JSON of the same type.
  public var json: JSON {
    switch self {
    case .integer(let value): .integer(value)
    case .real(let value): .number(value)
    case .boolean(let value): .boolean(value)
    case .text(let value): .string(value)
    }
  }
}
