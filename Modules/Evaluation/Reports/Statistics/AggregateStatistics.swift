import Registry
public import Tasks
import TensorCore

/// Algorithms over the seeds of a task, or over the seeds of all tasks: interquartile means, and probabilities of improvement.
///
/// A score is the mean over the episodes of a run. The strata of both bootstraps are the tasks.
/// - SeeAlso: Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS 2021, section 4,
///   <https://arxiv.org/abs/2108.13264>
public struct AggregateStatistics: Sendable {
  /// One algorithm.
  public struct Entry: Sendable {
    /// Its name in tables.
    public let label: String
    /// The interquartile mean over seeds and tasks; nil if scores of the middle half are not finite.
    public let mean: Double?
    /// Its 95% interval; nil if a task has a single seed, or if an end is not finite.
    public let interval: ConfidenceInterval?
    /// The number of runs with diverged episodes.
    public let diverged: Int
  }

  /// Two algorithms, as places in ``entries``.
  public struct Pair: Sendable {
    public let first: Int
    public let second: Int
    /// The probability that a run of the first is better than one of the second on the same task, ties one half.
    public let probability: Double
    /// Its 95% interval; nil if a task has a single seed.
    public let interval: ConfidenceInterval?
  }

  /// The tasks.
  public let tasks: [String]
  /// The measure of unscaled scores; nil for scores scaled to 0 for chance and 1 for the best possible score.
  public let measure: Measure?
  /// The algorithms, the best first.
  public let entries: [Entry]
  /// All pairs, in the order of the entries.
  public let pairs: [Pair]
  /// The least number of seeds of an algorithm on a task.
  public let seeds: Int

  /// Compares algorithms.
  ///
  /// - Parameters:
  ///   - tasks: The tasks.
  ///   - measure: The measure of unscaled scores; nil for scaled ones.
  ///   - scores: For each algorithm its label, and for each task the scores of its seeds. The random numbers depend on the labels and tasks
  ///     alone, so the same scores give the same bits.
  init?(tasks: [String], measure: Measure?, scores: [(label: String, scores: [[Double]])]) {
    let stream = tasks.reduce(RandomStream(seed: 0).child("aggregates")) { $0.child($1) }
    // Larger is better in both statistics.
    let sign: Double = measure?.isMoreBetter ?? true ? 1 : -1
    let oriented = scores.map { own in (label: own.label, scores: own.scores.map { $0.map { $0.isFinite ? sign * $0 : -.infinity } }) }
    let seeds = oriented.flatMap { $0.scores.map(\.count) }.min() ?? 0
    let means = oriented.compactMap { own in
      InterquartileMean(own.scores, stream: stream.child("mean").child(own.label)).map { (own: own, mean: $0) }
    }
    guard !means.isEmpty, means.count == scores.count, !tasks.isEmpty else { return nil }
    let order = means.sorted { one, other in
      let (first, second) = (one.mean.value ?? -.infinity, other.mean.value ?? -.infinity)
      return first == second ? one.own.label < other.own.label : first > second
    }
    entries = order.map { own, mean in
      let interval = seeds < 2 ? nil : mean.interval
      return Entry(
        label: own.label, mean: mean.value.map { sign * $0 },
        interval: interval.map { sign > 0 ? $0 : ConfidenceInterval(lower: -$0.upper, upper: -$0.lower) }, diverged: mean.diverged)
    }
    var pairs: [Pair] = []
    for first in order.indices {
      for second in order.indices.dropFirst(first + 1) {
        let stream = stream.child("improvement").child(order[first].own.label).child(order[second].own.label)
        guard let improvement = ProbabilityOfImprovement(order[first].own.scores, over: order[second].own.scores, stream: stream) else {
          continue
        }
        pairs.append(
          Pair(first: first, second: second, probability: improvement.value, interval: seeds < 2 ? nil : improvement.interval))
      }
    }
    self.pairs = pairs
    self.tasks = tasks
    self.measure = measure
    self.seeds = seeds
  }
}

extension Comparison {
  /// The aggregate statistics of the comparison, and why they are not over all tasks.
  public struct Aggregates: Sendable {
    /// One entry over all tasks, or one for each task with several seeds; empty for one seed of one task.
    public let statistics: [AggregateStatistics]
    /// Why the tasks are apart, a sentence; nil if they are not, and for a single task.
    public let reason: String?
  }

  /// Interquartile means and probabilities of improvement: over all tasks, if the scores of each have a common scale, else by task.
  ///
  /// The scale has 0 for chance and 1 for the best possible score. Chance is the score of the algorithm `chance` on the task; without it,
  /// the accuracy of guessing among the task's ways. The best accuracy is 1, the best loss 0; no other measure has a scale.
  public var aggregates: Aggregates {
    let groups = groups.filter { !$0.lines.isEmpty }
    let separate = groups.compactMap(\.aggregate)
    guard groups.count > 1 else { return Aggregates(statistics: separate, reason: nil) }
    func apart(_ reason: String) -> Aggregates { Aggregates(statistics: separate, reason: "Each task is on its own: \(reason)") }
    let scales = groups.map(\.scale)
    if let place = scales.firstIndex(where: { $0 == nil }) {
      return apart("\(groups[place].task) has no common scale with the others, because its score by chance or its best score is not known.")
    }
    let algorithms = groups[0].lines.map(\.run.algorithm).filter { algorithm in
      groups.allSatisfy { $0.lines.count { $0.run.algorithm == algorithm } == 1 }
    }
    let scores = algorithms.map { algorithm in
      (
        label: algorithm,
        scores: zip(groups, scales).map { group, scale in
          group.lines.first { $0.run.algorithm == algorithm }.map { $0.seedScores.map { scale?.scaled($0) ?? .nan } } ?? []
        }
      )
    }
    guard let all = AggregateStatistics(tasks: groups.map(\.task), measure: nil, scores: scores) else {
      return apart("no algorithm has exactly one line on every task.")
    }
    return Aggregates(statistics: [all], reason: nil)
  }
}

extension Comparison.Line {
  /// The mean over the episodes of each seed; not finite if an episode diverged.
  fileprivate var seedScores: [Double] { headlineScores.map { $0.reduce(0, +) / Double($0.count) } }
}

extension Comparison.Group {
  /// The statistics over the seeds of this task, of the lines that have several; nil without such lines.
  fileprivate var aggregate: AggregateStatistics? {
    let own = lines.filter { $0.rows.count > 1 }
    return AggregateStatistics(
      tasks: [task], measure: measure ?? .loss, scores: own.map { (label: $0.label, scores: [$0.seedScores]) })
  }

  /// The scale of the scores; nil if chance or the best is not known.
  fileprivate var scale: ScoreScale? {
    let measure = measure ?? .loss
    guard measure == .accuracy || measure == .loss else { return nil }
    let guessed = lines.first { $0.run.algorithm == "chance" }?.seedScores
    var chance = guessed.map { $0.reduce(0, +) / Double($0.count) }
    if chance == nil, measure == .accuracy { chance = lines[0].run.setting("task.ways").flatMap { Double($0) }.map { 1 / $0 } }
    return chance.flatMap { ScoreScale(chance: $0, best: measure == .accuracy ? 1 : 0) }
  }
}
