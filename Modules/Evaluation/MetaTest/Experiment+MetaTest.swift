public import Algorithms
import Models
import Tasks
import TensorCore

extension Experiment {
  /// Tests a state on the fixed list of held-out episodes.
  ///
  /// Episode i is the distribution's episode i of the tested split. Its seed is derived from the run's seed, so every algorithm is
  /// tested on the same episodes. Shards have a fixed size and are joined in order, so the result does not depend on the number
  /// of threads.
  /// - Parameters:
  ///   - state: The meta-learned state.
  ///   - threads: Worker threads, at least 1; no more are started than the allowed cores.
  ///   - progress: Called on the calling thread with the number of episodes done. If it throws, the test ends.
  /// - Returns: The scores of every episode before adaptation and after each step, in every tested mode.
  /// - Throws: `TaskError.notFinite` for an episode with data that are not finite; errors of the distribution and of `progress`.
  public func metaTest(
    _ state: MetaState, threads: Int = 1, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> TestResult {
    let pool = WorkerPool(threads: min(threads, Processors.allowed))
    let shards = stride(from: 0, to: test.episodes, by: test.shardSize).map { $0..<min($0 + test.shardSize, test.episodes) }
    var scores: [[ShardScores]] = []
    // Waves of a few shards per thread, with a progress call after each.
    for wave in stride(from: 0, to: shards.count, by: 4 * pool.threads).map({ $0..<min($0 + 4 * pool.threads, shards.count) }) {
      scores += try pool.map(wave.count) { try self.scores(state, shards[wave.lowerBound + $0]) }
      try progress(shards[wave.upperBound - 1].upperBound, test.episodes)
    }
    let reported = algorithm.reportedStep(of: test.steps)
    let modes = testModes.enumerated().map { place, mode in
      ModeResult(
        name: mode.name, losses: joined(scores.map { $0[place].losses }), measure: scores[0][place].measure,
        scores: scores[0][place].scores == nil ? nil : joined(scores.map { $0[place].scores ?? [] }),
        calibration: CalibrationTally.sum(scores.map { $0[place].calibration }).map { TestCalibration($0, step: reported) },
        paths: scores.flatMap { $0[place].paths })
    }
    let sampling = try samplingEstimates(state, seed: testSeed, pool: pool) { try progress(test.episodes, test.episodes) }
    return TestResult(modes: modes, episodes: episodeList, sampling: sampling)
  }

  /// The episodes that the experiment is tested on.
  public var episodeList: EpisodeList {
    EpisodeList(
      task: ids.task, split: test.split, seed: testSeed, count: test.episodes,
      settings: taskSettings.map { "\($0.key)=\($0.value)" }, splitFingerprint: tasks.splitFingerprint, dataDigest: tasks.dataDigest)
  }

  /// The tested modes with their names in reports, the headline's first.
  var testModes: [(name: String, mode: NormalisationMode)] {
    guard learner.model.usesBatchStatistics else { return [("none", .transductive)] }
    let modes: [NormalisationMode] =
      switch test.modes {
      case .all: (learner.trainingMode == .support ? [.support] : []) + [.transductive, .supportPlusOne]
      case .transductive: [.transductive]
      case .support: [.support]
      case .supportPlusOne: [.supportPlusOne]
      }
    return modes.map { ($0.rawValue, $0) }
  }

  /// The random seed of the test episodes.
  private var testSeed: UInt64 { Self.testSeed(of: training.seed) }

  /// The random seed of the test episodes of a run.
  private static func testSeed(of seed: UInt64) -> UInt64 {
    var stream = RandomStream(seed: seed).child("meta-test")
    return stream.next()
  }

  /// The parent of the random streams of adaptation in the test of a run.
  static func adaptationStream(of seed: UInt64) -> RandomStream { RandomStream(seed: testSeed(of: seed)).child("adaptation") }

  /// Scores one shard in every mode, with a single adaptation.
  private func scores(_ state: MetaState, _ range: Range<Int>) throws -> [ShardScores] {
    let stream = Self.adaptationStream(of: training.seed)
    var first = range.lowerBound
    var scores: [ShardScores] = []
    for part in try tasks.checkedShards(range, in: test.split, seed: testSeed, withEveryClass: algorithm.needsEveryClass) {
      let context = AdaptationContext(stream: stream, firstTask: first)
      let own = algorithm.scores(state, learner, part, steps: test.steps, modes: testModes.map(\.mode), context)
      if let failure = own.lazy.compactMap(\.failure).first { throw failure }
      scores = scores.isEmpty ? own : zip(scores, own).map { $0.followed(by: $1) }
      first += part.count
    }
    return scores
  }
}

/// Joins the curves of consecutive shards, [shard][step][task], into curves over all episodes, [step][episode].
private func joined(_ shards: [[[Double]]]) -> [[Double]] {
  shards[0].indices.map { step in shards.flatMap { $0[step] } }
}
