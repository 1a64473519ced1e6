import TensorCore

extension TaskDistribution {
  /// Draws episodes as shards, and checks them against ``signature``: types, shapes, labels and finite numbers.
  ///
  /// Episodes of equal shapes are one shard. A new shard starts at each episode whose shapes differ from those of the one before it, so
  /// the result depends on the distribution and the indices only. With `padding`, all episodes are one shard: if their numbers of samples differ, the smaller ones are padded to the largest, and at least to the numbers of ``signature``.
  /// With `withEveryClass`, a class of a query set must be in its support set, too.
  /// - Returns: The shards, in the order of the indices.
  /// - Throws: ``TaskError/episode(task:index:set:fault:)``, ``TaskError/notFinite(task:index:)``, and any error from drawing.
  public func checkedShards(
    _ indices: Range<Int>, in split: Split, seed: UInt64, supports: Int = 1, padding: Bool = false, withEveryClass: Bool = false
  ) throws -> [Episodes] {
    let shards = try checkedShards(indices, in: split, seed: seed, supports: supports, padding: padding)
    guard withEveryClass else { return shards }
    var first = indices.lowerBound
    for shard in shards {
      for place in 0..<shard.count {
        guard let label = shard[task: place].classWithoutSupport else { continue }
        throw TaskError.episode(task: Self.card.id, index: first + place, set: "support", fault: .noSupport(label: label))
      }
      first += shard.count
    }
    return shards
  }

  private func checkedShards(
    _ indices: Range<Int>, in split: Split, seed: UInt64, supports: Int, padding: Bool
  ) throws -> [Episodes] {
    let (signature, first) = (signature, indices.lowerBound)
    do {
      let shard = try episodes(indices, in: split, seed: seed, supports: supports)
      try check(shard, signature, first: first, supports: supports)
      let drawn = signature.shots.map { shard.masked(counts(indices, $0, in: split, seed: seed), of: $0.upperBound) } ?? shard
      return padding || !drawn.isPadded ? [drawn] : cut((0..<drawn.count).map { drawn[task: $0] }).map { Episodes($0.episodes) }
    } catch TaskError.differentShapes {
      var drawn = try indices.map { try episode($0, in: split, seed: seed, supports: supports) }
      for (place, episode) in drawn.enumerated() { try check(episode, index: first + place) }
      if let shots = signature.shots {
        let counts = counts(indices, shots, in: split, seed: seed)
        drawn = drawn.enumerated().map { Episodes([$1]).masked([counts[$0]], of: shots.upperBound)[task: 0] }
      }
      let shards =
        padding
        ? [(first: 0, shard: Episodes(padding: drawn, support: signature.supportCount, query: signature.queryCount))]
        : cut(drawn).map { ($0.first, Episodes($0.episodes)) }
      return try shards.map { place, shard in
        try check(shard, signature, first: first + place, supports: supports)
        return shard
      }
    }
  }

  /// The number of shots of each task; its random stream is apart, so that the samples do not depend on the range.
  func counts(_ indices: Range<Int>, _ shots: ClosedRange<Int>, in split: Split, seed: UInt64) -> [Int] {
    indices.map { index in
      var stream = stream(index, in: split, seed: seed).child("shots")
      return shots.lowerBound + stream.integer(below: shots.count)
    }
  }

  /// Draws episodes of equal shapes as one shard, checked as by ``checkedShards(_:in:seed:supports:)``.
  ///
  /// - Throws: ``TaskError/differentShapes(task:index:)``, and the same errors.
  public func checkedEpisodes(_ indices: Range<Int>, in split: Split, seed: UInt64, supports: Int = 1) throws -> Episodes {
    let shards = try checkedShards(indices, in: split, seed: seed, supports: supports, padding: false)
    guard shards.count == 1 else { throw TaskError.differentShapes(task: Self.card.id, index: indices.lowerBound + shards[0].count) }
    return shards[0]
  }

  /// Runs of episodes with equal shapes, each with the place of its first episode.
  private func cut(_ episodes: [Episode]) -> [(first: Int, episodes: [Episode])] {
    var groups: [(first: Int, episodes: [Episode])] = []
    for (place, episode) in episodes.enumerated() {
      if let last = groups.last, episode.hasShapes(of: last.episodes[0]) {
        groups[groups.count - 1].episodes.append(episode)
      } else {
        groups.append((place, [episode]))
      }
    }
    return groups
  }

  /// Checks one episode against the signature.
  func check(_ episode: Episode, index: Int) throws(TaskError) {
    for (name, set) in named([episode.support] + episode.furtherSupports, episode.query) {
      if let (_, fault) = set.fault(signature, tasks: nil) {
        throw .episode(task: Self.card.id, index: index, set: name, fault: fault)
      }
    }
  }

  /// Checks a shard against the signature.
  func check(_ shard: Episodes, _ signature: TaskSignature, first: Int, supports: Int) throws(TaskError) {
    guard 1 + shard.furtherSupports.count >= supports else { throw .oneSupport(task: Self.card.id, required: supports) }
    let count = shard.count
    // Building a list of the sets would cost a small network's meta-iteration half a percent.
    if shard.support.isSound(signature, count), shard.query.isSound(signature, count),
      shard.furtherSupports.allSatisfy({ $0.isSound(signature, count) })
    {
      return
    }
    for (name, set) in named(shard.supports, shard.query) {
      if let (task, fault) = set.fault(signature, tasks: count) {
        throw .episode(task: Self.card.id, index: first + task, set: name, fault: fault)
      }
      guard !set.isFinite else { continue }
      throw .notFinite(task: Self.card.id, index: first + ((0..<count).first { !set.slice($0..<($0 + 1)).isFinite } ?? 0))
    }
  }

  private func named(_ supports: [LabelledSet], _ query: LabelledSet) -> [(String, LabelledSet)] {
    supports.enumerated().map { ($0 == 0 ? "support" : "support \($0 + 1)", $1) } + [("query", query)]
  }
}

extension LabelledSet {
  fileprivate func isSound(_ signature: TaskSignature, _ tasks: Int) -> Bool { fault(signature, tasks: tasks) == nil && isFinite }
}

extension Episode {
  /// The smallest label of the query set that the support set lacks; nil if there is none, or if targets are numbers.
  var classWithoutSupport: Int? {
    guard case .classes(let known, _) = support.targets, case .classes(let asked, _) = query.targets else { return nil }
    return Set(asked.integers).subtracting(known.integers).min()
  }

  /// True if both episodes can be stacked.
  func hasShapes(of other: Episode) -> Bool {
    func outline(_ episode: Episode) -> [Shape] {
      ([episode.support, episode.query] + episode.furtherSupports).flatMap { [$0.inputs.shape, $0.targets.tensor.shape] }
    }
    return outline(self) == outline(other)
  }
}
