package import Tasks

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The content of validation.jsonl, which has a line for each validation.
package enum ValidationLog {
  /// The name of the file in a run's folder.
  package static let fileName = "validation.jsonl"

  /// The line of a validation, without the line feed.
  package static func line(_ report: ValidationReport, isBest: Bool) -> String {
    JSON.object([
      .init("iteration", .integer(report.iteration)), .init("measure", .string(report.measure)), .init("score", .optional(report.score)),
      .init("halfWidth", .optional(report.halfWidth)), .init("loss", .optional(report.loss)), .init("episodes", .integer(report.episodes)),
      .init("best", .boolean(isBest)),
    ]).line
  }

  /// The part of a file that a run keeps when it resumes: the lines up to the checkpoint, in order.
  ///
  /// Lines after the checkpoint are dropped, whatever they contain. The line of the checkpoint's own iteration may be missing, because
  /// the checkpoint may be written first; the run then repeats the validation.
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - iteration: The checkpoint's iteration.
  ///   - every: Iterations between validations.
  ///   - measure: The measure of the run.
  ///   - path: The file's path for messages.
  /// - Returns: The new content, and its reports.
  /// - Throws: ``RunFolderError/validation(path:line:expected:found:)`` if an earlier line is missing, repeated or malformed.
  package static func kept(
    _ bytes: [UInt8], through iteration: Int, every: Int, measure: Measure, path: String
  ) throws(RunFolderError) -> (bytes: [UInt8], reports: [ValidationReport]) {
    var kept: [UInt8] = []
    var reports: [ValidationReport] = []
    var position = bytes.startIndex
    for (place, expected) in stride(from: every, through: iteration, by: every).enumerated() {
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
      let line = bytes[position..<end]
      let report = report(of: line, measure)
      guard let report, report.iteration == expected else {
        if expected == iteration { break }
        throw .validation(path: path, line: place + 1, expected: expected, found: report?.iteration)
      }
      kept += line + [UInt8(ascii: "\n")]
      reports.append(report)
      position = min(end + 1, bytes.endIndex)
    }
    return (kept, reports)
  }

  /// The report of a whole, well-formed line; otherwise nil.
  private static func report(of line: ArraySlice<UInt8>, _ measure: Measure) -> ValidationReport? {
    guard line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}"),
      let record = try? JSONDecoder().decode(Line.self, from: Data(line)), record.measure == measure.id, record.episodes > 0
    else { return nil }
    return ValidationReport(
      iteration: record.iteration, measure: measure, score: record.score, halfWidth: record.halfWidth, loss: record.loss,
      episodes: record.episodes)
  }

  private struct Line: Decodable {
    let iteration: Int
    let measure: String
    let score, halfWidth, loss: Double?
    let episodes: Int
  }
}
