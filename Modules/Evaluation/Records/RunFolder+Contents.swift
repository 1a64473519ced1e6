extension RunFolder {
  /// The names of the files of a run or a comparison that a folder holds; empty if there is no such folder.
  package static func files(in path: String) -> [String] { fileNames.filter { exists("\(path)/\($0)") } }

  /// Whether a folder holds a checkpoint.
  package static func hasCheckpoint(_ path: String) -> Bool { files(in: path).contains(Checkpoint.fileName) }

  /// Whether a folder holds the files of a cross-validation and none of a run, or no such file at all.
  package static func canHoldCrossValidation(_ path: String) -> Bool {
    let names = files(in: path)
    return names.isEmpty || names.contains("cross-validation.json") && Set(names).isDisjoint(with: [resultsName, Checkpoint.fileName])
  }

  /// Whether a folder holds files of a run, but no checkpoint: the run was killed, or failed, before its first one.
  package static func holdsOnlyBeginning(_ path: String) -> Bool {
    let names = files(in: path)
    let beginning: Set = [
      RunConfiguration.fileName, "metrics.jsonl", ValidationLog.fileName, Checkpoint.bestFileName, TestExample.fileName,
    ]
    // A run that failed before its first checkpoint has results, which say why.
    return !names.isEmpty && beginning.union(names.contains(RunConfiguration.fileName) ? [resultsName] : []).isSuperset(of: names)
  }

  /// Whether a folder holds the files of a comparison, or a part of them, and none of a single run.
  package static func holdsComparison(_ path: String) -> Bool {
    let names = files(in: path)
    guard !names.isEmpty, Set(names).isSubset(of: [resultsName, "results.csv", scoresName, "report.md", pageName]) else { return false }
    guard names.contains(resultsName) else { return true }
    return (try? RecordReader(file: "\(path)/\(resultsName)").objects("tasks")) != nil
  }
}
