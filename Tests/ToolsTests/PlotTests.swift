import Foundation
import Testing
import _TestSupport

/// Whether gnuplot is in the search path.
private let hasGnuplot = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  .contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/gnuplot")
  }

@Suite struct PlotTests {
  private func runs(_ folder: String) throws -> String {
    let path = "\(folder)/runs"
    let outcome = try ToolsProcess(
      [
        "run-all", "--iterations", "4", "--out", path, "--quiet", "--task",
        "sinusoid,linear-classification", "--only", "maml,chance",
      ]
        + smallTest
    ).outcome()
    #expect(outcome.exitCode == 0)
    return path
  }

  @Test(.enabled(if: hasGnuplot, "gnuplot is not installed"))
  func `the charts of the report are files`() throws {
    try withTemporaryFolder { folder throws in
      let (path, out) = (try runs(folder), "\(folder)/charts")
      let outcome = try tools("plot", path, "--out", out, "--quiet")
      #expect(outcome.exitCode == 0 && outcome.errors == "", "\(outcome.errors)")
      let names = [
        "aggregate.svg", "linear-classification-adaptation.svg",
        "linear-classification-calibration.svg", "linear-classification-forest.svg",
        "linear-classification-training.svg", "sinusoid-adaptation.svg", "sinusoid-example-0.svg",
        "sinusoid-example-1.svg", "sinusoid-forest.svg", "sinusoid-training.svg",
      ]
      #expect(fileNames(in: out) == names)
      #expect(outcome.output.split(separator: "\n").sorted() == names.map { "\(out)/\($0)"[...] })
      for name in names {
        #expect(String(decoding: try bytes("\(out)/\(name)"), as: UTF8.self).contains("<svg"))
      }
      // As many as the page has.
      let page = String(decoding: try bytes("\(path)/report.html"), as: UTF8.self)
      #expect(page.components(separatedBy: "<div class=\"wide\">").count == names.count + 1)
      // The folder of a single run, and the other formats.
      for (format, start) in [("png", "\u{89}PNG"), ("pdf", "%PDF")] {
        let outcome = try tools(
          "plot", "\(path)/sinusoid/maml", "--out", "\(folder)/\(format)", "--format", format,
          "--quiet")
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(
          fileNames(in: "\(folder)/\(format)") == [
            "sinusoid-adaptation.\(format)", "sinusoid-example-0.\(format)", "sinusoid-training.\(format)",
          ])
        let content = try bytes("\(folder)/\(format)/sinusoid-training.\(format)")
        #expect(content.starts(with: start.unicodeScalars.map { UInt8($0.value) }))
      }
    }
  }

  @Test(.enabled(if: hasGnuplot, "gnuplot is not installed"))
  func `a file is replaced only if asked`() throws {
    try withTemporaryFolder { folder throws in
      let (path, out) = ("\(try runs(folder))/sinusoid/maml", "\(folder)/charts")
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
      let file = "\(out)/sinusoid-training.svg"
      try Data("mine".utf8).write(to: URL(fileURLWithPath: file))
      try expectError(
        "\(file) exists; name another folder with --out, or replace it with --overwrite.",
        ["plot", path, "--out", out])
      #expect(fileNames(in: out) == ["sinusoid-training.svg"])
      #expect(try tools("plot", path, "--out", out, "--overwrite").exitCode == 0)
      #expect(try bytes(file) != Data("mine".utf8) && fileNames(in: out).count == 3)
      try expectError(
        "\(file) is not a folder; name another one with --out.", ["plot", path, "--out", file])
    }
  }

  @Test func `without gnuplot, with an unknown format, or without runs`() throws {
    try withTemporaryFolder { folder throws in
      let out = ["--out", "\(folder)/charts"]
      try expectError(
        "gnuplot was not found; install it (Debian's package gnuplot-nox), or add its folder to PATH.",
        ["plot", folder] + out,
        environment: ["PATH": folder])
      try expectError(
        "--format is 'gif', expected one of svg, png, pdf.",
        ["plot", folder, "--format", "gif"] + out)
      let missing = try ToolsProcess(["plot", folder]).outcome()
      #expect(
        missing.exitCode == 2 && missing.errors.hasPrefix("tools: error: plot needs --out DIR"))
      if hasGnuplot {
        let outcome = try ToolsProcess(["plot", "\(folder)/none"] + out).outcome()
        #expect(
          outcome.exitCode == 2
            && outcome.errors.hasPrefix("tools: error: \(folder)/none holds no results"))
      }
      #expect(fileNames(in: folder) == [])
    }
  }
}
