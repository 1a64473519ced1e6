import Foundation
import Testing
import _TestSupport

@Suite struct MemoryFlagTests {
  private static let size = ["--set", "model.hidden=64,64", "--shots", "40", "--queries", "40", "--set", "training.metaBatch=12"]

  private func arguments(iterations: Int = 6, _ more: String...) -> [String] {
    ["run", "maml", "--task", "sinusoid", "--iterations", "\(iterations)", "--threads", "2"] + Self.size + smallTest + more
  }

  @Test func `a limit that cannot be read is refused`() throws {
    try expectError(
      "--memory is '128mb', expected a number and one of KB, MB, GB, TB, KiB, MiB, GiB, TiB, such as 512MB.",
      arguments("--memory", "128mb"))
  }

  @Test func `nothing is written where nothing fits, and the least that fits is named`() throws {
    try withTemporaryFolder { folder throws in
      let out = "\(folder)/run"
      let refused = try ToolsProcess(arguments("--memory", "10KB", "--out", out)).outcome()
      #expect(refused.exitCode == 2 && refused.output == "")
      #expect(refused.errors.hasPrefix("tools: error: the tensors of the run do not fit into 10KB, "), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: out))
      let named = try #require(refused.errors.firstMatch(of: /need about (\d+MB); raise --memory, or lower/))
      let accepted = try ToolsProcess(arguments("--memory", String(named.1), "--out", out)).outcome()
      #expect(accepted.exitCode == 0, "\(accepted.errors)")
      #expect(accepted.errors.contains("tools: memory: about "), "\(accepted.errors)")
    }
  }

  @Test func `config_json repeats what was chosen`() throws {
    try withTemporaryFolder { folder throws in
      let refused = try ToolsProcess(arguments("--memory", "10KB")).outcome()
      let least = String(try #require(refused.errors.firstMatch(of: /need about (\d+MB);/)).1)
      let first = try ToolsProcess(arguments("--memory", least, "--out", "\(folder)/first")).outcome()
      try #require(first.exitCode == 0, "\(first.errors)")
      let again = try tools("run", "--config", "\(folder)/first", "--threads", "1", "--out", "\(folder)/again")
      #expect(again.exitCode == 0 && again.output == first.output, "\(again.errors)")
      for name in ["checkpoint.safetensors", "metrics.jsonl", "results.json", "config.json"] {
        #expect(try bytes("\(folder)/first/\(name)") == bytes("\(folder)/again/\(name)"), "\(name)")
      }
      // A resumed run keeps the choice, also where a larger limit would choose otherwise.
      let chosen = try settings("\(folder)/first")
      let further = try ToolsProcess(arguments(iterations: 9, "--memory", "4GB", "--out", "\(folder)/first", "--resume")).outcome()
      #expect(further.exitCode == 0, "\(further.errors)")
      #expect(try settings("\(folder)/first") == chosen)
    }
  }

  @Test func `a comparison chooses for each run`() throws {
    try withTemporaryFolder { folder throws in
      let all = ["run-all", "--task", "sinusoid", "--only", "maml,reptile", "--iterations", "3", "--out", "\(folder)/all"]
      let outcome = try ToolsProcess(all + Self.size + smallTest + ["--memory", "4GB"]).outcome()
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      for algorithm in ["maml", "reptile"] {
        #expect(outcome.errors.contains("tools: memory: \(algorithm) on sinusoid: about "), "\(outcome.errors)")
      }
      try FileManager.default.removeItem(atPath: "\(folder)/all")
      let refused = try ToolsProcess(all + Self.size + smallTest + ["--memory", "10KB"]).outcome()
      #expect(refused.exitCode == 2 && refused.errors.contains("do not fit into "), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/all"))
    }
  }

  /// The settings of a run that a limit may choose.
  private func settings(_ run: String) throws -> [String?] {
    let settings = try #require(try jsonObject("\(run)/config.json")["settings"] as? [String: Any])
    return ["gradient", "gradient.segment", "training.shardSize", "test.shardSize"].map { key in settings[key].map { "\($0)" } }
  }
}
