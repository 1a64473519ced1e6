import Evaluation
import Tasks
import Testing

@Suite struct FoldsTests {
  private func names(_ count: Int) -> [String] { (0..<count).map { "g\($0)" } }

  @Test(arguments: [(2, 2), (7, 3), (10, 5), (42, 5), (5, 5)])
  func `folds partition the groups into equal parts`(groups: Int, count: Int) throws {
    let folds = try Folds(of: names(groups), count: count, seed: 3)
    #expect(folds.parts.count == count)
    #expect(folds.parts.flatMap(\.self).sorted() == names(groups).sorted())
    let sizes = folds.parts.map(\.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    #expect(folds.parts.allSatisfy { $0 == $0.sorted() })
  }

  @Test func `the seed decides, not the order of the groups`() throws {
    let folds = try Folds(of: names(12), count: 4, seed: 0)
    #expect(try Folds(of: names(12).reversed(), count: 4, seed: 0) == folds)
    #expect(try Folds(of: names(12), count: 4, seed: 1) != folds)
    // Pinned: a change would move groups of saved runs between folds.
    #expect(folds.parts[0] == ["g1", "g4", "g7"], "\(folds.parts)")
  }

  @Test func `one group is left out at a time`() throws {
    let folds = try Folds(leavingOneOutOf: ["b", "c", "a"])
    #expect(folds.parts == [["a"], ["b"], ["c"]])
    #expect(folds.leavesOneOut)
    #expect(folds.splits(testing: 1) == [.metaTrain: ["a", "c"], .metaTest: ["b"]])
  }

  @Test func `every group is tested once, by a run that trains on all others`() throws {
    let folds = try Folds(of: names(11), count: 3, seed: 5)
    var tested: [String] = []
    for fold in folds.parts.indices {
      let splits = folds.splits(testing: fold)
      let (training, test) = (splits[.metaTrain] ?? [], splits[.metaTest] ?? [])
      #expect(Set(training).isDisjoint(with: test))
      #expect((training + test).sorted() == names(11).sorted())
      #expect(splits[.metaValidation] == nil)
      tested += test
    }
    #expect(tested.sorted() == names(11).sorted())
  }

  @Test func `too few folds or groups`() {
    #expect(throws: CrossValidationError.folds(found: 1)) { try Folds(of: ["a", "b"], count: 1, seed: 0) }
    #expect(throws: CrossValidationError.tooFewGroups(found: 2, required: 3)) { try Folds(of: ["a", "b"], count: 3, seed: 0) }
    #expect(throws: CrossValidationError.tooFewGroups(found: 1, required: 2)) { try Folds(leavingOneOutOf: ["a"]) }
  }
}
