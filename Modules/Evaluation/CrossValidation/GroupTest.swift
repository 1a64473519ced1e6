import Algorithms
import Models
import Registry
import Tasks
import TensorCore

/// Tests a state on groups, with growing parts of each episode's support set and the same query set.
struct GroupTest: Sendable {
  let experiment: Experiment
  /// The numbers of support samples, ascending.
  let ownExamples: [Int]
  /// Episodes of each group.
  let episodes: Int

  /// The random seed of the test episodes: the same for all algorithms and folds.
  private var seed: UInt64 {
    var stream = RandomStream(seed: experiment.training.seed).child("cross-validation test")
    return stream.next()
  }

  /// Scores groups in parallel; the result does not depend on the number of threads.
  func callAsFunction(
    _ state: MetaState, groups: [String], progress: (_ done: Int) throws -> Void
  ) throws -> [GroupScores] {
    guard let tasks = experiment.tasks as? any GroupedTasks else {
      throw CrossValidationError.noGroups(task: experiment.ids.task, known: [])
    }
    let pool = WorkerPool(threads: min(experiment.training.threads, Processors.allowed))
    var all: [(scores: GroupScores, needsSupport: Bool)] = []
    for wave in stride(from: 0, to: groups.count, by: 2 * pool.threads).map({ $0..<min($0 + 2 * pool.threads, groups.count) }) {
      all += try pool.map(wave.count) { try scores(state, tasks, groups[wave.lowerBound + $0]) }
      try progress(wave.upperBound)
    }
    // One group may hide that an algorithm uses its support: all its targets may be equal.
    guard all.contains(where: \.needsSupport) else { return all.map(\.scores) }
    return all.map { own, _ in
      GroupScores(group: own.group, scores: zip(ownExamples, own.scores).map { $0 == 0 ? nil : $1 })
    }
  }

  /// The scores of one group, and whether the unadapted predictions depend on the support set.
  private func scores(_ state: MetaState, _ tasks: any GroupedTasks, _ group: String) throws -> (GroupScores, Bool) {
    let algorithm = experiment.algorithm
    var sums = [Double](repeating: 0, count: ownExamples.count)
    var needsSupport = false
    for first in stride(from: 0, to: episodes, by: experiment.test.shardSize) {
      let shard = try tasks.checkedEpisodes(first..<min(first + experiment.test.shardSize, episodes), of: group, seed: seed)
      let context = AdaptationContext(stream: RandomStream(seed: seed).child("adaptation").child(group), firstTask: first)
      for (place, count) in ownExamples.enumerated() {
        // Without examples there is no step, and one sample stands in that must not matter; see below.
        let part = shard.limited(to: count == 0 && !algorithm.takesEmptySupport ? 1 : count)
        let steps = count == 0 ? 0 : experiment.test.steps
        let result = algorithm.scores(state, experiment.learner, part, steps: steps, modes: [mode], context)[0]
        let curve = result.scores ?? result.losses
        sums[place] = curve[curve.count - 1].reduce(sums[place], +)
      }
      if ownExamples[0] == 0, !algorithm.takesEmptySupport, !needsSupport { needsSupport = dependsOnSupport(state, shard, context) }
    }
    return (GroupScores(group: group, scores: sums.map { $0 / Double(episodes) }), needsSupport)
  }

  /// Whether predictions before the first step differ between two support sets.
  ///
  /// The mean of the support targets is an example. Such an algorithm has no answer without examples.
  private func dependsOnSupport(_ state: MetaState, _ shard: Episodes, _ context: AdaptationContext) -> Bool {
    let one = shard.limited(to: 1)
    let predictions = [one.support, one.support.moved].map { support -> [Double] in
      let start = experiment.algorithm.adapt(state, experiment.learner, support: support, steps: 0, context)[0]
      return experiment.algorithm.predict(start, experiment.learner, query: one.query.inputs, mode: mode, context).doubles
    }
    return predictions[0] != predictions[1]
  }

  /// The mode of the headline.
  private var mode: NormalisationMode { experiment.testModes[0].mode }
}

extension Episodes {
  /// The same episodes with the first support samples of each.
  fileprivate func limited(to count: Int) -> Episodes {
    func part(_ tensor: Tensor) -> Tensor { tensor.sliced(0..<count, along: 1) }
    let limited = Episodes(
      support: LabelledSet(inputs: part(support.inputs), targets: support.targets.mapTensor(part)), query: query)
    // The episodes of a group have equally many samples, so that those of a small group stack without their padding.
    return limited.isPadded ? Episodes((0..<limited.count).map { limited[task: $0] }) : limited
  }
}

extension LabelledSet {
  /// Other samples of the same shapes: shifted numbers, and the next class.
  fileprivate var moved: LabelledSet {
    switch targets {
    case .padded: fatalError("the episodes of a group have no padding")
    case .classes(let labels, let ways):
      let moved = labels.doubles.map { Int64($0) + 1 == Int64(ways) ? 0 : Int64($0) + 1 }
      let next = Tensor(shape: labels.shape, dtype: .int64) { bytes in
        _ = bytes.bindMemory(to: Int64.self).initialize(fromContentsOf: moved)
      }
      return LabelledSet(inputs: inputs.map(.affine(factor: 1, offset: 1)), targets: .classes(next, ways: ways))
    case .values(let values):
      return LabelledSet(
        inputs: inputs.map(.affine(factor: 1, offset: 1)), targets: .values(values.map(.affine(factor: 1, offset: 1))))
    }
  }
}
