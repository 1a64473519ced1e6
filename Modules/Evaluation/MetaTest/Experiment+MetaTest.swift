public import Algorithms
import Models
import Tasks
import TensorCore

extension Experiment {
  /// Tests a state on the fixed list of held-out episodes.
  ///
  /// Episode i is the distribution's episode i of the tested split under a seed that follows from the run's seed: the same for
  /// every algorithm. Shards have a fixed size and are taken together in order, so the result is the same for any number of
  /// threads.
  /// - Parameters:
  ///   - state: What was meta-learned.
  ///   - threads: Threads that take shards, at least 1.
  ///   - progress: Called on the calling thread with the number of episodes that are done; an error that it throws ends the test.
  /// - Returns: Scores of every episode before adaptation and after each step, in every mode that is tested.
  /// - Throws: `TaskError.notFinite` for an episode whose data are not numbers; what drawing an episode or `progress` throws.
  public func metaTest(
    _ state: MetaState, threads: Int = 1, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> TestResult {
    let pool = WorkerPool(threads: threads)
    let shards = stride(from: 0, to: test.episodes, by: test.shardSize).map { $0..<min($0 + test.shardSize, test.episodes) }
    var scores: [[ShardScores]] = []
    // Waves of a few shards a thread, so that progress can be told in between.
    for wave in stride(from: 0, to: shards.count, by: 4 * threads).map({ $0..<min($0 + 4 * threads, shards.count) }) {
      scores += try pool.map(wave.count) { try self.scores(state, shards[wave.lowerBound + $0]) }
      try progress(shards[wave.upperBound - 1].upperBound, test.episodes)
    }
    let modes = testModes.enumerated().map { place, mode in
      ModeResult(
        name: mode.name, losses: joined(scores.map { $0[place].losses }),
        accuracies: scores[0][place].accuracies == nil ? nil : joined(scores.map { $0[place].accuracies ?? [] }))
    }
    return TestResult(modes: modes, episodes: episodeList)
  }

  /// Which episodes the experiment is tested on.
  public var episodeList: EpisodeList {
    EpisodeList(
      task: ids.task, split: test.split, seed: testSeed, count: test.episodes,
      settings: taskSettings.map { "\($0.key)=\($0.value)" }, splitFingerprint: tasks.splitFingerprint, dataDigest: tasks.dataDigest)
  }

  /// The modes that are tested and their names in reports, the headline's first.
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

  /// The key of the test episodes' randomness.
  private var testSeed: UInt64 {
    var stream = RandomStream(seed: training.seed).child("meta-test")
    return stream.next()
  }

  /// The scores of one shard in every mode; adaptation is done once.
  private func scores(_ state: MetaState, _ range: Range<Int>) throws -> [ShardScores] {
    let shard = try tasks.checkedEpisodes(range, in: test.split, seed: testSeed)
    let context = AdaptationContext(stream: RandomStream(seed: testSeed).child("adaptation"), firstTask: range.lowerBound)
    return algorithm.scores(state, learner, shard, steps: test.steps, modes: testModes.map(\.mode), context)
  }
}

/// Curves of consecutive shards, [shard][step][task], as curves over all episodes, [step][episode].
private func joined(_ shards: [[[Double]]]) -> [[Double]] {
  shards[0].indices.map { step in shards.flatMap { $0[step] } }
}
