import Registry
import Tasks
import TensorCore
import Testing

/// Laws for every distribution that needs no data.
@Suite struct TaskLawTests {
  static let builtIn = ["glyphs", "linear-classification", "sinusoid", "sinusoid-frequency"]

  @Test func `the built-in families are registered`() {
    // One program runs the tests of all targets, so plug-ins may be registered as well.
    #expect(Set(TaskRegistry.all.ids).isSuperset(of: Self.builtIn))
  }

  @Test func `a misspelt name is answered with the nearest`() {
    let error = #expect(throws: LookupError.self) { try TaskRegistry.type(of: "sinusoit") }
    #expect(error?.suggestion == "sinusoid")
  }

  private func prepared(_ id: String) throws -> any TaskDistribution {
    var task = try TaskRegistry.type(of: id).init()
    try task.prepare(source: nil)
    return task
  }

  private func numbers(_ episode: Episode) -> [[Double]] {
    [episode.support, episode.query].flatMap { [$0.inputs.doubles, $0.targets.tensor.doubles] }
  }

  @Test(arguments: builtIn)
  func `an episode is a function of seed, split and index`(id: String) throws {
    let task = try prepared(id)
    var seen: Set<[[Double]]> = []
    for seed in [0, 1] as [UInt64] {
      for split in Split.allCases {
        for index in 0..<3 {
          let episode = numbers(try task.episode(index, in: split, seed: seed))
          #expect(try numbers(task.episode(index, in: split, seed: seed)) == episode)
          seen.insert(episode)
        }
      }
    }
    #expect(seen.count == 18, "no two episodes of different seed, split or index are the same")
  }

  @Test(arguments: builtIn)
  func `episodes are of the signature's outline, float32 and finite`(id: String) throws {
    let task = try prepared(id)
    let signature = task.signature
    let episode = try task.episode(0, in: .metaTrain, seed: 0)
    for (set, count) in [(episode.support, signature.supportCount), (episode.query, signature.queryCount)] {
      #expect(set.inputs.shape == signature.inputShape.inserting(count, at: 0))
      #expect(set.inputs.dtype == .float32)
      #expect(set.inputs.isFinite)
      switch set.targets {
      case .padded: Issue.record("an episode has no padding")
      case .classes(let labels, let ways):
        #expect(labels.shape == [count] && ways == signature.outputs && signature.taskLoss == .crossEntropy)
      case .values(let values):
        #expect(values.shape == [count, signature.outputs] && values.isFinite && signature.taskLoss != .crossEntropy)
      }
    }
  }

  @Test(arguments: builtIn)
  func `support and query share no sample`(id: String) throws {
    let task = try prepared(id)
    let episode = try task.episode(0, in: .metaTest, seed: 0)
    func samples(_ set: LabelledSet) -> Set<[Double]> { Set((0..<set.inputs.shape[0]).map { set.inputs[$0].doubles }) }
    #expect(samples(episode.support).count == task.signature.supportCount)
    #expect(samples(episode.query).count == task.signature.queryCount)
    #expect(samples(episode.support).isDisjoint(with: samples(episode.query)))
  }

  @Test(arguments: builtIn)
  func `stacked episodes are the single ones`(id: String) throws {
    let task = try prepared(id)
    let shard = try task.episodes(4..<7, in: .metaValidation, seed: 2)
    #expect(shard.count == 3)
    let third = try task.episode(6, in: .metaValidation, seed: 2)
    #expect(shard.support.inputs[2].floats == third.support.inputs.floats)
    #expect(shard.query.targets.tensor[2].doubles == third.query.targets.tensor.doubles)
  }

  @Test(arguments: builtIn)
  func `the fingerprint depends on the family, not on the number of samples`(id: String) throws {
    func fingerprint<T: TaskDistribution>(_: T.Type, shots: String) throws -> String {
      var task = T()
      try T.hyperparameters.set("shots", to: shots, in: &task)
      return task.splitFingerprint
    }
    let type = try TaskRegistry.type(of: id)
    let one = try fingerprint(type, shots: "1")
    #expect(try one == fingerprint(type, shots: "2"))
    #expect(one.count == 16 && one.allSatisfy(\.isHexDigit))
    let all = try Self.builtIn.map { try fingerprint(TaskRegistry.type(of: $0), shots: "1") }
    #expect(Set(all).count == all.count)
  }

  @Test(arguments: builtIn)
  func `splits share no class`(id: String) throws {
    let classes = try Split.allCases.map { try Set(prepared(id).classes(in: $0)) }
    #expect(classes[0].isDisjoint(with: classes[1]))
    #expect(classes[0].union(classes[1]).isDisjoint(with: classes[2]))
  }
}
