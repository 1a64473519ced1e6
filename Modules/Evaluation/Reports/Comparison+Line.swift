import Algorithms
import Registry
public import Tasks

extension Comparison {
  /// The runs of one algorithm with one configuration, one for each seed.
  public struct Line: Sendable {
    /// The runs, by ascending seed; at least one.
    public let rows: [Row]
    /// The name in tables: the algorithm's id, with the settings that set it apart from another line of the same algorithm.
    public let label: String
    /// The step that the line is ranked after.
    public let step: Int

    /// Joins runs that differ in their seeds only.
    /// - Precondition: At least one run, by ascending seed.
    init(_ rows: [Row], label: String, rankAt: RankStep) {
      require(!rows.isEmpty, "a line of a comparison has at least one run")
      self.rows = rows
      self.label = label
      step = rankAt.step(trained: rows[0].run.adaptationSteps, last: rows[0].lastStep)
    }

    /// The description of the first run; those of the others differ in the seed only.
    public var run: RunDescription { rows[0].run }

    /// The seeds, ascending.
    public var seeds: [UInt64] { rows.map(\.run.seed) }

    /// The score that the line is ranked by.
    public var headline: CurvePoint { headlineCurve[step] }

    /// The headline's score in the first mode, before adaptation and after each step.
    public var headlineCurve: [CurvePoint] {
      let mode = rows[0].result.modes[0]
      return curve(mode.name, mode.headlineMeasure) ?? mode.headlineCurve
    }

    /// True if no adaptation step changes anything, as for metric learning: the one score is neither before nor after adaptation.
    var isStepless: Bool {
      rows.allSatisfy { row in
        let losses = row.result.modes[0].losses
        return losses.count > 1 && losses.dropFirst().allSatisfy { $0 == losses[0] }
      }
    }

    /// The curve of a measure in a mode; nil if a run was not tested so.
    ///
    /// For one run, intervals are over episodes. For several, each seed's mean is one observation, and intervals are over seeds.
    public func curve(_ mode: String, _ measure: Measure) -> [CurvePoint]? {
      let curves = rows.compactMap { $0.result.mode(mode)?.scores(of: measure) }
      guard curves.count == rows.count, let steps = curves.map(\.count).min() else { return nil }
      guard curves.count > 1 else { return CurvePoint.curve(of: curves[0], measure) }
      return (0..<steps).map { step in CurvePoint(step: step, seeds: curves.map { $0[step] }, measure: measure) }
    }

    /// The headline's scores of each episode, one list for each seed.
    public var headlineScores: [[Double]] { rows.map { $0.result.modes[0].headlineScores[step] } }

    /// The last adaptation step for which per-step hyperparameters were learned; nil if there are none.
    var lastLearnedStep: Int? { rows.compactMap(\.lastLearnedStep).max() }

    /// The wall time of all runs, seconds; nil if one was not measured.
    var seconds: Double? {
      let seconds = rows.compactMap(\.seconds)
      return seconds.count == rows.count ? seconds.reduce(0, +) : nil
    }

    /// The sorting key; the smallest comes first.
    var rank: (Int, Double, String) {
      let point = headline
      let sign: Double = rows[0].result.measure.isMoreBetter ? -1 : 1
      return (point.diverged, point.estimate?.finiteMean.map { sign * $0 } ?? .infinity, label)
    }

    /// The mean of this line's scores minus another's, on the same episodes.
    ///
    /// With one seed, the interval is over episodes; with several, over seeds.
    /// - Returns: nil if the two have no seed in common, or differ in episodes, mode or measure.
    public func difference(to other: Line) -> Estimate? { difference(to: other, ignoringDomains: false) }

    func difference(to other: Line, ignoringDomains: Bool) -> Estimate? {
      let pairs = pairs(with: other, ignoringDomains: ignoringDomains)
      guard !pairs.isEmpty else { return nil }
      let differences = pairs.map { own, others in zip(own, others).map { $0 - $1 } }
      return CurvePoint(step: step, seeds: differences, measure: .loss).estimate
    }

    /// The headline's scores of both lines on the same episodes, for each common seed.
    ///
    /// - Returns: No pairs if the two lines differ in episodes, mode or measure.
    public func pairs(with other: Line) -> [(own: [Double], other: [Double])] { pairs(with: other, ignoringDomains: false) }

    private func pairs(with other: Line, ignoringDomains: Bool) -> [(own: [Double], other: [Double])] {
      rows.compactMap { row in
        guard let partner = other.rows.first(where: { $0.run.seed == row.run.seed }) else { return nil }
        let (one, two) = (row.result, partner.result)
        let isPaired = ignoringDomains ? one.episodes.withoutDomains == two.episodes.withoutDomains : one.episodes == two.episodes
        guard isPaired, one.measure == two.measure, one.modes[0].name == two.modes[0].name else { return nil }
        return (one.modes[0].headlineScores[step], two.modes[0].headlineScores[other.step])
      }
    }
  }
}

extension Comparison.Line {
  /// Joins runs into lines: one for each algorithm and configuration, in the order of the first runs.
  static func lines(_ rows: [Comparison.Row], rankAt: RankStep) -> [Comparison.Line] {
    var keys: [[RunDescription.Setting]] = []
    var members: [[Comparison.Row]] = []
    for row in rows {
      let key = row.run.settingsBesideSeed
      if let place = keys.firstIndex(of: key) {
        members[place].append(row)
      } else {
        keys.append(key)
        members.append([row])
      }
    }
    let labels = labels(keys)
    return zip(members, labels).map { rows, label in
      Comparison.Line(rows.sorted { $0.run.seed < $1.run.seed }, label: label, rankAt: rankAt)
    }
  }

  /// The algorithms' ids; those of one algorithm with several configurations name the settings that differ.
  private static func labels(_ configurations: [[RunDescription.Setting]]) -> [String] {
    let ids = configurations.map { $0.first { $0.key == "algorithm" }?.value.description ?? "" }
    return zip(configurations, ids).map { own, id in
      let others = zip(configurations, ids).filter { $0.1 == id && $0.0 != own }.map(\.0)
      guard !others.isEmpty else { return id }
      let differing = own.filter { setting in others.contains { !$0.contains(setting) } }
      return ([id] + differing.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
    }
  }
}

extension CurvePoint {
  /// Summarises the scores of several seeds.
  ///
  /// For one seed, the interval is over its episodes. For several, it is over the seeds' means, by Student's t with K − 1 degrees of
  /// freedom. The median is over all episodes of all seeds.
  init(step: Int, seeds: [[Double]], measure: Measure) {
    let all = Array(seeds.joined())
    let pooled = CurvePoint(step: step, scores: all, measure: measure)
    guard seeds.count > 1, pooled.diverged == 0 else {
      self = pooled
      return
    }
    let overSeeds = Estimate(overGroups: seeds.map { $0.reduce(0, +) / Double($0.count) })
    self.init(step: step, estimate: overSeeds, median: pooled.median, diverged: 0)
  }
}
