import Algorithms
import Tasks

extension GroupPage {
  /// The first test episode as each algorithm sees it, the best algorithm's at once and the others' on demand.
  var examples: [HTML] {
    let found = group.lines.enumerated().compactMap { number, line -> (name: String, content: [HTML])? in
      guard let row = line.rows.first, let folder = row.folder, let example = TestExample(recordedIn: folder) else { return nil }
      let name = line.rows.count > 1 ? "\(line.label), seed \(row.run.seed)" : line.label
      return (name, [content(example, name, number)])
    }
    guard let first = found.first else { return [] }
    let others = found.dropFirst().map { HTML.details("The same episode with \($0.name)", $0.content) }
    return [.heading("An episode of the test")] + first.content + others
  }

  private func content(_ example: TestExample, _ name: String, _ number: Int) -> HTML {
    switch example {
    case .curves(let truth, let given, let fitted):
      let title = "\(name): fitted curves of the first test episode"
      return chart(FittedCurves(title: title, truth: truth, given: given, curves: fitted), "example-\(number)")
    case .pictures(let support, let query, let steps):
      let after = steps == 0 ? "" : steps == 1 ? " after 1 step" : " after \(steps) steps"
      return EpisodePictures(title: "\(name): the first test episode\(after)", support: support, query: query).html
    }
  }
}
