import Tasks
import TensorCore
import Testing

@Suite struct FewShotSamplerTests {
  let sampler = FewShotSampler(ways: 3, shots: 2, queries: 4)

  /// An episode whose items are numbers that encode class and drawing.
  private func episode(_ index: Int, classes: Int = 7, drawings: Int = 6) throws -> Episode {
    try sampler.episode(
      from: RandomStream(seed: 0).child(index), split: .metaTrain, classCount: classes, drawings: { _ in drawings },
      name: { "class \($0)" }, itemShape: [1]
    ) { number, drawing, item in item.initialize(repeating: Float(100 * number + drawing)) }
  }

  @Test(arguments: 0..<20)
  func `samples are class-major, classes different, drawings different`(index: Int) throws {
    let episode = try episode(index)
    #expect(episode.support.targets.tensor.integers == [0, 0, 1, 1, 2, 2])
    #expect(episode.query.targets.tensor.integers == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    let support = episode.support.inputs.floats.map { Int($0) }
    let query = episode.query.inputs.floats.map { Int($0) }
    for label in 0..<3 {
      let items = Array(support[2 * label..<2 * label + 2]) + query[4 * label..<4 * label + 4]
      #expect(Set(items.map { $0 / 100 }).count == 1)
      // Takes six of six drawings, so each appears once.
      #expect(items.map { $0 % 100 }.sorted() == [0, 1, 2, 3, 4, 5])
    }
    #expect(Set(support.map { $0 / 100 }).count == 3)
  }

  @Test func `every class and every drawing comes up, in every place`() throws {
    var first: Set<Int> = []
    for index in 0..<600 { first.insert(Int(try episode(index).support.inputs.floats[0])) }
    #expect(first == Set((0..<7).flatMap { number in (0..<6).map { 100 * number + $0 } }))
  }

  @Test func `too few classes or drawings are an error`() {
    #expect(throws: TaskError.tooFewClasses(required: 3, available: 2, split: .metaTrain)) { try episode(0, classes: 2) }
    #expect(throws: TaskError.tooFewDrawings(required: 6, available: 5, className: "class 0")) {
      try sampler.validate([(name: "class 0", drawings: 5), ("b", 6), ("c", 6)], in: .metaTest)
    }
    #expect(throws: TaskError.tooFewClasses(required: 3, available: 1, split: .metaTest)) {
      try sampler.validate([(name: "class 0", drawings: 5)], in: .metaTest)
    }
    let error = #expect(throws: TaskError.self) { try episode(0, drawings: 5) }
    guard case .tooFewDrawings(required: 6, available: 5, _) = error else {
      Issue.record("unexpected \(String(describing: error))")
      return
    }
  }

  @Test func `a sampler of nothing traps`() async {
    await #expect(processExitsWith: .failure) { _ = FewShotSampler(ways: 5, shots: 0, queries: 1) }
  }
}
