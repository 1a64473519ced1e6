import Registry
public import TensorCore

/// An error of the recorded results of a run.
public enum RunRecordError: Error, Hashable, CustomStringConvertible {
  /// The folder has a checkpoint and no results: the run has not ended.
  case unfinished(path: String)
  /// The folder holds neither a run nor a comparison.
  case nothing(path: String)
  /// A file cannot be read.
  case file(FileError)
  /// results.json is not JSON.
  case notJSON(path: String, JSONError)
  /// results.json lacks a member, or has one of another kind; `member` is its key.
  case member(path: String, member: String)
  /// The run has results, but no scores of its episodes: an earlier version made it.
  case noScores(path: String)
  /// A line of scores.csv is not the next one of a run.
  case scores(path: String, line: Int, found: String, expected: String)
  /// scores.csv is of other modes, episodes or measures than results.json.
  case otherScores(path: String, found: String, expected: String)

  public var description: String {
    switch self {
    case .unfinished(let path):
      "\(legible(path, limit: nil)) holds a run that has not ended; finish it by 'tools run … --resume', and compare then."
    case .nothing(let path):
      "\(legible(path, limit: nil)) holds no results of a run or a comparison (results.json); name the --out folder of 'tools run' or "
        + "'tools run-all'."
    case .file(let error): error.description
    case .notJSON(let path, let error): "\(legible(path, limit: nil)) is not a record of results: \(error); \(Self.advice)"
    case .member(let path, let member):
      "\(legible(path, limit: nil)) has no valid member '\(legible(member))', which the results of a run have; \(Self.advice)"
    case .noScores(let path):
      "\(legible(path, limit: nil)) holds results without the scores of their episodes (scores.csv), which older versions did not write; "
        + "test the run again by 'tools run … --resume' or 'tools evaluate … --out DIR'."
    case .scores(let path, let line, let found, let expected):
      "line \(line) of \(legible(path, limit: nil)) is '\(found)', expected \(expected); \(Self.advice)"
    case .otherScores(let path, let found, let expected):
      "\(legible(path, limit: nil)) has \(found), and results.json beside it has \(expected); \(Self.advice)"
    }
  }

  private static let advice = "the file is damaged: restore it, or test the run again by 'tools evaluate … --out DIR'."
}
