import Registry
import TensorCore

/// The statistics of the lines of a task: every pair, and groups of lines that cannot be told apart.
public struct GroupStatistics: Sendable {
  /// The comparisons of all pairs of lines with common episodes, in the order of their places.
  public let pairs: [PairStatistics]
  /// The letters of each line: lines that share a letter cannot be told apart; empty for a line with diverged episodes.
  public let letters: [String]

  /// Compares all lines of a task.
  ///
  /// The random numbers depend on the task's id alone, so the same scores give the same bits.
  init(_ lines: [Comparison.Line], task: String) {
    let stream = RandomStream(seed: 0).child("statistics").child(task)
    var plans: [Int: BootstrapPlan] = [:]
    var pairs: [PairStatistics] = []
    for first in lines.indices {
      for second in lines.indices.dropFirst(first + 1) {
        if let pair = PairStatistics(lines, first, second, plans: &plans, stream: stream) { pairs.append(pair) }
      }
    }
    let adjusted = HolmCorrection.adjusted(pairs.map { $0.test?.pValue })
    for place in pairs.indices { pairs[place].adjustedPValue = adjusted[place] }
    self.pairs = pairs
    letters = Self.letters(lines, pairs)
  }

  private static func letters(_ lines: [Comparison.Line], _ pairs: [PairStatistics]) -> [String] {
    // A line without a mean has no rank group.
    let whole = lines.indices.filter { lines[$0].headline.diverged == 0 }
    var different = whole.map { _ in [Bool](repeating: false, count: whole.count) }
    for pair in pairs where pair.isDifferent {
      guard let one = whole.firstIndex(of: pair.first), let other = whole.firstIndex(of: pair.second) else { continue }
      different[one][other] = true
      different[other][one] = true
    }
    let groups = RankGroups(order: Array(whole.indices), different: different)
    var letters = [String](repeating: "", count: lines.count)
    for (place, line) in whole.enumerated() { letters[line] = groups.letters[place] }
    return letters
  }
}
