import TensorCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension RunFolder {
  /// The names of the files of a run or a comparison that a folder holds; empty if there is no such folder.
  package static func files(in path: String) -> [String] { fileNames.filter { exists("\(path)/\($0)") } }

  /// Whether a folder holds the files of a cross-validation and none of a run, or no such file at all.
  package static func canHoldCrossValidation(_ path: String) -> Bool {
    let names = files(in: path)
    return names.isEmpty || names.contains("cross-validation.json") && Set(names).isDisjoint(with: ["results.json", Checkpoint.fileName])
  }

  /// Whether a folder holds files of a run, but neither a checkpoint nor results: the run was killed before its first checkpoint.
  package static func holdsOnlyBeginning(_ path: String) -> Bool {
    let names = files(in: path)
    let beginning: Set = [RunConfiguration.fileName, "metrics.jsonl", ValidationLog.fileName, Checkpoint.bestFileName]
    return !names.isEmpty && beginning.isSuperset(of: names)
  }

  /// Whether a folder holds the files of a comparison, or a part of them, and none of a single run.
  package static func holdsComparison(_ path: String) -> Bool {
    let names = files(in: path)
    guard !names.isEmpty, Set(names).isSubset(of: ["results.json", "results.csv", "report.md"]) else { return false }
    guard names.contains("results.json") else { return true }
    struct Content: Decodable {
      struct Task: Decodable {}
      let tasks: [Task]
    }
    guard let bytes = try? AtomicFile.read("\(path)/results.json") else { return false }
    return (try? JSONDecoder().decode(Content.self, from: Data(bytes))) != nil
  }
}
