import Foundation
import Testing
import _TestSupport

/// A browser without a window.
struct Browser {
  let path: String

  /// Chromium, if it is installed.
  static let chromium: Browser? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/chromium" }.first(where: FileManager.default.isExecutableFile).map(Browser.init)
  }()

  /// What a reader sees of a page.
  struct Layout {
    /// The width of the screen, and of the page's content, in pixels.
    let screen, content: Double
    /// The size of the smallest text in pixels, that of drawings as they are displayed.
    let smallestText: Double
    /// The lowest contrast of a text with its background, 1 to 21, as WCAG 2.2 defines it.
    let lowestContrast: Double
    /// The texts of the last two.
    let remark: String
  }

  /// Lays a page out with all its details opened.
  func layout(of page: String, width: Int, isDark: Bool) throws -> Layout {
    try withTemporaryFolder { folder in
      // The script needs a page that allows scripts; a frame is as narrow as asked, a window is not.
      let policy = "<meta http-equiv=\"Content-Security-Policy\""
      let free = page.components(separatedBy: "\n").filter { !$0.contains(policy) }.joined(separator: "\n") + Self.script
      let quoted = free.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "\"", with: "&quot;")
      let style = "border:0;width:\(width)px;height:3000px"
      let frame = "<!DOCTYPE html><title>none</title><body style=\"margin:0\"><iframe style=\"\(style)\" srcdoc=\"\(quoted)\"></iframe>"
      try Data(frame.utf8).write(to: URL(fileURLWithPath: "\(folder)/frame.html"))
      let document = try document(of: "\(folder)/frame.html", width: max(width, 600), profile: "\(folder)/profile", isDark: isDark)
      let title = document.components(separatedBy: "<title>").dropFirst().first?.components(separatedBy: "</title>").first
      let parts = try #require(title).components(separatedBy: " | ")
      let numbers = parts.prefix(4).compactMap(Double.init)
      try #require(parts.count == 5 && numbers.count == 4, "the page's script told \(parts)")
      return Layout(screen: numbers[0], content: numbers[1], smallestText: numbers[2], lowestContrast: numbers[3], remark: parts[4])
    }
  }

  /// The document after its scripts have run.
  private func document(of file: String, width: Int, profile: String, isDark: Bool) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--user-data-dir=\(profile)",
        "--window-size=\(width),2000", "--dump-dom",
      ] + (isDark ? ["--blink-settings=preferredColorScheme=0"] : []) + ["file://\(file)"]
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, FileHandle.nullDevice)
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }

  /// Writes the layout into the title of the frame's page.
  private static let script = """
    <script>
    addEventListener('load', () => {
      for (const details of document.querySelectorAll('details')) details.open = true;
      const numbers = colour => colour.match(/[0-9.]+/g).map(Number);
      const light = colour => {
        const parts = numbers(colour).slice(0, 3).map(part => part / 255);
        const linear = parts.map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05;
      };
      const background = element => {
        for (let place = element; place; place = place.parentElement) {
          const colour = getComputedStyle(place).backgroundColor;
          if (numbers(colour)[3] !== 0) return colour;
        }
        return 'rgb(255, 255, 255)';
      };
      let [smallest, lowest, small, pale] = [1000, 21, '', ''];
      for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some(node => node.nodeType == 3 && node.textContent.trim() != '');
        const box = element.getBoundingClientRect();
        if (!own || box.width == 0 || element.closest('style, script, title, desc')) continue;
        const style = getComputedStyle(element);
        const svg = element.closest('svg');
        const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
        const size = parseFloat(style.fontSize) * scale;
        if (size < smallest) [smallest, small] = [size, element.textContent];
        const [one, other] = [light(svg ? style.fill : style.color), light(background(element))];
        const contrast = Math.max(one, other) / Math.min(one, other);
        if (contrast < lowest) [lowest, pale] = [contrast, element.textContent];
      }
      const root = document.documentElement;
      const remark = (small.slice(0, 40) + ' / ' + pale.slice(0, 40)).replaceAll('|', '');
      parent.document.title = [innerWidth, root.scrollWidth, smallest.toFixed(2), lowest.toFixed(2), remark].join(' | ');
    });
    </script>
    """
}
