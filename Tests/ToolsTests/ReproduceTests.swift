import Foundation
import Testing
import _TestSupport

@Suite struct ReproduceTests {
  private let preset = """
    {
      "name": "small", "title": "A small preset", "source": "none", "notes": [], "seeds": 2,
      "runs": [
        {
          "name": "a", "algorithm": "maml", "task": "sinusoid", "iterations": 3, "quickIterations": 1,
          "settings": {"test.episodes": 4, "test.steps": 2, "model.hidden": "4"},
          "tests": [
            {"name": "same", "settings": {}, "cells": [{"statistic": "mean", "step": 1, "published": 0.5}]},
            {"name": "few", "settings": {"task.shots": 3}, "cells": [{"statistic": "median", "step": 2}]}
          ]
        },
        {
          "name": "later", "algorithm": "not-there", "task": "sinusoid", "iterations": 3,
          "tests": [{"name": "same", "cells": [{"statistic": "mean", "step": 1}]}]
        }
      ]
    }
    """

  @Test func `a preset of one's own is run, resumed and printed`() throws {
    try withTemporaryFolder { folder throws in
      let (file, out) = ("\(folder)/p.json", "\(folder)/out")
      try Data(preset.utf8).write(to: URL(fileURLWithPath: file))
      let outcome = try tools("reproduce", file, "--out", out, "--quiet")
      #expect(outcome.exitCode == 0 && outcome.errors == "", "\(outcome.errors)")
      #expect(outcome.output.hasPrefix("small · A small preset · 2 seeds · none\n"))
      #expect(outcome.output.contains("not built yet"))
      #expect(fileNames(in: out) == ["a", "reproduction.json", "reproduction.md"])
      #expect(fileNames(in: "\(out)/a/seed-1").contains("few"))
      // The test of unchanged settings is the run's own.
      let own = try bytes("\(out)/a/seed-1/results.json")
      #expect(try bytes("\(out)/a/seed-1/same/results.json") == own)
      let written = try bytes("\(out)/reproduction.json")
      try FileManager.default.removeItem(atPath: "\(out)/a/seed-1")
      try FileManager.default.removeItem(atPath: "\(out)/a/seed-0/few")
      let resumed = try tools("reproduce", file, "--out", out, "--quiet", "--resume")
      #expect(resumed.exitCode == 0, "\(resumed.errors)")
      #expect(try bytes("\(out)/reproduction.json") == written)
      #expect(try tools("reproduce", file, "--out", out, "--quiet").exitCode == 2)
      let quick = try tools("reproduce", file, "--out", "\(folder)/quick", "--quick", "--quiet")
      #expect(quick.output.hasPrefix("small (quick) · A small preset · seed 0 · none\n") && !quick.output.contains("not built yet"))
      #expect(try tools("reproduce", file, "--print").output == preset + "\n")
      let only = try tools("reproduce", file, "--out", "\(folder)/only", "--only", "later", "--quiet")
      #expect(only.exitCode == 2 && only.errors.contains("run of a registered algorithm"), "\(only.errors)")
      let one = try tools("reproduce", file, "--out", out, "--only", "a", "--seeds", "1", "--quiet", "--resume")
      #expect(one.output.hasPrefix("small · A small preset · seed 0") && !one.output.contains("not built yet"), "\(one.errors)")
      try expectError("unknown run 'b'. Known: a, later.", ["reproduce", file, "--only", "b"])
    }
  }

  /// The loss of the sinusoid is below 1000 and not below a millionth.
  @Test func `a preset asks when scores are reached, and tests the best validated state`() throws {
    try withTemporaryFolder { folder throws in
      let (file, out) = ("\(folder)/p.json", "\(folder)/out")
      let own = preset.split(separator: "\"tests\": [", maxSplits: 1).joined(separator: "\"reaches\": [1000, 1e-6], \"tests\": [")
        .split(separator: "\"test.episodes\": 4,")
        .joined(separator: "\"test.episodes\": 4, \"validation.every\": 1, \"outer.learningRate\": 3,")
      try Data(own.utf8).write(to: URL(fileURLWithPath: file))
      let outcome = try tools("reproduce", file, "--out", out, "--quiet")
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      let reached = try #require(outcome.output.split(separator: "\n").first { $0.contains(" s, validation)") })
      #expect(reached.hasPrefix("a ") && reached.contains("1000"))
      #expect(outcome.output.contains("0 of 2 seeds (validation)"))
      // At this rate, the last state is not the best one.
      let validations = String(decoding: try bytes("\(out)/a/seed-1/validation.jsonl"), as: UTF8.self)
      #expect(try #require(validations.split(separator: "\n").last).contains("\"best\":false"), "\(validations)")
      let (trained, tested) = (try scores("\(out)/a/seed-1"), try scores("\(out)/a/seed-1/same"))
      #expect(trained == tested, "the run tests its best state, and so does the preset")
      let wrong = own.split(separator: "[1000, 1e-6]").joined(separator: "[\"soon\"]")
      try Data(wrong.utf8).write(to: URL(fileURLWithPath: file))
      let refused = try tools("reproduce", file, "--out", "\(folder)/wrong", "--quiet")
      #expect(refused.exitCode == 2 && refused.errors.contains("reaches"), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/wrong"))
    }
  }

