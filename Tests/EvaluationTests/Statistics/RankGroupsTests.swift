import Evaluation
import TensorCore
import Testing
import _TestSupport

@Suite struct RankGroupsTests {
  private func matrix(_ count: Int, _ pairs: [(Int, Int)]) -> [[Bool]] {
    var different = [[Bool]](repeating: [Bool](repeating: false, count: count), count: count)
    for (one, other) in pairs {
      different[one][other] = true
      different[other][one] = true
    }
    return different
  }

  @Test func `a chain of three`() {
    let groups = RankGroups(order: [0, 1, 2], different: matrix(3, [(0, 2)]))
    #expect(groups.letters == ["a", "ab", "b"] && groups.groups == [[0, 1], [1, 2]])
  }

  @Test func `all alike, all different, none`() {
    #expect(RankGroups(order: [2, 0, 1], different: matrix(3, [])).letters == ["a", "a", "a"])
    #expect(RankGroups(order: [2, 0, 1], different: matrix(3, [(0, 1), (0, 2), (1, 2)])).letters == ["b", "c", "a"])
    #expect(RankGroups(order: [], different: []).letters == [])
    #expect(RankGroups(order: [0], different: [[false]]).letters == ["a"])
  }

  @Test func `groups that are not consecutive`() {
    // The best differs from the middle one only, as with unequal variances: the middle one shares no letter with it.
    let groups = RankGroups(order: [0, 1, 2], different: matrix(3, [(0, 1)]))
    #expect(groups.letters == ["a", "b", "ab"])
  }

  @Test func `after z comes A`() {
    let all = (0..<54).flatMap { one in (one + 1..<54).map { (one, $0) } }
    let letters = RankGroups(order: Array(0..<54), different: matrix(54, all)).letters
    #expect(letters[25] == "z" && letters[26] == "A" && letters[51] == "Z" && letters[52] == "a′" && letters[53] == "b′")
  }

  @Test(arguments: 0..<40) func `two share a letter if and only if they do not differ`(seed: UInt64) {
    var stream = RandomStream(seed: seed)
    let count = 2 + stream.integer(below: 11)
    let share = stream.uniform()
    let pairs = (0..<count).flatMap { one in (one + 1..<count).map { (one, $0) } }.filter { _ in stream.uniform() < share }
    let different = matrix(count, pairs)
    let groups = RankGroups(order: stream.permutation(count), different: different)
    for one in 0..<count {
      #expect(!groups.letters[one].isEmpty)
      for other in 0..<count where one != other {
        #expect(Set(groups.letters[one]).isDisjoint(with: Set(groups.letters[other])) == different[one][other])
      }
    }
    // No group lies within another.
    for (place, group) in groups.groups.enumerated() {
      #expect(!groups.groups.enumerated().contains { $0.offset != place && Set(group).isSubset(of: $0.element) })
    }
  }

  @Test func `an order that is none and a matrix that is not symmetric trap`() async {
    await #expect(processExitsWith: .failure) { _ = RankGroups(order: [0, 0], different: [[false, false], [false, false]]) }
    await #expect(processExitsWith: .failure) { _ = RankGroups(order: [0, 1], different: [[false, true], [false, false]]) }
  }
}
