import Registry
import Tasks

extension Comparison {
  /// Ranks over all tasks: the test of Friedman, and the diagram of Nemenyi's critical difference.
  ///
  /// A task is one block: a line's score there is the mean over seeds and episodes.
  /// - SeeAlso: Demšar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7, 2006, sections 3.2.2 and 4.
  func familyRanks(_ collector: ChartCollector?) -> [HTML] {
    let algorithms = Set(rows.map(\.run.algorithm)).filter { algorithm in groups.allSatisfy { $0.score(of: algorithm) != nil } }.sorted()
    let scores = groups.map { group in algorithms.map { group.score(of: $0) ?? .nan } }
    do {
      let test = try FriedmanTest(scores, isMoreBetter: groups.map { $0.measure?.isMoreBetter ?? false })
      let nemenyi = NemenyiTest(test)
      let order = algorithms.indices.sorted { test.meanRanks[$0] < test.meanRanks[$1] }
      let groupsOfEqual = RankGroups(order: order, different: nemenyi.different).groups.map { Set($0.map { algorithms[$0] }) }
      let diagram = CriticalDifferenceDiagram(
        title: "Mean ranks over \(test.families) tasks", entries: order.map { .init(name: algorithms[$0], rank: test.meanRanks[$0]) },
        groups: groupsOfEqual, criticalDifference: nemenyi.criticalDifference)
      collector?.add(diagram, "ranks")
      return [
        .paragraph(
          "Friedman's test in Iman and Davenport's form over \(test.families) tasks: F = \(fixed(test.statistic, 2)), "
            + "p = \(probability(test.pValue)). Algorithms whose mean ranks differ by less than Nemenyi's critical difference, "
            + "\(fixed(nemenyi.criticalDifference, 2)), are joined by a line."),
        diagram.html(id: "ranks"),
      ]
    } catch {
      return [.paragraph("Ranks over tasks are not tested: \(error).")]
    }
  }
}

extension Comparison.Group {
  /// The mean score of an algorithm with a single line; nil for none or several, or if an episode diverged.
  fileprivate func score(of algorithm: String) -> Double? {
    let own = lines.filter { $0.run.algorithm == algorithm }
    return own.count == 1 ? own[0].headline.estimate?.mean : nil
  }
}
