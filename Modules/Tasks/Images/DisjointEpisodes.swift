import Synchronization
import TensorCore

/// A distribution over tasks whose episodes can be drawn so that no two of them share a sample.
///
/// Ordinary episodes are drawn with replacement: their interval speaks of the sampler. That of episodes without common samples speaks of
/// the data.
/// - SeeAlso: "Oops, I sampled it again: Reinterpreting confidence intervals in few-shot learning", TMLR 2024
public protocol DisjointEpisodes: TaskDistribution {
  /// Draws an episode that shares no sample with those of other indices: a pure function of (settings, seed, split, index).
  ///
  /// - Parameters:
  ///   - index: From 0. The samples of an index do not depend on how many episodes are drawn.
  ///   - split: The split.
  ///   - seed: The random seed.
  /// - Returns: The episode; nil if the split has no further samples for one.
  /// - Throws: As ``TaskDistribution/episode(_:in:seed:)``.
  func disjointEpisode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode?
}

extension DisjointEpisodes {
  /// Draws disjoint episodes, checked as by ``TaskDistribution/checkedShards(_:in:seed:supports:padding:)``.
  ///
  /// - Returns: Those of the range that exist; fewer than its count if the samples are used up.
  /// - Throws: As ``TaskDistribution/checkedShards(_:in:seed:supports:padding:)``.
  public func checkedDisjointEpisodes(_ indices: Range<Int>, in split: Split, seed: UInt64) throws -> [Episodes] {
    var shards: [Episodes] = []
    let signature = signature
    for index in indices {
      guard let episode = try disjointEpisode(index, in: split, seed: seed) else { break }
      try check(episode, index: index)
      let shard = Episodes([episode])
      try check(shard, signature, first: index, supports: 1)
      shards.append(
        signature.shots.map { shard.masked(counts(index..<index + 1, $0, in: split, seed: seed), of: $0.upperBound) } ?? shard)
    }
    return shards
  }
}

extension PictureTask {
  /// Lets ``FewShotSampler``, by which all distributions of pictures draw, choose the drawings.
  ///
  /// A class takes part in ⌊drawings / (shots + queries)⌋ episodes. Turned classes share the drawings of the upright one.
  public func disjointEpisode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode? {
    let draw = DisjointDraw(index: index, stream: stream(in: split, seed: seed).child("disjoint"))
    do {
      let episode = try DisjointDraw.$current.withValue(draw) { try self.episode(index, in: split, seed: seed) }
      // Without the sampler, nothing says that the episode shares no drawing.
      return draw.answer == .drawn ? episode : nil
    } catch TaskError.tooFewClasses where draw.answer == .usedUp {
      return nil
    }
  }
}

/// The request for a disjoint episode, which reaches the sampler past `TaskDistribution.episode`, whose arguments are fixed.
final class DisjointDraw: Sendable {
  enum Answer: Sendable { case none, drawn, usedUp }

  /// The request that holds while an episode is drawn; nil for ordinary episodes.
  @TaskLocal static var current: DisjointDraw?

  /// The episode's index among the disjoint ones.
  let index: Int
  /// The random stream that all disjoint episodes of the split share.
  let stream: RandomStream
  private let state = Mutex(Answer.none)

  init(index: Int, stream: RandomStream) {
    self.index = index
    self.stream = stream
  }

  /// What the sampler did.
  var answer: Answer { state.withLock { $0 } }

  /// Chooses the classes and drawings of the episode.
  ///
  /// Each episode takes the classes that have most drawings left, at random among equal ones; so there are as many episodes as possible.
  /// - Parameters:
  ///   - ways: The classes of an episode.
  ///   - size: The drawings of a class that an episode takes.
  ///   - classCount: The number of classes.
  ///   - turns: How many classes share the drawings of one: class c has those of c mod (classCount / turns).
  ///   - drawings: The number of drawings of a class.
  /// - Returns: The classes with their drawings; nil if the drawings are used up.
  func choice(
    ways: Int, size: Int, classCount: Int, turns: Int, drawings: (Int) -> Int
  ) -> [(number: Int, drawings: [Int])]? {
    let bases = classCount / turns
    var used = [Int](repeating: 0, count: bases)
    // The classes by how many more episodes they can take part in.
    var levels: [[Int]] = [[]]
    for base in 0..<bases {
      let level = drawings(base) / size
      while levels.count <= level { levels.append([]) }
      levels[level].append(base)
    }
    for index in 0...index {
      var stream = stream.child(index)
      var picked: [(base: Int, level: Int)] = []
      var level = levels.count - 1
      while picked.count < ways, level > 0 {
        let places = stream.choice(min(ways - picked.count, levels[level].count), of: levels[level].count)
        // From the back, so that a removal moves no place that comes later.
        for place in places.sorted(by: >) {
          levels[level].swapAt(place, levels[level].count - 1)
          if let base = levels[level].popLast() { picked.append((base, level)) }
        }
        level -= 1
      }
      guard picked.count == ways else {
        state.withLock { $0 = .usedUp }
        return nil
      }
      for (base, level) in picked { levels[level - 1].append(base) }
      if index == self.index {
        state.withLock { $0 = .drawn }
        return stream.permutation(ways).map { place in
          let base = picked[place].base
          var own = self.stream.child("drawings").child(base)
          let order = own.permutation(drawings(base))
          let turn = stream.integer(below: turns)
          return (base + bases * turn, Array(order[used[base] * size..<(used[base] + 1) * size]))
        }
      }
      for (base, _) in picked { used[base] += 1 }
    }
    return nil
  }
}
