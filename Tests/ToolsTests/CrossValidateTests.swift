import Foundation
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#endif

/// `cross-validate` on a CSV file: results, resuming, and errors.
@Suite struct CrossValidateTests {
  private static let text: String = {
    var text = "person,day,score\n"
    for row in 0..<72 {
      let (person, day) = (row / 12, row % 12)
      text += "p\(person),\(day),\(Double(day * person + day % 3) / 10)\n"
    }
    return text
  }()

  private func withTable(_ body: (_ folder: String, _ arguments: [String]) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Data(Self.text.utf8).write(to: URL(fileURLWithPath: "\(folder)/t.csv"))
      let task = ["--task", "table", "--data", "table=\(folder)/t.csv", "--set", "task.group=person", "--set", "task.target=score"]
      try body(folder, task + smallSettings + ["--shots", "4", "--queries", "4", "--test-steps", "2", "--episodes-per-group", "3"])
    }
  }

  private func run(_ algorithms: String..., with arguments: [String]) throws -> Outcome {
    try ToolsProcess(["cross-validate"] + algorithms + arguments).outcome()
  }

  @Test func `a row for each algorithm and group, and a learning curve`() throws {
    try withTable { folder, arguments in
      let out = ["--folds", "3", "--iterations", "4", "--out", "\(folder)/cv"]
      let outcome = try run("maml", "ridge-task", "chance", with: arguments + out)
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("table · mse after 2 steps · 6 groups in 3 folds · 3 episodes of each · seed 0 · "))
      #expect(outcome.errors.hasSuffix("tools: cross-validation.json, groups.csv and report.md are in \(folder)/cv.\n"))
      #expect(
        fileNames(in: "\(folder)/cv") == ["cross-validation.json", "fold-1", "fold-2", "fold-3", "groups.csv", "report.md"])
      let rows = String(decoding: try bytes("\(folder)/cv/groups.csv"), as: UTF8.self).split(separator: "\n")
      #expect(rows[0] == "algorithm,group,fold,episodes,metric,score,score_0,score_1,score_2,score_4")
      #expect(rows.count == 1 + 3 * 6)
      let record = try jsonObject("\(folder)/cv/cross-validation.json")
      #expect(record["ownExamples"] as? [Int] == [0, 1, 2, 4])
      let folds = try #require(record["folds"] as? [[String]])
      #expect(folds.flatMap(\.self).sorted() == (0..<6).map { "p\($0)" })
      let algorithms = try #require(record["algorithms"] as? [[String: Any]])
      let estimates = try algorithms.map { try #require($0["estimate"] as? [String: Any]) }
      #expect(estimates.map { $0["count"] as? Int } == [6, 6, 6])
      // --iterations is for algorithms that have a meta-gradient.
      let iterations = Dictionary(uniqueKeysWithValues: algorithms.map { ($0["algorithm"] as? String ?? "", $0["iterations"] as? Int) })
      #expect(iterations == ["maml": 4, "ridge-task": 1, "chance": 1])

      let again = try run("maml", "ridge-task", "chance", with: arguments + out)
      #expect(again.exitCode == 2 && again.errors.contains("\(folder)/cv holds a run already"))
      // Other folds are told from the kept runs; nothing is changed.
      let before = try bytes("\(folder)/cv/groups.csv")
      for (flags, asked) in [
        (["--folds", "2"], "2 folds"), (["--folds", "6"], "6 folds"), (["--leave-one-out"], "a fold for each group (--leave-one-out)"),
      ] {
        try expectError(
          "\(folder)/cv contains a cross-validation with 3 folds, but this command has \(asked); resume with the original flags, or name "
            + "another folder with --out.",
          ["cross-validate", "maml", "chance"] + arguments + flags + ["--iterations", "4", "--out", "\(folder)/cv", "--resume", "--quiet"])
      }
      #expect(try bytes("\(folder)/cv/groups.csv") == before)

      let replaced = try run("maml", "ridge-task", "chance", with: arguments + out + ["--overwrite", "--threads", "1", "--quiet"])
      #expect(replaced.output == outcome.output && replaced.errors == "")
    }
  }

  @Test func `an interrupted cross-validation resumes to the same bytes`() throws {
    try withTable { folder, arguments in
      for iterations in [2000, 8000, 32_000, 128_000] {
        let all = arguments + ["--leave-one-out", "--iterations", "\(iterations)", "--quiet", "--out"]
        let stopped = "\(folder)/stopped-\(iterations)"
        let process = try ToolsProcess(["cross-validate", "chance", "maml"] + all + [stopped])
        while process.isRunning, !FileManager.default.fileExists(atPath: "\(stopped)/fold-2/maml/metrics.jsonl") { usleep(500) }
        process.send(SIGINT)
        let outcome = try process.outcome()
        if outcome.exitCode == 0 { continue }
        #expect(outcome.exitCode == 130 && outcome.output == "")
        #expect(outcome.errors.hasPrefix("tools: interrupted "), "\(outcome.errors)")
        #expect(outcome.errors.contains(" of 6 folds "), "\(outcome.errors)")
        #expect(outcome.errors.hasSuffix(" finished; run the same command with --resume to continue.\n"), "\(outcome.errors)")
        #expect(!fileNames(in: stopped).contains("cross-validation.json"))
        let other = try run("chance", "maml", with: all + [stopped, "--resume", "--seed", "1"])
        #expect(other.exitCode == 2 && other.errors.contains("seed = 0, but this command has 1"), "\(other.errors)")
        let resumed = try run("chance", "maml", with: all + [stopped, "--resume"])
        let whole = try run("chance", "maml", with: all + ["\(folder)/whole"])
        #expect(resumed.exitCode == 0 && resumed.output == whole.output, "\(resumed.errors)")
        let names = ["cross-validation.json", "groups.csv", "report.md", "fold-1/maml/metrics.jsonl", "fold-2/maml/checkpoint.safetensors"]
        for name in names {
          #expect(try bytes("\(stopped)/\(name)") == bytes("\(folder)/whole/\(name)"), "\(name)")
        }
        return
      }
      Issue.record("no cross-validation was long enough to be interrupted")
    }
  }

  @Test func `an algorithm that diverges is named, and the others have results`() throws {
    try withTable { folder, arguments in
      let wild = ["--set", "inner.learningRate=1000", "--set", "inner.steps=5"]
      let outcome = try run("maml", "chance", with: arguments + wild + ["--folds", "2", "--iterations", "20", "--out", "\(folder)/cv"])
      #expect(outcome.exitCode == 2)
      #expect(outcome.errors.contains("tools: error: maml on fold 1: meta-training diverged in iteration "), "\(outcome.errors)")
      #expect(outcome.output.contains("\nfailed  maml: fold 1: meta-training diverged in iteration "))
      let algorithms = try #require(try jsonObject("\(folder)/cv/cross-validation.json")["algorithms"] as? [[String: Any]])
      #expect(algorithms.map { $0["algorithm"] as? String } == ["chance", "maml"])
      #expect(algorithms[0]["failure"] is NSNull && algorithms[1]["failure"] is String && algorithms[1]["groups"] == nil)
    }
  }

  @Test func `bad input has one message and writes nothing`() throws {
    try withTable { folder, arguments in
      func expect(_ message: String, _ more: [String], _ algorithms: [String] = ["chance"]) throws {
        try expectError(message, ["cross-validate"] + algorithms + arguments + more + ["--out", "\(folder)/cv"])
      }
      try expect("--folds is '1', expected an integer of at least 2.", ["--folds", "1"])
      try expect(
        "the data have 6 groups with enough rows, expected at least 7, one for each fold; lower --folds, --shots or --queries, or name "
          + "another column of groups.", ["--folds", "7"])
      try expect("--folds and --leave-one-out exclude each other; give one of them.", ["--folds", "2", "--leave-one-out"])
      try expect("'chance' is named twice; name it once.", [], ["chance", "chance"])
      try expect("5 own examples were requested, but an episode has 4; name at most 4, or raise --shots.", ["--own-examples", "1,5"])
      try expect(
        "--own-examples is '1,-1', expected a list separated by commas, each an integer of at least 0.", ["--own-examples", "1,-1"])
      try expect(
        "task.split is set, but the folds of a cross-validation are the split; leave the setting out.", ["--set", "task.split=first"])
      let unknown = try run("chanc", with: arguments + ["--out", "\(folder)/cv"])
      #expect(unknown.exitCode == 2 && unknown.errors.hasPrefix("tools: error: unknown algorithm 'chanc'. Did you mean 'chance'?"))
      let flag = try run("chance", with: arguments + ["--fold", "3", "--out", "\(folder)/cv"])
      #expect(flag.exitCode == 2 && flag.errors.hasPrefix("tools: error: unknown flag '--fold' of cross-validate. Did you mean '--folds'?"))
      #expect(fileNames(in: folder) == ["t.csv"])
    }
    try expectError(
      "the task sinusoid has no groups to cross-validate over; tasks with groups: table.", ["cross-validate", "maml", "--task", "sinusoid"])
    try expectError("--resume needs --out DIR.", ["cross-validate", "maml", "--task", "table", "--resume"])
  }
}
