#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The content of metrics.jsonl: which iterations have a line, and whether a file fits a checkpoint.
package enum MetricsLog {
  /// Whether an iteration has a line: one to two thousand iterations of a long run do, including the last.
  ///
  /// Every 2ⁿ-th iteration has one. The metrics of a run with more iterations are therefore a part of those of a shorter run, apart
  /// from the shorter run's last line.
  package static func isLogged(_ iteration: Int, of total: Int) -> Bool {
    iteration % stride(of: total) == 0 || iteration == total
  }

  /// The part of a file that a run keeps when it resumes: the lines up to the checkpoint, each iteration once and in order.
  ///
  /// Lines after the checkpoint are dropped, whatever they contain. A last line that lacks only its line feed gets one. A run that
  /// continues with more iterations drops the lines that a run of all its iterations does not have.
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - iteration: The checkpoint's iteration.
  ///   - total: The number of iterations of the run that resumes, at least that of the interrupted one.
  ///   - path: The file's path for messages.
  /// - Returns: The new content.
  /// - Throws: ``RunFolderError`` if a line up to the checkpoint is missing, repeated, cut or malformed.
  package static func kept(_ bytes: [UInt8], through iteration: Int, of total: Int, path: String) throws(RunFolderError) -> [UInt8] {
    var kept: [UInt8] = []
    var position = bytes.startIndex
    var line = 0
    var last = 0
    var expected = next(after: 0, of: total)
    while expected <= iteration {
      guard position < bytes.endIndex else { throw .metricsEnd(path: path, line: line, expected: expected) }
      line += 1
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
      let found = self.iteration(of: bytes[position..<end])
      if found == nil, end == bytes.endIndex { throw .metricsCut(path: path, line: line, expected: expected) }
      let content = bytes[position..<end]
      position = min(end + 1, bytes.endIndex)
      // A line of the shorter run.
      if let found, found > last, found < expected {
        last = found
        continue
      }
      guard found == expected else { throw .metrics(path: path, line: line, expected: expected, found: found) }
      kept += content + [UInt8(ascii: "\n")]
      last = expected
      // The last iteration has no successor.
      guard expected < total else { break }
      expected = next(after: expected, of: total)
    }
    return kept
  }

  /// The largest power of two that leaves a thousand lines; 1 for a short run.
  private static func stride(of total: Int) -> Int { 1 << (max(1, total / 1000).bitWidth - 1 - max(1, total / 1000).leadingZeroBitCount) }

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
