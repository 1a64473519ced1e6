/// Shows progress: a bar on a terminal, occasional lines elsewhere, nothing if quiet.
struct Progress {
  /// How progress is shown.
  enum Style {
    case bar, lines, none
  }

  private let label: String
  private let unit: String
  private let total: Int
  private let style: Style
  private let showsShortWork: Bool
  private let start = ContinuousClock.now
  /// Where a resumed run started; the rate counts from here.
  private let first: Int
  private var shown = ContinuousClock.now
  private var shownCount: Int
  private var last = ""

  /// Starts to show progress.
  ///
  /// - Parameters:
  ///   - label: The work, such as "maml on sinusoid".
  ///   - unit: The counted unit, in the plural.
  ///   - total: The number of units.
  ///   - done: The number of units done already.
  ///   - quiet: Whether to show nothing.
  ///   - showsShortWork: Whether work of less than a second gets a line.
  init(_ label: String, unit: String, total: Int, done: Int = 0, quiet: Bool, showsShortWork: Bool = true) {
    self.label = label
    self.unit = unit
    self.total = total
    self.showsShortWork = showsShortWork
    first = done
    shownCount = done
    style = quiet ? .none : Console.isInteractive ? .bar : .lines
  }

  /// Updates the number of units done; `detail` is evaluated only if it is shown.
  mutating func update(_ done: Int, _ detail: @autoclosure () -> String) {
    guard style != .none else { return }
    let now = ContinuousClock.now
    let elapsed = now - shown
    switch style {
    case .bar:
      // Ten updates per second look smooth and cost next to nothing.
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

  /// Shows a line above the bar.
  func note(_ text: String) {
    guard style != .none else { return }
    finish()
    Console.note(text)
    if style == .bar, !last.isEmpty { Console.note(last, terminator: "") }
  }

  /// Erases the bar.
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
    // The bar fills the rest of the line.
    let room = max(Console.columns - 1, 20)
    let width = min(max(room - label.count - 1 - facts.count, 6), 24)
    let filled = done * width / max(total, 1)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    last = String("\(label) \(bar)\(facts)".prefix(room))
    Console.note("\r\(last)\u{1B}[K", terminator: "")
  }
}
