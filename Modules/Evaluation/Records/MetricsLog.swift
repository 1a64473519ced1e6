#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The content of metrics.jsonl: which iterations have a line, and whether a file fits a checkpoint.
package enum MetricsLog {
  /// Whether an iteration has a line: about a thousand iterations of a long run do, including the last.
  package static func isLogged(_ iteration: Int, of total: Int) -> Bool {
    iteration % stride(of: total) == 0 || iteration == total
  }

  /// The part of a file that a run keeps when it resumes: the lines up to the checkpoint, each iteration once and in order.
  ///
  /// Lines after the checkpoint are dropped, whatever they contain. A last line that lacks only its line feed gets one.
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - iteration: The checkpoint's iteration.
  ///   - total: The number of iterations of the run.
  ///   - path: The file's path for messages.
  /// - Returns: The new content.
  /// - Throws: ``RunFolderError`` if a line up to the checkpoint is missing, repeated, cut or malformed.
  package static func kept(_ bytes: [UInt8], through iteration: Int, of total: Int, path: String) throws(RunFolderError) -> [UInt8] {
    var position = bytes.startIndex
    var line = 0
    var expected = next(after: 0, of: total)
    while expected <= iteration {
      guard position < bytes.endIndex else { throw .metricsEnd(path: path, line: line, expected: expected) }
      line += 1
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
      let found = self.iteration(of: bytes[position..<end])
      if found == nil, end == bytes.endIndex { throw .metricsCut(path: path, line: line, expected: expected) }
      guard found == expected else { throw .metrics(path: path, line: line, expected: expected, found: found) }
      if end == bytes.endIndex { return bytes + [UInt8(ascii: "\n")] }
      position = end + 1
      // The last iteration has no successor.
      guard expected < total else { break }
      expected = next(after: expected, of: total)
    }
    return Array(bytes[..<position])
  }

  private static func stride(of total: Int) -> Int { max(1, total / 1000) }

  /// The first iteration after the given one that has a line; the given one is less than the total.
  private static func next(after iteration: Int, of total: Int) -> Int {
    let step = stride(of: total)
    let (next, overflow) = (iteration - iteration % step).addingReportingOverflow(step)
    return overflow ? total : min(next, total)
  }

  /// The iteration of a whole, well-formed line; otherwise nil.
  private static func iteration(of line: ArraySlice<UInt8>) -> Int? {
    guard line.starts(with: Array("{\"iteration\":".utf8)), line.last == UInt8(ascii: "}") else { return nil }
    return (try? JSONDecoder().decode(Line.self, from: Data(line)))?.iteration
  }

  /// What every line has; the numbers may be null.
  private struct Line: Decodable {
    let iteration: Int

    private enum Key: String, CodingKey {
      case iteration, loss, gradientNorm, learningRate
    }

    init(from decoder: any Decoder) throws {
      let line = try decoder.container(keyedBy: Key.self)
      iteration = try line.decode(Int.self, forKey: .iteration)
      for key in [Key.loss, .gradientNorm, .learningRate] { _ = try line.decode(Double?.self, forKey: key) }
    }
  }
}
