import Foundation
import Testing
import _TestSupport

/// `adapt` with folders of pictures.
@Suite struct AdaptImageTests {
  /// A picture of 8 × 8 pixels: the first `bright` columns are bright, or dark if `isInk`.
  private func picture(_ bright: Int, isInk: Bool = false) -> [UInt8] {
    let row = (0..<8).map { UInt8(($0 < bright) != isInk ? 220 : 30) }
    return handmadePNG(width: 8, height: 8, depth: 8, rows: [[UInt8]](repeating: row, count: 8))
  }

  private func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// Six classes of three pictures, in the folder "images".
  private func writeImages(to folder: String) throws {
    for number in 0..<6 {
      try makeFolder("\(folder)/images/c\(number)")
      for copy in 0..<3 { try writeFile(picture(number + 1), to: "\(folder)/images/c\(number)/\(copy).png") }
    }
  }

  /// The support: the classes "left" and "right way" with one picture each; the query: the pictures, one of them in a subfolder.
  private func writeExamples(to folder: String, isInk: Bool = false) throws {
    for path in ["support/left", "support/right way", "query/more"] { try makeFolder("\(folder)/\(path)") }
    try writeFile(picture(2, isInk: isInk), to: "\(folder)/support/left/1.png")
    try writeFile(picture(6, isInk: isInk), to: "\(folder)/support/right way/1.PNG")
    try writeFile(picture(7, isInk: isInk), to: "\(folder)/query/b.png")
    try writeFile(picture(1, isInk: isInk), to: "\(folder)/query/more/a.png")
  }

  /// A run on two classes, and examples.
  private func withRun(_ algorithm: String, _ more: [String] = [], _ body: (_ folder: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try writeImages(to: folder)
      let run = try ToolsProcess(
        ["run", algorithm, "--task", "images", "--data", "images=\(folder)/images", "--ways", "2", "--shots", "1", "--queries", "2"]
          + ["--set", "task.size=16", "--set", "task.validationShare=0.34", "--set", "task.testShare=0.34", "--iterations", "2"]
          + ["--out", "\(folder)/run", "--quiet"] + smallSettings + smallTest + more, environment: ["XDG_CACHE_HOME": "\(folder)/cache"]
      ).outcome()
      try #require(run.exitCode == 0, "\(run.errors)")
      for name in ["images", "cache"] { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
      try writeExamples(to: folder)
      try body(folder)
    }
  }

  private func adapt(_ folder: String, _ more: String...) throws -> Outcome {
    try ToolsProcess(["adapt", "\(folder)/run", "--support", "\(folder)/support"] + more).outcome()
  }

  @Test func `each picture gets a class and probabilities`() throws {
    try withRun("knn", ["--set", "neighbours=1"]) { folder in
      let outcome = try adapt(folder, "--query", "\(folder)/query")
      #expect(outcome.exitCode == 0 && outcome.errors == "", "\(outcome.errors)")
      #expect(
        outcome.output == """
          file,predicted,probability_left,probability_right way
          b.png,right way,0.33333334,0.6666667
          more/a.png,left,0.6666667,0.33333334\n
          """)
      let one = try adapt(folder, "--query", "\(folder)/query/b.png", "--out", "\(folder)/out.csv")
      #expect(one.exitCode == 0 && one.output == "")
      #expect(
        String(decoding: try bytes("\(folder)/out.csv"), as: UTF8.self)
          == outcome.output.split(separator: "\n").prefix(2).joined(separator: "\n") + "\n")
    }
  }

  @Test func `glyphs take drawings with dark ink`() throws {
    try withTemporaryFolder { folder in
      let run = try ToolsProcess(
        ["run", "maml", "--task", "glyphs", "--ways", "2", "--iterations", "2", "--out", "\(folder)/run", "--quiet"] + smallSettings
          + smallTest
      ).outcome()
      try #require(run.exitCode == 0, "\(run.errors)")
      try writeExamples(to: folder, isInk: true)
      let outcome = try adapt(folder, "--query", "\(folder)/query", "--explain", "--steps", "1")
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
      #expect(lines.map { $0[0] } == ["file", "b.png", "more/a.png"])
      for line in lines.dropFirst() { expectClose(line.dropFirst(2).compactMap(Double.init).reduce(0, +), 1, tolerance: 1e-6) }
      #expect(outcome.errors.split(separator: "\n").map { $0.prefix(7) } == ["step 0:", "step 1:"])
    }
  }

  @Test func `bad input has one message and writes nothing`() throws {
    try withRun("scratch") { folder in
      func expect(_ message: String, _ more: [String] = ["--query", "\(folder)/query"], _ location: SourceLocation = #_sourceLocation)
        throws
      {
        let before = fileNames(in: folder)
        let outcome = try ToolsProcess(
          ["adapt", "\(folder)/run", "--support", "\(folder)/support", "--out", "\(folder)/out"] + more
        ).outcome()
        #expect(outcome.exitCode == 2 && outcome.output == "", sourceLocation: location)
        #expect(outcome.errors.hasPrefix("tools: error: "), sourceLocation: location)
        #expect(outcome.errors.contains(message), "\(outcome.errors)", sourceLocation: location)
        #expect(fileNames(in: folder) == before, sourceLocation: location)
      }
      let files = FileManager.default
      try writeFile(Array(picture(1).prefix(60)), to: "\(folder)/query/c.png")
      try expect("query/c.png cannot be decoded: ")
      try writeFile(Array("a text".utf8), to: "\(folder)/query/c.png")
      try expect("query/c.png cannot be decoded: it is neither a PNG nor a JPEG file; replace or remove the file.")
      try files.removeItem(atPath: "\(folder)/query/c.png")
      try expect(
        "there is no file or folder \(folder)/none; name a PNG or JPEG file, or a folder of such files.", ["--query", "\(folder)/none"])
      try makeFolder("\(folder)/empty")
      try expect("/empty has no pictures; name a PNG or JPEG file, or a folder of such files.", ["--query", "\(folder)/empty"])
      try makeFolder("\(folder)/support/third")
      try expect("support/third has no PNG or JPEG file; put the images of the class there, or remove the folder.")
      try writeFile(picture(4), to: "\(folder)/support/third/1.png")
      try expect(
        "the support set has 3 classes, but the checkpoint distinguishes 2; give examples of 2 classes, or train with other ways.")
      for name in ["third", "left"] { try files.removeItem(atPath: "\(folder)/support/\(name)") }
      try expect(
        "the support set has 1 class, but the checkpoint distinguishes 2; give examples of 2 classes, or train with other ways.")
      try writeFile(picture(4), to: "\(folder)/support/loose.png")
      try expect("support has images that belong to no class, loose.png for one; put each image into the folder of its class.")
      for name in ["loose.png", "right way"] { try files.removeItem(atPath: "\(folder)/support/\(name)") }
      try expect("support has no pictures; name a folder with a subfolder of PNG or JPEG files for each class.")
      try files.removeItem(atPath: "\(folder)/support")
      try expect("there is no file or folder \(folder)/support; name a folder with a subfolder of PNG or JPEG files for each class.")
    }
  }
}
