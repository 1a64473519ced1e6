import Foundation
import Testing
import _TestSupport

/// `run-all --domain-shift`, and domains as settings.
@Suite struct DomainShiftRunTests {
  private func runAll(_ folder: String, _ more: String...) throws -> Outcome {
    try ToolsProcess(
      [
        "run-all", "--domain-shift", "--only", "chance,maml", "--iterations", "2", "--queries", "2", "--out", folder, "--set",
        "model.hidden=4", "--set", "test.modes=transductive",
      ] + smallTest + more
    ).outcome()
  }

  private func reports(_ folder: String) throws -> [Data] {
    try ["results.json", "results.csv", "report.md"].map { try bytes("\(folder)/\($0)") }
  }

  @Test func `in-domain beside out-of-domain, and the same after a resume`() throws {
    try withTemporaryFolder { folder throws in
      let out = "\(folder)/out"
      let outcome = try runAll(out, "--task", "glyphs", "--quiet")
      #expect(outcome.exitCode == 0 && outcome.errors == "", "\(outcome.errors)")
      #expect(
        outcome.output.contains(
          "\nglyphs, domain shift · trained on clean · out of domain: inverted,rotated,noisy,thick,thin,scaled · accuracy in % after each "
            + "algorithm's own number of steps, tested transductive · drop: paired over 6 episodes of the same drawings\n"))
      let tasks = try #require(try jsonObject("\(out)/results.json")["tasks"] as? [[String: Any]])
      let shifts = try #require(tasks.first?["domainShift"] as? [[String: Any]])
      #expect(Set(shifts.compactMap { $0["algorithm"] as? String }) == ["chance", "maml"])
      // The out-of-domain number is that of `evaluate` on the run's checkpoint.
      let maml = try #require(shifts.first { $0["algorithm"] as? String == "maml" })
      let again = try tools(
        "evaluate", "\(out)/glyphs/maml", "--set", "task.domains.test=inverted,rotated,noisy,thick,thin,scaled", "--json", "--quiet")
      let row = try #require(try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
      let accuracy = try #require((row["modes"] as? [[String: Any]])?.first?["accuracy"] as? [[String: Any]])
      #expect((maml["outOfDomain"] as? [String: Any])?["mean"] as? Double == accuracy[1]["mean"] as? Double)

      let written = try reports(out)
      let table = try runAll(out, "--task", "glyphs", "--resume", "--quiet")
      #expect(table.exitCode == 0 && table.output.contains("domain shift"), "\(table.errors)")
      #expect(try reports(out) == written)
      // A lost test is repeated, and the run is not.
      try FileManager.default.removeItem(atPath: "\(out)/glyphs/maml/domain-shift")
      let checkpoint = try bytes("\(out)/glyphs/maml/checkpoint.safetensors")
      let repeated = try runAll(out, "--task", "glyphs", "--resume")
      #expect(repeated.exitCode == 0 && repeated.errors.contains("2 of 2 runs are finished"), "\(repeated.errors)")
      #expect(try reports(out) == written && bytes("\(out)/glyphs/maml/checkpoint.safetensors") == checkpoint)
    }
  }

  @Test func `domains of one's own, and a note if training has one of them`() throws {
    try withTemporaryFolder { folder throws in
      let outcome = try runAll(
        "\(folder)/out", "--task", "glyphs", "--set", "task.domains.train=clean,thick", "--set", "task.domains.test=thick,thin")
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(outcome.errors.hasPrefix("tools: note: glyphs: meta-test has domains of meta-training: thick.\n"))
      #expect(outcome.output.contains("trained on clean,thick · out of domain: thick,thin ·"))
    }
  }

  @Test func `what has no domains, or no shift, is refused before anything is written`() throws {
    try withTemporaryFolder { folder throws in
      let out = "\(folder)/out"
      let all = ["run-all", "--domain-shift", "--only", "chance", "--out", out]
      try expectError(
        "sinusoid has no domains, and --domain-shift needs them; name other tasks with --task: glyphs, images, omniglot.",
        all + ["--task", "glyphs,sinusoid"])
      try expectError(
        "task.domains.test has the domains of training, clean, so nothing is out of domain; set other ones.",
        all + ["--task", "glyphs", "--set", "task.domains.test=clean"])
      try expectError(
        "test.split is meta-validation, which has the domains of training, so nothing is out of domain; leave test.split out.",
        all + ["--task", "glyphs", "--set", "test.split=meta-validation"])
      try expectError(
        "task.domains.test is 'clean,invertd', expected a list separated by commas, each one of clean, inverted, rotated, noisy, thick, "
          + "thin, scaled. Did you mean 'inverted'?",
        all + ["--task", "glyphs", "--set", "task.domains.test=clean,invertd"])
      #expect(fileNames(in: folder) == [])
    }
  }
}
