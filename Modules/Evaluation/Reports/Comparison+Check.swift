import Registry
import Tasks

/// Runs that cannot be compared.
public enum ComparisonError: Error, Hashable, CustomStringConvertible {
  /// Two runs of a task are tested on different splits or data.
  case otherSplit(task: String, one: String, other: String, found: String, expected: String)
  /// Two runs of a task and a seed are tested on different episodes.
  case otherEpisodes(task: String, one: String, other: String, found: String, expected: String)
  /// The same run is named twice.
  case twice(run: String)
  /// Two algorithms of a task have no seed in common.
  case noCommonSeed(task: String, one: String, other: String, found: [UInt64], expected: [UInt64])
  /// A run has a single episode, so there is no interval.
  case tooFewEpisodes(run: String, count: Int)

  public var description: String {
    switch self {
    case .otherSplit(let task, let one, let other, let found, let expected):
      "\(other) on \(task) is tested on \(found), and \(one) on \(expected); their scores are not comparable. Compare runs of one split, or "
        + "test one again with the settings of the other."
    case .otherEpisodes(let task, let one, let other, let found, let expected):
      "\(other) on \(task) is tested on the episodes \(found), and \(one) on \(expected); their scores are not paired. Test one again with "
        + "the settings of the other."
    case .twice(let run): "\(run) is named twice, with equal settings; name it once."
    case .noCommonSeed(let task, let one, let other, let found, let expected):
      "\(other) on \(task) has the seeds \(list(found)), and \(one) has \(list(expected)); episodes depend on the seed, so they share none. "
        + "Compare runs of equal seeds."
    case .tooFewEpisodes(let run, let count):
      "\(run) is tested on \(count) episode\(count == 1 ? "" : "s"), expected at least 2, because an interval needs them; test it again "
        + "with more of them."
    }
  }

  private func list(_ seeds: [UInt64]) -> String { seeds.map { "\($0)" }.joined(separator: ", ") }
}

extension Comparison {
  /// Checks that the runs of each task are tested on equal splits, data and episodes.
  ///
  /// - Throws: ``ComparisonError``
  public func check() throws(ComparisonError) {
    for group in groups {
      for line in group.lines {
        for (one, next) in zip(line.seeds, line.seeds.dropFirst()) where one == next { throw .twice(run: name(line.rows[0], line)) }
        if let row = line.rows.first(where: { $0.result.episodes.count < 2 }) {
          throw .tooFewEpisodes(run: name(row, line), count: row.result.episodes.count)
        }
      }
      guard let first = group.lines.first else { continue }
      let reference = first.rows[0].result.episodes
      for line in group.lines {
        for row in line.rows {
          let list = row.result.episodes
          guard list.data == reference.data else {
            throw .otherSplit(
              task: group.task, one: name(first.rows[0], first), other: name(row, line), found: list.data, expected: reference.data)
          }
          guard let partner = first.rows.first(where: { $0.run.seed == row.run.seed }), partner.result.episodes != list else { continue }
          throw .otherEpisodes(
            task: group.task, one: name(partner, first), other: name(row, line), found: list.text(besides: partner.result.episodes),
            expected: partner.result.episodes.text(besides: list))
        }
        guard Set(line.seeds).isDisjoint(with: first.seeds) else { continue }
        throw .noCommonSeed(
          task: group.task, one: name(first.rows[0], first), other: name(line.rows[0], line), found: line.seeds, expected: first.seeds)
      }
    }
  }

  private func name(_ row: Row, _ line: Line) -> String { "\(line.label) (seed \(row.run.seed))" }
}

extension EpisodeList {
  /// What the episodes are drawn from.
  fileprivate var data: String {
    "split \(split.rawValue), fingerprint \(splitFingerprint)\(dataDigest.map { ", data \($0)" } ?? "")"
  }

  /// Number, seed and settings, as far as they differ from another list's.
  fileprivate func text(besides other: EpisodeList) -> String {
    var facts: [String] = []
    if count != other.count { facts.append("0 to \(count - 1)") }
    if seed != other.seed { facts.append("of the seed \(seed)") }
    let own = settings.filter { !other.settings.contains($0) }
    if !own.isEmpty { facts.append("with \(own.joined(separator: ", "))") }
    return facts.isEmpty ? "of the task's defaults" : facts.joined(separator: " ")
  }
}
