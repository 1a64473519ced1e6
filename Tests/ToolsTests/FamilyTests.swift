import Foundation
import Testing
import _TestSupport

/// Algorithms with parameters of their own beside the model's.
@Suite struct FamilyTests {
  private func losses(_ json: String) throws -> [Double] {
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let modes = try #require(object["modes"] as? [[String: Any]])
    let steps = try #require(modes.first?["loss"] as? [[String: Any]])
    return try steps.map { try #require($0["mean"] as? Double) }
  }

  @Test(arguments: ["t-net", "cavia", "meta-curvature", "maml-plus-plus"])
  func `an exported initialisation is that of a plain model`(id: String) throws {
    try withTemporaryFolder { folder in
      let run = try tools(
        "run", id, "--task", "sinusoid", "--iterations", "40", "--test-episodes", "10", "--test-steps", "1", "--json", "--quiet", "--out",
        "\(folder)/run", "--set", "model.hidden=8,8")
      try #require(run.exitCode == 0, "\(run.errors)")
      let file = "\(folder)/model.safetensors"
      let exported = try tools("export", "\(folder)/run", "--out", file)
      try #require(exported.exitCode == 0, "\(exported.errors)")
      let plain = try tools(
        "evaluate", file, "--task", "sinusoid", "--set", "model.hidden=8,8", "--test-episodes", "10", "--test-steps", "1", "--json")
      try #require(plain.exitCode == 0, "\(plain.errors)")
      let (own, other) = (try losses(run.output)[0], try losses(plain.output)[0])
      #expect(abs(own - other) <= 1e-5 * own)
    }
  }

  @Test func `a checkpoint of them adapts and resumes`() throws {
    try withTemporaryFolder { folder in
      let common = ["run", "cavia", "--task", "sinusoid", "--test-episodes", "5", "--test-steps", "2", "--quiet"]
      for (path, iterations) in [("whole", "20"), ("parts", "10")] {
        let outcome = try ToolsProcess(common + ["--iterations", iterations, "--out", "\(folder)/\(path)"]).outcome()
        try #require(outcome.exitCode == 0, "\(outcome.errors)")
      }
      let resumed = try ToolsProcess(common + ["--iterations", "20", "--out", "\(folder)/parts", "--resume"]).outcome()
      #expect(resumed.exitCode == 0, "\(resumed.errors)")
      for file in ["checkpoint.safetensors", "results.json"] {
        let (first, second) = (
          try Data(contentsOf: URL(fileURLWithPath: "\(folder)/whole/\(file)")),
          try Data(contentsOf: URL(fileURLWithPath: "\(folder)/parts/\(file)"))
        )
        #expect(first == second, "\(file)")
      }
    }
  }
}
