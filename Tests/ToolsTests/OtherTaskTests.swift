import Foundation
import Testing
import _TestSupport

/// Tests of a checkpoint on another family than that of its run.
@Suite struct OtherTaskTests {
  private static let shares = ["--set", "task.testShare=0.6", "--set", "task.validationShare=0.2"]

  private func train(_ task: String, _ folder: String, _ more: [String]) throws {
    let run = ["run", "maml", "--task", task, "--iterations", "2", "--queries", "2", "--quiet", "--out", folder] + smallTest + more
    let outcome = try ToolsProcess(run + smallSettings, environment: ["XDG_CACHE_HOME": folder]).outcome()
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
  }

  @Test func `glyphs to a folder of images: both tasks are named, and ways follow the run`() throws {
    try withTemporaryFolder { folder throws in
      let (images, cache) = ("\(folder)/images", ["XDG_CACHE_HOME": folder])
      try RotatedDigits.write(to: images, drawings: 3)
      try train("glyphs", "\(folder)/run", ["--ways", "3"])
      let evaluate =
        ["evaluate", "\(folder)/run", "--task", "images", "--data", "images=\(images)", "--queries", "2"] + Self.shares
      let outcome = try ToolsProcess(evaluate + ["--out", "\(folder)/out"], environment: cache).outcome()
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(outcome.errors.hasPrefix("tools: note: images: task.ways=3, as in the run on glyphs.\n"))
      #expect(outcome.output.hasPrefix("maml on images · trained on glyphs · model conv · 2 iterations\n\nimages · accuracy"))
      let json = try jsonObject("\(folder)/out/results.json")
      #expect(json["task"] as? String == "images")
      #expect((json["trainedOn"] as? [String: Any])?["task"] as? String == "glyphs")
      #expect((json["configuration"] as? [String: Any])?["task.ways"] as? Int == 3)
      // Without another task, nothing is said about one.
      #expect(try tools("evaluate", "\(folder)/run", "--json", "--quiet").output.contains("trainedOn") == false)

      for (flags, message) in [
        (
          ["--ways", "5"], "the run was trained with 3 ways, and its model has as many outputs; images is asked for 5, so give --ways 3."
        ),
        (
          ["--set", "task.channels=3"],
          "the run was trained on images of shape [28, 28, 1], images has images of [28, 28, 3]; "
            + "give --set task.size=28 --set task.channels=1."
        ),
      ] {
        try expectError(message, evaluate + flags + ["--out", "\(folder)/none", "--quiet"], environment: cache)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/none"))
      }
    }
  }

  @Test func `images in colours to glyphs, which are grey and of one size`() throws {
    try withTemporaryFolder { folder throws in
      let (images, cache) = ("\(folder)/images", ["XDG_CACHE_HOME": folder])
      try RotatedDigits.write(to: images, drawings: 3)
      let size = ["--data", "images=\(images)", "--shots", "1", "--set", "task.size=16", "--set", "task.channels=3"] + Self.shares
      try train("images", "\(folder)/run", size)
      try expectError(
        "the run was trained on images of shape [16, 16, 3], glyphs has images of [28, 28, 1]; choose a task with images of that shape.",
        ["evaluate", "\(folder)/run", "--task", "glyphs"], environment: cache)
    }
  }

  /// The families to train on; Omniglot where its archives are.
  private static let sources = ["glyphs"] + (sharedFolder == nil ? [] : ["omniglot"])

  /// The digits are black on white and the drawings of training white on black, so the digits are inverted.
  @Test(arguments: sources) func `MAML that never saw digits learns them better than an untrained network`(source: String) throws {
    try withTemporaryFolder { folder throws in
      let (images, run) = ("\(folder)/images", "\(folder)/run")
      let cache = ["XDG_CACHE_HOME": folder].merging(sharedFolder.map { ["OMNIGLOT_DIR": "\($0)/data/omniglot"] } ?? [:]) { $1 }
      try RotatedDigits.write(to: images)
      let trained = try ToolsProcess(
        [
          "run", "maml", "--task", source, "--iterations", "200", "--queries", "5", "--set", "training.metaBatch=8", "--set",
          "test.modes=transductive", "--test-steps", "3", "--test-episodes", "20", "--quiet", "--out", run,
        ], environment: cache
      ).outcome()
      #expect(trained.exitCode == 0, "\(trained.errors)")
      let test =
        [
          "--task", "images", "--data", "images=\(images)", "--set", "task.domains.test=inverted", "--set", "test.modes=transductive",
          "--test-episodes", "100", "--test-steps", "5", "--queries", "15", "--quiet", "--json",
        ] + Self.shares
      let scores = try [["evaluate", run], ["run", "scratch", "--iterations", "1"]].map { command in
        let outcome = try ToolsProcess(command + test, environment: cache).outcome()
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        return try Self.final(outcome.output)
      }
      #expect(scores[0].mean - scores[0].halfWidth > scores[1].mean + scores[1].halfWidth, "\(source): \(scores)")
    }
  }

  /// The accuracy after the last step.
  private static func final(_ json: String) throws -> (mean: Double, halfWidth: Double) {
    let row = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let mode = try #require((row["modes"] as? [[String: Any]])?.first)
    let point = try #require((mode["accuracy"] as? [[String: Any]])?.last)
    return (try #require(point["mean"] as? Double), try #require(point["halfWidth"] as? Double))
  }
}
