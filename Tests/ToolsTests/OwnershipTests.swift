import Foundation
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#endif

/// Waits until a process has taken a folder, or has ended.
func waitForOwner(of folder: String, _ process: ToolsProcess) {
  // The owner writes its name into the file once it has the lock.
  while process.isRunning, (try? bytes("\(folder)/.metalearning-lock"))?.isEmpty ?? true { usleep(500) }
}

@Suite struct OwnershipTests {
  private func expectRefusal(_ folder: String, _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let outcome = try ToolsProcess(arguments).outcome()
    #expect(outcome.exitCode == 2, sourceLocation: sourceLocation)
    #expect(outcome.output == "", sourceLocation: sourceLocation)
    #expect(outcome.errors.hasPrefix("tools: error: \(folder) is in use by process "), sourceLocation: sourceLocation)
    #expect(
      outcome.errors.hasSuffix("; wait until it has ended, or name another folder with --out.\n"), "\(outcome.errors)",
      sourceLocation: sourceLocation)
  }

  @Test func `a second command is refused while a run writes, and a killed run blocks nobody`() throws {
    try withTemporaryFolder { root throws in
      let folder = "\(root)/run"
      let run = ["run", "maml", "--task", "sinusoid", "--threads", "1", "--quiet", "--out", folder] + smallSettings + smallTest
      let owner = try ToolsProcess(run + ["--iterations", "1000000000", "--checkpoint-every", "1"])
      waitForOwner(of: folder, owner)
      while owner.isRunning, !FileManager.default.fileExists(atPath: "\(folder)/checkpoint.safetensors") { usleep(500) }
      for flags in [[], ["--overwrite"], ["--resume"]] { try expectRefusal(folder, run + ["--iterations", "1"] + flags) }
      try expectRefusal(folder, ["run-all", "--task", "sinusoid", "--only", "chance", "--out", folder])
      try expectRefusal(folder, ["evaluate", folder, "--out", folder, "--overwrite"] + smallTest)
      #expect(owner.isRunning)
      owner.send(SIGKILL)
      _ = try owner.outcome()
      #expect(fileNames(in: folder).contains(".metalearning-lock"))
      #expect(try ToolsProcess(run + ["--iterations", "1", "--overwrite"]).outcome().exitCode == 0)
      #expect(
        fileNames(in: folder) == [
          "checkpoint.safetensors", "config.json", "example.json", "metrics.jsonl", "results.json", "scores.csv", "timing.json",
        ])
    }
  }
}
