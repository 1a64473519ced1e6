import Foundation
import Testing
import _TestSupport

/// The task `images` from the command line.
@Suite struct ImageRunTests {
  /// Six classes of three pictures, each class of its own brightness.
  private func writeImages(to folder: String) throws {
    for (number, name) in ["a", "b", "c", "d", "e", "f"].enumerated() {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      for picture in 0..<3 {
        let row = (0..<8).map { UInt8(40 * number + 5 * picture + $0) }
        try writeFile(
          handmadePNG(width: 8, height: 8, depth: 8, rows: [[UInt8]](repeating: row, count: 8)), to: "\(folder)/\(name)/\(picture).png")
      }
    }
  }

  private let settings = [
    "--ways", "2", "--shots", "1", "--queries", "2", "--set", "task.size=16", "--set", "task.validationShare=0.34", "--set",
    "task.testShare=0.34",
  ]

  @Test func `a run, its test and its resume`() throws {
    try withTemporaryFolder { folder throws in
      let (images, out, cache) = ("\(folder)/images", "\(folder)/run", ["XDG_CACHE_HOME": "\(folder)/cache"])
      try writeImages(to: images)
      let run =
        ["run", "maml", "--task", "images", "--data", "images=\(images)", "--iterations", "3", "--out", out] + settings + smallSettings
        + smallTest + ["--set", "task.augment.shift=2", "--set", "task.augment.flip=horizontal", "--set", "task.augment.noise=0.1"]
      let whole = try ToolsProcess(run, environment: cache).outcome()
      #expect(whole.exitCode == 0, "\(whole.errors)")
      #expect(whole.output.contains("images · accuracy in %"))
      let again = try ToolsProcess(run + ["--resume"], environment: cache).outcome()
      #expect(again.exitCode == 0 && again.output == whole.output, "\(again.errors)")
      let evaluated = try ToolsProcess(["evaluate", out, "--data", "images=\(images)"], environment: cache).outcome()
      #expect(evaluated.exitCode == 0 && evaluated.output == whole.output, "\(evaluated.errors)")
      let digest = try #require(try jsonObject("\(out)/results.json")["episodes"] as? [String: Any])["dataDigest"] as? String
      #expect(digest?.count == 64)
      // The data have changed: the run cannot go on, but it can be tested.
      try writeFile(Array("a text".utf8), to: "\(images)/a/3.png")
      let broken = try ToolsProcess(run + ["--resume"], environment: cache).outcome()
      #expect(broken.exitCode == 2 && broken.errors.contains("/a/3.png cannot be decoded: it is neither a PNG nor a JPEG file"))
    }
  }

  @Test func `comparisons take a task whose data are named`() throws {
    try withTemporaryFolder { folder throws in
      try writeImages(to: "\(folder)/images")
      try writeFile(Array("a text".utf8), to: "\(folder)/images/a/3.png")
      let outcome = try ToolsProcess(
        [
          "run-all", "--only", "chance,maml", "--task", "images", "--data", "images=\(folder)/images", "--iterations", "2", "--out",
          "\(folder)/out",
        ]
          + settings + ["--set", "model.hidden=4", "--set", "task.unreadable=skip"] + smallTest,
        environment: ["XDG_CACHE_HOME": "\(folder)/cache"]
      ).outcome()
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(outcome.errors.components(separatedBy: "tools: note: images: 1 image is left out: ").count == 2, "one note for all runs")
      #expect(outcome.output.contains(" maml "))
    }
  }

  @Test(arguments: [
    ("a/3.png", "cannot be decoded: it is neither a PNG nor a JPEG file;"), ("4.png", "has images that belong to no class, 4.png for one;"),
  ])
  func `bad data end the run before anything is written`(name: String, message: String) throws {
    try withTemporaryFolder { folder throws in
      try writeImages(to: "\(folder)/images")
      try writeFile(Array("a text".utf8), to: "\(folder)/images/\(name)")
      let outcome = try ToolsProcess(
        ["run", "maml", "--task", "images", "--data", "images=\(folder)/images", "--out", "\(folder)/out"] + settings,
        environment: ["XDG_CACHE_HOME": "\(folder)/cache"]
      ).outcome()
      #expect(outcome.exitCode == 2 && outcome.output == "")
      #expect(outcome.errors.hasPrefix("tools: error: ") && outcome.errors.contains(message), "\(outcome.errors)")
      #expect(fileNames(in: folder) == ["images"])
    }
  }
}
