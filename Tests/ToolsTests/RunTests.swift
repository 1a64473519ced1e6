import Foundation
import Testing
import _TestSupport

private let files = ["checkpoint.safetensors", "config.json", "example.json", "metrics.jsonl", "results.json", "scores.csv", "timing.json"]

/// Trains and tests briefly into a folder.
private func run(_ algorithm: String, _ folder: String, _ more: String...) throws -> Outcome {
  try ToolsProcess(
    ["run", algorithm, "--task", "sinusoid", "--out", folder] + (more.contains("--iterations") ? [] : ["--iterations", "12"])
      + smallSettings + smallTest + more
  ).outcome()
}

/// The first column of a printed adaptation curve.
private func steps(_ output: String) -> [String] {
  output.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }.filter { Int($0) != nil }
}

@Suite struct RunTests {
  @Test func `evaluate draws the uneven tasks of the run`() throws {
    try withTemporaryFolder { folder throws in
      let whole = try run("maml", "\(folder)/whole", "--shots", "1...6")
      #expect(whole.exitCode == 0)
      let other = try run("maml", "\(folder)/even", "--shots", "6")
      #expect(other.output != whole.output)
      let again = try tools("evaluate", "\(folder)/whole")
      #expect(again.output == whole.output)
    }
  }

  @Test func `a run leaves its files, and evaluate gives the same numbers`() throws {
    try withTemporaryFolder { folder throws in
      let outcome = try run("maml", "\(folder)/a/run")
      #expect(outcome.exitCode == 0)
      #expect(fileNames(in: "\(folder)/a/run") == files)
      #expect(
        outcome.output.hasPrefix(
          "maml on sinusoid · model mlp · 12 iterations\n\nsinusoid · mse after 1 step · 6 held-out episodes of meta-test · split "))
      #expect(steps(outcome.output) == ["0", "1", "2"])
      for checkpoint in ["\(folder)/a/run", "\(folder)/a/run/checkpoint.safetensors"] {
        let again = try tools("evaluate", checkpoint)
        #expect(again.exitCode == 0)
        #expect(again.output == outcome.output)
      }
      let json = try tools("evaluate", "\(folder)/a/run", "--json", "--quiet")
      #expect(json.errors == "")
      #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [String: Any])
      let more = try tools("evaluate", "\(folder)/a/run", "--test-steps", "4", "--quiet")
      #expect(steps(more.output) == ["0", "1", "2", "3", "4"])
    }
  }

  #if os(Linux)
  @Test(arguments: [[], ["--threads", "64"]]) func `no more threads are started than the affinity mask allows`(flags: [String]) throws {
    try withTemporaryFolder { folder throws in
      // The shell binds itself to one core of its mask; the program inherits that.
      let script = """
        core=$(taskset -cp $$ | sed 's/.*: *\\([0-9]*\\).*/\\1/'); exec taskset -c "$core" "$0" "$@"
        """
      let run = ["run", "maml", "--task", "sinusoid", "--iterations", "3", "--out", folder] + smallSettings + smallTest + flags
      #expect(try ToolsProcess(["-c", script, toolsPath] + run, executable: "/bin/sh").outcome().exitCode == 0)
      let timing = try jsonObject("\(folder)/timing.json")
      #expect(timing["threads"] as? Int == 1)
      #expect(timing["activeThreads"] as? Double == 1)
    }
  }
  #endif

  @Test func `one step with an implicit gradient is advised against`() throws {
    try withTemporaryFolder { folder throws in
      let outcome = try run("maml", "\(folder)/a", "--set", "gradient=implicit")
      #expect(outcome.exitCode == 0)
      #expect(outcome.errors.contains("tools: note: maml on sinusoid: gradient=implicit differentiates the minimum of the support loss"))
      #expect(outcome.errors.contains("Set inner.steps=16 or more"))
      #expect(try !run("maml", "\(folder)/b").errors.contains("note"))
    }
  }

  @Test func `metrics hold a line for each iteration, results the configuration, timing the cost`() throws {
    try withTemporaryFolder { folder throws in
      #expect(try run("maml", folder, "--threads", "2").exitCode == 0)
      let lines = try String(decoding: bytes("\(folder)/metrics.jsonl"), as: UTF8.self).split(separator: "\n")
      let iterations = try lines.map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["iteration"] as? Int
      }
      #expect(iterations == Array(1...12))
      let results = try String(decoding: bytes("\(folder)/results.json"), as: UTF8.self)
      #expect(results.contains("inner.learningRate"))
      #expect(!results.contains("\"threads\""))
      let timing = try jsonObject("\(folder)/timing.json")
      #expect(timing["iterations"] as? Int == 12)
      let threads = try #require(timing["threads"] as? Int)
      #expect((1...2).contains(threads))
      let active = try #require(timing["activeThreads"] as? Double)
      #expect(active >= 1 && active <= Double(threads))
      #expect(timing["peakBytes"] is Int)
      #expect(try #require(timing["iterationsPerSecond"] as? Double) > 0)
    }
  }

  @Test(arguments: ["maml", "meta-sgd", "reptile", "joint"])
  func `one and two threads give the same bytes`(algorithm: String) throws {
    try withTemporaryFolder { folder throws in
      #expect(try run(algorithm, "\(folder)/one", "--threads", "1").exitCode == 0)
      #expect(try run(algorithm, "\(folder)/two", "--threads", "2").exitCode == 0)
      for name in ["checkpoint.safetensors", "metrics.jsonl", "results.json"] {
        #expect(try bytes("\(folder)/one/\(name)") == bytes("\(folder)/two/\(name)"), "\(name)")
      }
      #expect(try run(algorithm, "\(folder)/other", "--seed", "1").exitCode == 0)
      #expect(try bytes("\(folder)/one/metrics.jsonl") != bytes("\(folder)/other/metrics.jsonl"))
    }
  }

  @Test func `a folder that holds a run is refused, and nothing in it changes`() throws {
    try withTemporaryFolder { folder throws in
      #expect(try run("maml", folder).exitCode == 0)
      let before = try files.map { try bytes("\(folder)/\($0)") }
      let refused = try run("maml", folder, "--seed", "1")
      #expect(refused.exitCode == 2)
      #expect(
        refused.errors == """
          tools: error: \(folder) holds a run already (checkpoint.safetensors); name another folder with --out, or replace the run with \
          --overwrite.\n
          """)
      #expect(try files.map { try bytes("\(folder)/\($0)") } == before)
      // A command that is refused for another reason does not delete anything either.
      #expect(try run("maml", folder, "--overwrite", "--set", "inner.steps=x").exitCode == 2)
      #expect(try files.map { try bytes("\(folder)/\($0)") } == before)
      #expect(try run("maml", folder, "--seed", "1", "--overwrite").exitCode == 0)
      #expect(try bytes("\(folder)/checkpoint.safetensors") != before[0])
    }
  }

  @Test func `evaluate does not overwrite the checkpoint that it tests`() throws {
    try withTemporaryFolder { folder throws in
      #expect(try run("maml", folder).exitCode == 0)
      let names = fileNames(in: folder)
      for checkpoint in [folder, "\(folder)/checkpoint.safetensors"] {
        try expectError(
          """
          \(folder) contains the checkpoint.safetensors that is to be tested, and --overwrite would remove it; name another folder with \
          --out.
          """, ["evaluate", checkpoint, "--out", folder, "--overwrite", "--quiet"])
        #expect(fileNames(in: folder) == names)
      }
    }
  }

  @Test func `a run that diverges says where, and keeps the last good checkpoint`() throws {
    try withTemporaryFolder { folder throws in
      let outcome = try run(
        "maml", folder, "--quiet", "--iterations", "500", "--set", "outer.learningRate=1000", "--set", "inner.learningRate=1000")
      #expect(outcome.exitCode == 2)
      #expect(outcome.output == "")
      #expect(outcome.errors.hasPrefix("tools: error: meta-training diverged in iteration "))
      let saved = outcome.errors.range(of: "; the checkpoint in \(folder) is of iteration ")
      #expect(saved.map { outcome.errors[$0.upperBound...].hasSuffix(".\n") } == true)
      #expect(try tools("evaluate", folder, "--set", "inner.learningRate=0", "--quiet").exitCode == 0)
    }
  }

  @Test func `a run that diverges without a folder does not claim to have saved anything`() throws {
    let outcome = try tools(
      "run", "maml", "--task", "sinusoid", "--quiet", "--iterations", "500", "--set", "outer.learningRate=1000", "--set",
      "inner.learningRate=1000")
    #expect(outcome.exitCode == 2)
    #expect(outcome.errors.hasPrefix("tools: error: meta-training diverged in iteration "))
    #expect(outcome.errors.hasSuffix(", or set outer.clipNorm; nothing is saved.\n"))
  }

  @Test func `quiet shows no progress`() throws {
    try withTemporaryFolder { folder throws in
      #expect(try run("maml", "\(folder)/quiet", "--quiet").errors == "")
      let lines = try run("maml", "\(folder)/loud").errors
      #expect(lines.contains("maml on sinusoid: 100%  12/12 iterations  loss "))
      #expect(!lines.contains("\r"))
    }
  }

  @Test func `the results also come as JSON`() throws {
    let outcome = try ToolsProcess(
      ["run", "chance", "--task", "sinusoid", "--iterations", "1", "--json", "--quiet"] + smallTest
    ).outcome()
    #expect(outcome.exitCode == 0)
    #expect(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) is [String: Any])
  }
}
