import Algorithms
import Evaluation
import Foundation
import Testing
import _TestSupport

@Suite struct ReportPageTests {
  @Test func `the page has the numbers of the table, and stands alone`() throws {
    let comparison = try FakeComparison.ofLines()
    let page = comparison.html
    let line = comparison.groups[0].lines[0]
    let score = try #require(comparison.table.split(separator: "\n").first { $0.contains(line.label) }).split(separator: " ")
    #expect(page.contains("± \(score[4])"), "\(score)")
    for line in comparison.groups[0].lines { #expect(page.contains(line.label)) }
    // No script, and nothing from elsewhere.
    #expect(!page.contains("<script") && !page.contains(" src=\"http") && !page.contains("url(http") && !page.contains("<link"))
    #expect(page == comparison.html)
    let ids = values(of: "id", in: page)
    #expect(ids.count == Set(ids).count && ids.count > 4)
  }

  @Test func `the answer names what cannot be told apart`() throws {
    let page = try FakeComparison.ofLines().html(gnuplot: nil)
    #expect(page.contains("5 algorithms were compared on the same held-out episodes. chance is the best after 2 steps"))
    #expect(page.contains("Failed") && page.contains("&lt;script&gt;"))
  }

  @Test func `without gnuplot, the page has the tables and says so`() throws {
    let page = try FakeComparison.ofLines().html(gnuplot: nil)
    #expect(page.contains("Charts are left out, because gnuplot was not found."))
    #expect(!page.contains("<svg") && page.contains("<table>"))
  }

  @Test func `one task has no section on several`() throws {
    func row(_ task: String, _ algorithm: any Algorithm, _ loss: Double) throws -> Comparison.Outcome {
      var tasks = FakeTasks()
      tasks.dataDigest = task
      let experiment = try Small.experiment(algorithm, tasks: tasks, episodes: 2)
      return .tested(
        .init(
          experiment: experiment,
          result: TestResult(modes: [ModeResult(name: "none", losses: [[loss, loss + 1]])], episodes: experiment.episodeList)))
    }
    let page = Comparison(outcomes: [try row("a", MAML(), 1), try row("a", Chance(), 2)]).html(gnuplot: nil)
    #expect(!page.contains("All tasks"))
  }

  @Test func `an algorithm's ranks over five tasks are a diagram`() throws {
    let page = try FakeComparison.ofTasks().html(gnuplot: nil)
    #expect(page.contains("Mean ranks over 5 tasks") && page.contains("Critical difference: 2.73"))
    #expect(page.contains("maml 2.00; fomaml 3.00; reptile 4.00; scratch 5.00."))
  }

  @Test func `a page is well-formed, and has no date`() throws {
    let comparison = try FakeComparison.ofTasks()
    for page in [comparison.html, comparison.html(gnuplot: nil)] {
      #expect(Markup(page: page).isWellFormed)
      #expect(page.firstMatch(of: /20[0-9]{2}-[0-9]{2}-[0-9]{2}|[0-9]:[0-9]{2}:[0-9]{2}/) == nil)
      let ids = values(of: "id", in: page)
      #expect(ids.count == Set(ids).count && ids.count > 10)
    }
  }

  @Test(.enabled(if: gnuplot != nil, "gnuplot is not installed")) func `the drawn intervals are those of the table`() throws {
    let comparison = try FakeComparison.ofLines()
    let figure = try #require(comparison.html.components(separatedBy: "<figure>").first { $0.contains("means with 95% intervals") })
    let drawings = figure.components(separatedBy: "<svg").dropFirst().map {
      Markup("<svg" + $0.components(separatedBy: "</svg>")[0] + "</svg>").texts
    }
    #expect(drawings.count == 2)
    for texts in drawings {
      let scores = texts.filter { $0.contains("±") }
      #expect(scores.count == 5)
      for score in scores { #expect(comparison.table.contains(score), "\(score)") }
    }
  }

  /// Normal text has a contrast of 4.5 or more (WCAG 2.2, criterion 1.4.3).
  @Test(
    .enabled(if: Browser.chromium != nil, "chromium is not installed"), arguments: [(400, false), (400, true), (1400, false), (1400, true)])
  func `nothing overflows, and all text is large and dark enough`(width: Int, isDark: Bool) throws {
    let browser = try #require(Browser.chromium)
    for page in [try FakeComparison.ofLines().html, try FakeComparison.ofTasks().html] {
      let layout = try browser.layout(of: page, width: width, isDark: isDark)
      #expect(layout.screen == Double(width) && layout.content <= layout.screen, "\(layout)")
      #expect(layout.smallestText >= 11 && layout.smallestText < 1000, "\(layout)")
      #expect(layout.lowestContrast >= 4.5 && layout.lowestContrast < 21, "\(layout)")
    }
  }
}
