import Algorithms
import Evaluation
import Foundation
import Testing
import _TestSupport

/// A browser without a window.
private struct Browser {
  let path: String

  static let chromium: Browser? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/chromium" }.first(where: FileManager.default.isExecutableFile).map(Browser.init)
  }()

  /// The document after its scripts have run.
  func document(of file: String, width: Int, profile: String, isDark: Bool) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--user-data-dir=\(profile)",
        "--window-size=\(width),2000", "--dump-dom",
      ] + (isDark ? ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] : []) + ["file://\(file)"]
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, FileHandle.nullDevice)
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }
}

@Suite struct ReportPageTests {
  /// Five algorithms with three seeds each, and a failed one.
  private func comparison() throws -> Comparison {
    let algorithms: [any Algorithm] = [
      Chance(), MAML(inner: InnerLoop(steps: 1, learningRate: 0.01)), MAML(inner: InnerLoop(steps: 1, learningRate: 0.5)), Reptile(),
      Scratch(),
    ]
    var outcomes: [Comparison.Outcome] = []
    for (number, algorithm) in algorithms.enumerated() {
      for seed in 0..<3 as Range<UInt64> {
        let experiment = try Small.experiment(algorithm, seed: seed, episodes: 6)
        let losses = (0..<3).map { step in
          (0..<6).map { Double(number + 1) * (4 - Double(step)) / 3 + 0.1 * Double(($0 * 7 + Int(seed)) % 5) }
        }
        outcomes.append(
          .tested(
            .init(
              experiment: experiment,
              result: TestResult(modes: [ModeResult(name: "none", losses: losses)], episodes: experiment.episodeList))))
      }
    }
    outcomes.append(.failed(.init(experiment: try Small.experiment(FirstOrderMAML()), reason: unusualName)))
    return Comparison(outcomes: outcomes)
  }

  @Test func `the page has the numbers of the table, and stands alone`() throws {
    let comparison = try comparison()
    let page = comparison.html()
    let line = comparison.groups[0].lines[0]
    let score = try #require(comparison.table.split(separator: "\n").first { $0.contains(line.label) }).split(separator: " ")
    #expect(page.contains("± \(score[4])"), "\(score)")
    for line in comparison.groups[0].lines { #expect(page.contains(line.label)) }
    // No script, and nothing from elsewhere.
    #expect(!page.contains("<script") && !page.contains(" src=\"http") && !page.contains("url(http") && !page.contains("<link"))
    #expect(page == comparison.html())
    let ids = values(of: "id", in: page)
    #expect(ids.count == Set(ids).count && ids.count > 4)
  }

  @Test func `the answer names what cannot be told apart`() throws {
    let page = try comparison().html(drawing: false)
    #expect(page.contains("5 algorithms were compared on the same held-out episodes. chance is the best after 2 steps"))
    #expect(page.contains("Failed") && page.contains("&lt;script&gt;"))
  }

  @Test func `without gnuplot, the page has the tables and says so`() throws {
    let page = try comparison().html(drawing: false)
    #expect(page.contains("Charts are left out, because gnuplot was not found."))
    #expect(!page.contains("<svg") && page.contains("<table>"))
  }

  @Test func `five tasks or more are ranked, and fewer give the reason`() throws {
    func row(_ task: String, _ algorithm: any Algorithm, _ loss: Double) throws -> Comparison.Outcome {
      var tasks = FakeTasks()
      tasks.dataDigest = task
      let experiment = try Small.experiment(algorithm, tasks: tasks, episodes: 2)
      return .tested(
        .init(
          experiment: experiment,
          result: TestResult(modes: [ModeResult(name: "none", losses: [[loss, loss + 1]])], episodes: experiment.episodeList)))
    }
    // One family alone: no section on several tasks.
    let page = Comparison(outcomes: [try row("a", MAML(), 1), try row("a", Chance(), 2)]).html(drawing: false)
    #expect(!page.contains("All tasks"))
  }

  @Test(
    .enabled(if: Browser.chromium != nil, "chromium is not installed"), arguments: [(400, false), (400, true), (1400, false), (1400, true)])
  func `nothing overflows, and no text is under 11 pixels`(width: Int, isDark: Bool) throws {
    try withTemporaryFolder { folder in
      let browser = try #require(Browser.chromium)
      // The test's own script needs a page that allows scripts; a frame is as narrow as asked, a window is not.
      let policy = "<meta http-equiv=\"Content-Security-Policy\""
      let page = try comparison().html().components(separatedBy: "\n").filter { !$0.contains(policy) }.joined(separator: "\n")
      let script = """
        <script>
        addEventListener('load', () => {
          let smallest = 1000;
          for (const element of document.querySelectorAll('body *')) {
            const own = [...element.childNodes].some(node => node.nodeType == 3 && node.textContent.trim() != '');
            const box = element.getBoundingClientRect();
            if (!own || box.width == 0 || element.closest('style, script, title, desc')) continue;
            let size = parseFloat(getComputedStyle(element).fontSize);
            const svg = element.closest('svg');
            if (svg && svg.viewBox.baseVal.width > 0) size *= svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
            smallest = Math.min(smallest, size);
          }
          const root = document.documentElement;
          parent.document.title = 'width ' + root.scrollWidth + ' of ' + innerWidth + ', text ' + smallest.toFixed(1);
        });
        </script>
        """
      try Data((page + script).utf8).write(to: URL(fileURLWithPath: "\(folder)/page.html"))
      let text = try String(contentsOfFile: "\(folder)/page.html", encoding: .utf8)
      let quoted = text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "\"", with: "&quot;")
      let frame =
        "<!DOCTYPE html><title>none</title><body style=\"margin:0\"><iframe style=\"border:0;width:\(width)px;height:3000px\" srcdoc=\"\(quoted)\"></iframe>"
      try Data(frame.utf8).write(to: URL(fileURLWithPath: "\(folder)/frame.html"))
      let document = try browser.document(of: "\(folder)/frame.html", width: max(width, 600), profile: "\(folder)/profile", isDark: isDark)
      let title = try #require(document.components(separatedBy: "<title>").dropFirst().first?.components(separatedBy: "</title>").first)
      let numbers = title.split { !"0123456789.".contains($0) }.compactMap { Double($0) }
      #expect(numbers.count == 3, "\(title)")
      guard numbers.count == 3 else { return }
      #expect(numbers[1] == Double(width) && numbers[0] <= numbers[1] && numbers[2] >= 11 && numbers[2] < 1000, "\(title)")
    }
  }
}