  private func scores(_ folder: String) throws -> String { String(decoding: try bytes("\(folder)/scores.csv"), as: UTF8.self) }

  /// The built-in presets; those of Omniglot where its archives are.
  private static let presets =
    ["maml-table2", "meta-sgd-table1"] + (sharedFolder == nil ? [] : ["omniglot-5way", "omniglot-20way", "omniglot-fc"])

  /// Each preset with one iteration, two tasks, two episodes, two ways and one query a class: the numbers that it asks for exist.
  @Test(arguments: presets) func `a built-in preset runs as it is written`(name: String) throws {
    try withTemporaryFolder { folder throws in
      let printed = try tools("reproduce", name, "--print").output
      var preset = try #require(try JSONSerialization.jsonObject(with: Data(printed.utf8)) as? [String: Any])
      preset["seeds"] = 1
      var runs = try #require(preset["runs"] as? [[String: Any]])
      for place in runs.indices {
        runs[place]["iterations"] = 1
        runs[place]["quickIterations"] = 1
        var settings = runs[place]["settings"] as? [String: Any] ?? [:]
        settings["training.metaBatch"] = 2
        for key in ["task.ways", "task.queries"] where settings[key] != nil { settings[key] = 2 }
        if settings["validation.every"] != nil { (settings["validation.every"], settings["validation.episodes"]) = (1, 2) }
        if runs[place]["task"] as? String == "omniglot", runs[place]["model"] == nil { settings["model.hidden"] = 4 }
        runs[place]["settings"] = settings
        var tests = try #require(runs[place]["tests"] as? [[String: Any]])
        for test in tests.indices {
          var settings = tests[test]["settings"] as? [String: Any] ?? [:]
          settings["test.episodes"] = 2
          if settings["task.queries"] != nil { settings["task.queries"] = 1 }
          tests[test]["settings"] = settings
        }
        runs[place]["tests"] = tests
      }
      preset["runs"] = runs
      let file = "\(folder)/small.json"
      try JSONSerialization.data(withJSONObject: preset).write(to: URL(fileURLWithPath: file))
      let data = ["XDG_CACHE_HOME": folder].merging(sharedFolder.map { ["OMNIGLOT_DIR": "\($0)/data/omniglot"] } ?? [:]) { $1 }
      let outcome = try ToolsProcess(["reproduce", file, "--out", "\(folder)/out", "--quiet"], environment: data).outcome()
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(!outcome.output.contains("not built yet"))
    }
  }

  @Test func `a wrong preset is refused, and nothing is written`() throws {
    try withTemporaryFolder { folder throws in
      let file = "\(folder)/p.json"
      func expect(_ message: String, _ from: String, _ to: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try Data(preset.replacingOccurrences(of: from, with: to).utf8).write(to: URL(fileURLWithPath: file))
        let outcome = try tools("reproduce", file, "--out", "\(folder)/out")
        #expect(outcome.exitCode == 2 && outcome.output == "", sourceLocation: sourceLocation)
        #expect(outcome.errors.contains(message), "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(fileNames(in: folder) == ["p.json"], sourceLocation: sourceLocation)
      }
      try expect(
        "line 5 of \(file): unknown key 'iteration'. Did you mean 'iterations'?", "\"iterations\": 3, \"quick", "\"iteration\": 3, \"quick")
      try expect("the test a/few of the preset has a number after step 3, but ends after step 2", "\"step\": 2}", "\"step\": 3}")
      try expect("has a number in the mode 'support', expected one of none", "\"step\": 2}", "\"step\": 2, \"mode\": \"support\"}")
      try expect("is not valid", "\"seeds\": 2,", "\"seeds\": 2")
      try expectError(
        "unknown preset 'maml-table'. Did you mean 'maml-table2'? Known: maml-table2, meta-sgd-table1, omniglot-20way, omniglot-5way, "
          + "omniglot-fc.", ["reproduce", "maml-table"])
    }
  }
}
