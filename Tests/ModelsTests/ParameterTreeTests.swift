import Models
import Testing

@Suite struct ParameterTreeTests {
  private let tree = ParameterTree([("b.weight", 1), ("b.bias", 2), ("a.weight", 3)])

  @Test func `names keep the order of the declaration`() {
    #expect(tree.names == ["b.weight", "b.bias", "a.weight"])
    #expect(tree.leaves == [1, 2, 3])
    #expect(tree.count == 3 && !tree.isEmpty && ParameterTree<Int>().isEmpty)
  }

  @Test func `leaves are found by name`() {
    #expect(tree["b.bias"] == 2)
    #expect(tree.leaf("b.bias") == 2)
    #expect(tree.leaf("c") == nil)
    var copy = tree
    copy["b.bias"] = 7
    #expect(copy.leaves == [1, 7, 3])
    #expect(tree.leaves == [1, 2, 3])
  }

  @Test func `map preserves names, identity and composition`() {
    #expect(tree.map { $0 }.leaves == tree.leaves)
    #expect(tree.map { $0 + 1 }.map { $0 * 2 }.leaves == tree.map { ($0 + 1) * 2 }.leaves)
    #expect(tree.map(String.init).names == tree.names)
  }

  @Test func `zip pairs leaves of the same name`() {
    #expect(tree.zip(tree.map { 10 * $0 }) { $0 + $1 }.leaves == [11, 22, 33])
    #expect(tree.replacing(["x", "y", "z"])["a.weight"] == "z")
  }

  @Test func `a subtree of a prefixed tree is the tree`() {
    let lifted = tree.prefixed("initial")
    #expect(lifted.names == ["initial.b.weight", "initial.b.bias", "initial.a.weight"])
    #expect(lifted.subtree("initial").names == tree.names)
    #expect(lifted.subtree("initial").leaves == tree.leaves)
    #expect(lifted.subtree("init").isEmpty)
    #expect(tree.subtree("b").names == ["weight", "bias"])
  }

  @Test func `merging puts the leaves of both one after another`() {
    let both = tree.prefixed("initial").merging(tree.prefixed("inner"))
    #expect(both.count == 6)
    #expect(both.subtree("inner").leaves == tree.leaves)
    #expect(both.filter { $0.hasPrefix("initial.") }.names == tree.prefixed("initial").names)
  }

  @Test func `updating replaces what the other tree has`() {
    let updated = tree.updated(with: ParameterTree([("b.bias", 20), ("c", 30)]))
    #expect(updated.names == tree.names)
    #expect(updated.leaves == [1, 20, 3])
  }

  @Test func `a missing name traps`() async {
    await #expect(processExitsWith: .failure) { _ = ParameterTree([("a", 1)])["b"] }
  }

  @Test func `trees of different names do not zip`() async {
    await #expect(processExitsWith: .failure) {
      _ = ParameterTree([("a", 1)]).zip(ParameterTree([("b", 1)])) { $0 + $1 }
    }
  }
}
