/// Shows how far long work is: a bar on a terminal, a line now and then elsewhere, nothing when asked to be quiet.
struct Progress {
  /// How it is shown.
  enum Style {
    case bar, lines, none
  }

  private let label: String
  private let unit: String
  private let total: Int
  private let style: Style
  private let showsShortWork: Bool
  private let start = ContinuousClock.now
  /// Where a resumed run began: its rate counts from there.
  private let first: Int
  private var shown = ContinuousClock.now
  private var shownCount: Int
  private var last = ""

  /// Begins to show work.
  ///
  /// - Parameters:
  ///   - label: What is done, "maml on sinusoid" for example.
  ///   - unit: What is counted, in the plural.
  ///   - total: How many there are.
  ///   - done: How many are done already.
  ///   - quiet: Whether to show nothing.
  ///   - showsShortWork: Whether work of less than a second has a line too.
  init(_ label: String, unit: String, total: Int, done: Int = 0, quiet: Bool, showsShortWork: Bool = true) {
    self.label = label
    self.unit = unit
    self.total = total
    self.showsShortWork = showsShortWork
    first = done
    shownCount = done
    style = quiet ? .none : Console.isInteractive ? .bar : .lines
  }

  /// Takes note of how many are done; `detail` is asked only when it is shown.
  mutating func update(_ done: Int, _ detail: @autoclosure () -> String) {
    guard style != .none else { return }
    let now = ContinuousClock.now
    let elapsed = now - shown
    switch style {
    case .bar:
      // Ten times a second is smooth enough, and costs nothing beside the work.
      guard elapsed > .milliseconds(100) || shownCount == first else { return }
    case .lines, .none:
      let isTenth = (done - shownCount) * 10 >= total && elapsed > .seconds(1)
      let isEnd = done == total && (showsShortWork || now - start > .seconds(1))
      guard isTenth || isEnd || elapsed > .seconds(10) else { return }
    }
    shown = now
    shownCount = done
    show(done, detail())
  }

  /// Removes the bar, so that what follows begins on a clean line.
  func finish() {
    if style == .bar, !last.isEmpty { Console.note("\r\u{1B}[K", terminator: "") }
  }

  private mutating func show(_ done: Int, _ detail: String) {
    let seconds = max((ContinuousClock.now - start) / .seconds(1), 1e-9)
    let rate = Double(done - first) / seconds
    let left = rate > 0 ? durationText(Double(total - done) / rate) : "?"
    let percent = "\(done * 100 / max(total, 1))%".indented(to: 4)
    let rateText = rate >= 10 ? rate.fixed(0) : rate.fixed(2)
    let tail = [detail, "\(rateText)/s", done < total ? "\(left) left" : "in \(durationText(seconds))"]
      .filter { !$0.isEmpty }.joined(separator: "  ")
    if style == .lines {
      last = "\(label): \(percent)  \(done)/\(total) \(unit)  \(tail)"
      Console.note(last)
      return
    }
    let facts = "\(percent)  \(done)/\(total)  \(tail)"
    // What the numbers leave of the line belongs to the bar.
    let room = max(Console.columns - 1, 20)
    let width = min(max(room - label.count - 1 - facts.count, 6), 24)
    let filled = done * width / max(total, 1)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    last = String("\(label) \(bar)\(facts)".prefix(room))
    Console.note("\r\(last)\u{1B}[K", terminator: "")
  }
}
