import Algorithms
public import Tasks
import Models
import TensorCore

/// What the interval over episodes leaves open: the scores of disjoint episodes, and the part that the assignment of labels has in them.
///
/// Episodes are drawn with replacement, so that they share samples, and their interval gets as narrow as one likes. Disjoint episodes use
/// each sample at most once, so their interval is about the data. The label that each class of an episode gets is random too; meta-learned
/// classifiers depend on it.
/// - SeeAlso: "Oops, I sampled it again: Reinterpreting confidence intervals in few-shot learning", TMLR 2024; Ye and Chao, "How to train
///   your MAML to excel in few-shot classification", ICLR 2022, section 4, <https://arxiv.org/abs/2106.16245>. They choose the best
///   assignment of a class to a label; here its variance is measured.
public struct SamplingEstimates: Sendable, Hashable {
  /// The estimates in one normalisation mode.
  public struct Mode: Sendable, Hashable {
    /// The name, as in ``ModeResult/name``.
    public let name: String
    /// The scores of the disjoint episodes; nil if the tasks have none.
    public let disjoint: [Double]?
    /// The mean over episodes of the variance of the score over random assignments of labels to the same classes; nil without classes,
    /// or if an episode diverged.
    public let assignmentVariance: Double?
    /// The variance between the episodes' means over assignments; nil like the other.
    public let episodeVariance: Double?

    init(name: String, disjoint: [Double]?, assignmentVariance: Double?, episodeVariance: Double?) {
      self.name = name
      self.disjoint = disjoint
      self.assignmentVariance = assignmentVariance
      self.episodeVariance = episodeVariance
    }
  }

  /// The adaptation steps before the scores: as many as the algorithm adapts by in meta-training.
  public let step: Int
  /// What the scores measure.
  public let measure: Measure
  /// The number of episodes whose labels are assigned anew; 0 without classes.
  public let assignedEpisodes: Int
  /// The number of random assignments of each of them.
  public let assignments: Int
  /// The modes of the test, in its order.
  public let modes: [Mode]
}

extension SamplingEstimates {
  /// Assignments of labels to the classes of an episode.
  static let assignments = 5
  /// The most episodes whose labels are assigned anew: a hundred keep the error of a standard deviation below 5%.
  static let assignedEpisodes = 100

  /// The member of results.json.
  var json: JSON {
    .object([
      .init("step", .integer(step)), .init("assignedEpisodes", .integer(assignedEpisodes)), .init("assignments", .integer(assignments)),
      .init(
        "modes",
        .array(
          modes.map { mode in
            .object([
              .init("normalisation", .string(mode.name)),
              .init("disjointScores", mode.disjoint.map { .array($0.map { .number($0) }) } ?? .null),
              .init("assignmentVariance", .optional(mode.assignmentVariance)), .init("episodeVariance", .optional(mode.episodeVariance)),
            ])
          })),
    ])
  }

  /// Restores recorded estimates; nil if the record of a run has none.
  init?(recordedIn run: RecordReader, measure: Measure) throws(RunRecordError) {
    guard !run.isNull("sampling") else { return nil }
    let record = try run.object("sampling")
    step = try record.count("step")
    assignedEpisodes = try record.count("assignedEpisodes")
    assignments = try record.count("assignments")
    self.measure = measure
    modes = try record.objects("modes").map { (mode) throws(RunRecordError) in
      func variance(_ key: String) throws(RunRecordError) -> Double? { mode.isNull(key) ? nil : try mode.number(key) }
      return Mode(
        name: try mode.string("normalisation"), disjoint: mode.isNull("disjointScores") ? nil : try mode.numbers("disjointScores"),
        assignmentVariance: try variance("assignmentVariance"), episodeVariance: try variance("episodeVariance"))
    }
  }
}

extension Experiment {
  /// Whether tasks have disjoint episodes, or labels that can be assigned anew.
  public static func offersSamplingEstimates(_ tasks: any TaskDistribution) -> Bool {
    tasks is any DisjointEpisodes || tasks.signature.taskLoss.targets == .classes
  }

  /// Throws if the settings ask for estimates that the tasks do not offer.
  ///
  /// - Throws: ``ExperimentError/noDisjointEpisodes(task:)``
  func checkSampling() throws(ExperimentError) {
    if test.disjoint, !Self.offersSamplingEstimates(tasks) { throw .noDisjointEpisodes(task: ids.task) }
  }

  /// Scores disjoint episodes, and episodes with several assignments of labels; nil unless the settings ask for it.
  ///
  /// - Parameters:
  ///   - state: The meta-learned state.
  ///   - seed: The random seed of the test episodes.
  ///   - pool: The threads; the result does not depend on their number.
  ///   - progress: Called between waves of shards. If it throws, the test ends.
  /// - Returns: The estimates in every tested mode.
  /// - Throws: Errors of the distribution and of `progress`.
  func samplingEstimates(
    _ state: MetaState, seed: UInt64, pool: WorkerPool, progress: () throws -> Void
  ) throws -> SamplingEstimates? {
    guard test.disjoint else { return nil }
    let disjoint = try (tasks as? any DisjointEpisodes).map { try disjointScores(state, $0, seed: seed, pool: pool, progress: progress) }
    let hasClasses = learner.taskLoss.targets == .classes
    let assigned = hasClasses ? min(test.episodes, SamplingEstimates.assignedEpisodes) : 0
    // [mode][episode][assignment]
    let scores = hasClasses ? try assignmentScores(state, assigned, seed: seed, pool: pool, progress: progress) : nil
    let modes = testModes.indices.map { place in
      let variances = scores.flatMap { Self.variances($0[place]) }
      return SamplingEstimates.Mode(
        name: testModes[place].name, disjoint: disjoint?[place], assignmentVariance: variances?.within,
        episodeVariance: variances?.between)
    }
    return SamplingEstimates(
      step: algorithm.reportedStep(of: test.steps), measure: learner.taskLoss.measure ?? .loss, assignedEpisodes: assigned,
      assignments: hasClasses ? SamplingEstimates.assignments : 0, modes: modes)
  }

