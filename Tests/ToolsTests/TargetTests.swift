import Foundation
import Testing
import _TestSupport

private func runAll(_ folder: String, _ more: String...) throws -> Outcome {
  try ToolsProcess(
    [
      "run-all", "--iterations", "8", "--out", folder, "--quiet", "--task", "sinusoid", "--only",
      "maml,chance",
    ] + smallTest + more
  ).outcome()
}

@Suite struct TargetTests {
  @Test func `iterations to a score, by validation or by the training`() throws {
    try withTemporaryFolder { folder throws in
      let (validated, plain) = ("\(folder)/validated", "\(folder)/plain")
      // Any finite loss reaches a million, and none is negative.
      let outcome = try runAll(
        validated, "--validate-every", "4", "--set", "validation.episodes=4", "--target", "1000000",
        "--seeds", "2")
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(
        outcome.output.contains("iterations to 1.00e6") && outcome.output.contains("s, validation)")
      )
      let line = try #require(outcome.output.split(separator: "\n").first { $0.contains("maml") })
      #expect(
        line.contains("4 (") && outcome.output.contains("iterations/s")
          && outcome.output.contains("peak MB"))
      // Each seed validates; chance, which is not meta-trained, does not.
      for seed in 0..<2 {
        let lines = String(
          decoding: try bytes("\(validated)/sinusoid/maml/seed-\(seed)/validation.jsonl"),
          as: UTF8.self)
        #expect(lines.split(separator: "\n").count == 2)
        #expect(
          !fileNames(in: "\(validated)/sinusoid/chance/seed-\(seed)").contains("validation.jsonl"))
      }
      let compared = try tools("compare", validated, "--target", "1000000")
      #expect(compared.output == outcome.output)
      let report = String(decoding: try bytes("\(validated)/report.md"), as: UTF8.self)
      #expect(report.contains("| 4 (validation) |") && !report.contains(" s, validation"))

      #expect(try runAll(plain, "--target", "-1").output.contains("not reached (training)"))
      let tasks = try #require(try jsonObject("\(plain)/results.json")["tasks"] as? [[String: Any]])
      let lines = try #require(tasks.first?["lines"] as? [[String: Any]])
      let target = try #require(
        lines.first { $0["label"] as? String == "maml" }?["target"] as? [String: Any])
      #expect(
        target["curve"] as? String == "training"
          && (target["iterations"] as? [Any])?.first is NSNull)
      #expect(try tools("compare", plain, "--target", "1000000").output.contains("1 ("))
      #expect(try !tools("compare", plain).output.contains("iterations to"))
    }
  }

  @Test func `patience and event files of each run`() throws {
    try withTemporaryFolder { folder throws in
      let (out, logs) = ("\(folder)/out", "\(folder)/logs")
      let outcome = try runAll(
        out, "--validate-every", "1", "--patience", "1", "--set", "validation.episodes=2", "--set",
        "outer.learningRate=0", "--log-dir", logs)
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      // Nothing improves without a learning rate.
      let results = try jsonObject("\(out)/sinusoid/maml/results.json")
      let training = try #require(results["training"] as? [String: Any])
      #expect(training["iterations"] as? Int == 2 && training["stoppedEarly"] as? Bool == true)
      #expect(fileNames(in: "\(logs)/sinusoid") == ["chance", "maml"])
      #expect(
        fileNames(in: "\(logs)/sinusoid/maml").allSatisfy { $0.hasPrefix("events.out.tfevents.") })
      // A resumed comparison repeats nothing.
      let resumed = try runAll(
        out, "--validate-every", "1", "--patience", "1", "--set", "validation.episodes=2", "--set",
        "outer.learningRate=0", "--resume")
      #expect(resumed.exitCode == 0 && resumed.output == outcome.output)
    }
  }

  @Test func `disjoint episodes go to the tasks that have them`() throws {
    try withTemporaryFolder { folder throws in
      let small = [
        "--set", "task.testClasses=11", "--set", "model.hidden=4", "--set", "model.blocks=2",
        "--quiet",
      ]
      let outcome = try ToolsProcess(
        [
          "run-all", "--disjoint", "--iterations", "2", "--task", "sinusoid,glyphs", "--only",
          "maml", "--out", "\(folder)/all",
          "--set", "task.queries=15",
        ] + small + smallTest
      ).outcome()
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("disjoint episodes and assignment of labels"))
      let path = "\(folder)/all/glyphs/maml"
      let sampling = try #require(
        try jsonObject("\(path)/results.json")["sampling"] as? [String: Any])
      let modes = try #require(sampling["modes"] as? [[String: Any]])
      #expect((modes.first?["disjointScores"] as? [Any])?.count == 2 && modes.count == 2)
      #expect(try jsonObject("\(folder)/all/sinusoid/maml/results.json")["sampling"] == nil)
      // evaluate repeats it, and gives it to a run without it.
      let evaluated = try tools("evaluate", path, "--quiet", "--json")
      #expect(
        evaluated.output == String(decoding: try bytes("\(path)/results.json"), as: UTF8.self))
      let plain = "\(folder)/plain"
      let run =
        ["run", "maml", "--task", "glyphs", "--iterations", "2", "--out", plain] + small + smallTest
      #expect(try ToolsProcess(run).outcome().exitCode == 0)
      #expect(try jsonObject("\(plain)/results.json")["sampling"] == nil)
      #expect(
        try tools("evaluate", plain, "--disjoint", "--quiet").output.contains("disjoint episodes"))
      let refused = try tools(
        "run", "maml", "--task", "sinusoid", "--disjoint", "--iterations", "1")
      #expect(
        refused.exitCode == 2
          && refused.errors.hasPrefix(
            "tools: error: sinusoid has neither a limited number of samples nor labels")
      )
    }
  }
}