  /// The mean variance within episodes and the variance of their means; nil for fewer than two episodes, or if a score is not finite.
  private static func variances(_ scores: [[Double]]) -> (within: Double, between: Double)? {
    guard scores.count >= 2, scores.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
    let moments = scores.map { Moments($0) }
    let within = moments.reduce(0) { $0 + $1.variance } / Double(moments.count)
    let between = Moments(moments.map(\.mean)).variance
    return within.isFinite && between.isFinite ? (within, between) : nil
  }

  /// The scores of a shard after the reported step: [mode][task].
  private func reportedScores(_ state: MetaState, _ shard: Episodes, first: Int) -> [[Double]] {
    let context = AdaptationContext(stream: Self.adaptationStream(of: training.seed), firstTask: first)
    let steps = algorithm.reportedStep(of: test.steps)
    return algorithm.scores(state, learner, shard, steps: steps, modes: testModes.map(\.mode), context).map { own in
      (own.scores ?? own.losses)[steps]
    }
  }

  /// The scores of the disjoint episodes, at most as many as the test has: [mode][episode].
  private func disjointScores(
    _ state: MetaState, _ tasks: any DisjointEpisodes, seed: UInt64, pool: WorkerPool, progress: () throws -> Void
  ) throws -> [[Double]] {
    var scores = testModes.map { _ in [Double]() }
    var first = 0
    while first < test.episodes {
      let shards = stride(from: first, to: test.episodes, by: test.shardSize).prefix(4 * pool.threads).map {
        $0..<min($0 + test.shardSize, test.episodes)
      }
      let wave = try pool.map(shards.count) { place in
        try tasks.checkedDisjointEpisodes(shards[place], in: test.split, seed: seed).enumerated().map { offset, shard in
          self.reportedScores(state, shard, first: shards[place].lowerBound + offset)
        }
      }
      for shard in wave {
        for episode in shard {
          for (mode, own) in episode.enumerated() { scores[mode] += own }
        }
      }
      try progress()
      guard zip(shards, wave).allSatisfy({ $0.count == $1.count }) else { break }
      first = shards[shards.count - 1].upperBound
    }
    return scores
  }

  /// The scores of the first test episodes under random assignments of labels: [mode][episode][assignment].
  private func assignmentScores(
    _ state: MetaState, _ episodes: Int, seed: UInt64, pool: WorkerPool, progress: () throws -> Void
  ) throws -> [[[Double]]] {
    let stream = RandomStream(seed: seed).child("label assignment")
    let shards = stride(from: 0, to: episodes, by: test.shardSize).map { $0..<min($0 + test.shardSize, episodes) }
    var scores = testModes.map { _ in [[Double]]() }
    for start in stride(from: 0, to: shards.count, by: 4 * pool.threads) {
      let range = start..<min(start + 4 * pool.threads, shards.count)
      let wave = try pool.map(range.count) { place in
        let indices = shards[range.lowerBound + place]
        var first = indices.lowerBound
        var scores = testModes.map { _ in [[Double]]() }
        for part in try tasks.checkedShards(indices, in: test.split, seed: seed, withEveryClass: algorithm.needsEveryClass) {
          // [assignment][mode][task]
          let own = (0..<SamplingEstimates.assignments).map { assignment in
            let relabelled = part.relabelled { task, ways in
              var own = stream.child(first + task).child(assignment)
              return own.permutation(ways)
            }
            return self.reportedScores(state, relabelled, first: first)
          }
          for mode in testModes.indices {
            scores[mode] += (0..<part.count).map { task in own.map { $0[mode][task] } }
          }
          first += part.count
        }
        return scores
      }
      for shard in wave {
        for (mode, own) in shard.enumerated() { scores[mode] += own }
      }
      try progress()
    }
    return scores
  }
}

extension Episodes {
  /// The same tasks with other labels: label l of task t becomes `permutation(t, ways)[l]`, in all sets.
  fileprivate func relabelled(_ permutation: (_ task: Int, _ ways: Int) -> [Int]) -> Episodes {
    guard case .classes(_, let ways) = support.targets.unmasked else { return self }
    let permutations = (0..<count).map { permutation($0, ways) }
    return mapSets { LabelledSet(inputs: $0.inputs, targets: $0.targets.relabelled(permutations)) }
  }
}

extension Targets {
  /// Labels [T, N], replaced by the entries of their task's permutation.
  fileprivate func relabelled(_ permutations: [[Int]]) -> Targets {
    switch self {
    case .values: return self
    case .padded(let targets, let mask): return .padded(targets.relabelled(permutations), mask: mask)
    case .classes(let tensor, let ways):
      let (labels, samples) = (tensor.integers, tensor.shape[1])
      let relabelled = Tensor(shape: tensor.shape, dtype: .int64) { bytes in
        let values = bytes.bindMemory(to: Int64.self)
        for place in values.indices {
          values.initializeElement(at: place, to: Int64(permutations[place / samples][labels[place]]))
        }
      }
      return .classes(relabelled, ways: ways)
    }
  }
}
