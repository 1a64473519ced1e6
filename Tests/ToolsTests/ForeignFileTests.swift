import Foundation
import Testing
import _TestSupport

/// Files that other programs wrote, or that are damaged.
@Suite struct ForeignFileTests {
  /// The definition of a case with one linear unit for two classes.
  private static let definition =
    #"{"model": {"kind": "mlp", "layers": [1, 2]}, "loss": "cross-entropy", "tasks": 1, "support": 1, "query": 1, "#
    + #""inner": {"optimizer": "sgd", "steps": 0}, "estimator": "first-order"}"#

  /// A case of zeros, whose loss is log 2 and whose gradient is (1/2, −1/2) for the label 1.
  private func tensors(label: Stored, query: Stored) -> [Stored] {
    func zeros(_ name: String, _ shape: [Int]) -> Stored { Stored(name, "F32", shape, Array(repeating: 0, count: 4 * shape.reduce(1, *))) }
    func floats(_ name: String, _ shape: [Int], _ values: [Float]) -> Stored {
      Stored(name, "F32", shape, values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
    }
    return [
      zeros("params.layers.0.weight", [2, 1]), zeros("params.layers.0.bias", [2]), zeros("hyper.lr", []), zeros("support.x", [1, 1, 1]),
      label, zeros("query.x", [1, 1, 1]), query, floats("expected.query_loss", [1], [0.693_147_2]),
      zeros("expected.adapted.layers.0.weight", [1, 2, 1]), zeros("expected.adapted.layers.0.bias", [1, 2]),
      zeros("expected.grad.layers.0.weight", [2, 1]), floats("expected.grad.layers.0.bias", [2], [0.5, -0.5]),
    ]
  }

  private func parity(_ tensors: [Stored], _ folder: String) throws -> Outcome {
    try encoded(tensors, metadata: ["case": Self.definition]).write(to: URL(fileURLWithPath: "\(folder)/case.safetensors"))
    return try tools("parity", "--tolerance", "1e-6", "\(folder)/case.safetensors")
  }

  @Test(arguments: [("I32", 4), ("I64", 8), ("U8", 1), ("I8", 1), ("I16", 2), ("BOOL", 1)])
  func `labels of any integer type are labels`(type: String, byteCount: Int) throws {
    try withTemporaryFolder { folder throws in
      func label(_ name: String, _ value: UInt8) -> Stored {
        Stored(name, type, [1, 1], [value] + Array(repeating: 0, count: byteCount - 1))
      }
      let good = try parity(tensors(label: label("support.y", 0), query: label("query.y", 1)), folder)
      #expect(good.exitCode == 0, "\(good.output)\(good.errors)")
      #expect(good.errors == "")
      guard type != "BOOL" else { return }
      let bad = try parity(tensors(label: label("support.y", 0), query: label("query.y", 7)), folder)
      #expect(bad.errors == "tools: error: \(folder)/case.safetensors: tensor 'query.y' holds the label 7, expected 0 to 1.\n")
      #expect(bad.exitCode == 2)
    }
  }

  @Test func `a tensor that is not needed may have any type`() throws {
    try withTemporaryFolder { folder throws in
      let label = Stored("support.y", "I64", [1, 1], Array(repeating: 0, count: 8))
      let query = Stored("query.y", "I64", [1, 1], [1] + Array(repeating: 0, count: 7))
      let all = tensors(label: label, query: query)
      let outcome = try parity(all + [Stored("more\u{1b}", "F16", [1], [0, 0]), Stored("other", "F8_E4M3", [1], [0])], folder)
      #expect(outcome.exitCode == 0, "\(outcome.output)")
      #expect(
        outcome.errors
          == """
          tools: note: \(folder)/case.safetensors: tensor 'more\\u{1b}' of type F16 is not needed and was ignored.
          tools: note: \(folder)/case.safetensors: tensor 'other' of type F8_E4M3 is not needed and was ignored.\n
          """)
      let needed = try parity(all.filter { $0.name != "hyper.lr" } + [Stored("hyper.lr", "F8_E4M3", [], [0])], folder)
      #expect(
        needed.errors
          == "tools: error: \(folder)/case.safetensors: tensor 'hyper.lr' has type F8_E4M3; convert it to F32, F64, I32 or I64.\n")
      #expect(needed.exitCode == 2)
      let half = try parity(all.filter { $0.name != "hyper.lr" } + [Stored("hyper.lr", "F16", [], [0, 0])], folder)
      #expect(half.exitCode == 0, "\(half.output)\(half.errors)")
    }
  }

  @Test func `one flipped bit of a checkpoint`() throws {
    try withTemporaryFolder { folder throws in
      let run = try ToolsProcess(
        ["run", "scratch", "--task", "sinusoid", "--iterations", "1", "--out", folder, "--quiet"] + smallSettings + smallTest
      ).outcome()
      try #require(run.exitCode == 0, "\(run.errors)")
      let path = "\(folder)/checkpoint.safetensors"
      var damaged = try bytes(path)
      damaged[damaged.count - 4] ^= 1
      try damaged.write(to: URL(fileURLWithPath: path))
      try expectError(
        "\(path) is damaged: its content differs from what was written; use another copy, or repeat the run.", ["evaluate", folder])
    }
  }

  @Test func `paths that are not UTF-8`() throws {
    try withTemporaryFolder { folder throws in
      // Foundation cannot pass such an argument; the shell can.
      func shell(_ command: String) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "name=$(printf 'caf\\351'); cd '\(folder)' || exit 9; \(command) >output 2>errors"]
        try process.run()
        process.waitUntilExit()
        func text(_ name: String) throws -> String { String(decoding: try bytes("\(folder)/\(name)"), as: UTF8.self) }
        return Outcome(exitCode: process.terminationStatus, output: try text("output"), errors: try text("errors"))
      }
      // Some file systems have no such names.
      guard try shell("touch \"$name\" && rm \"$name\"").exitCode == 0 else { return }
      let missing = try shell("'\(toolsPath)' evaluate \"$name\"")
      #expect(missing.errors == "tools: error: the checkpoint cannot be used: there is no file caf\\xe9; check the path.\n")
      let settings = (smallSettings + smallTest).joined(separator: " ")
      let run = try shell("'\(toolsPath)' run scratch --task sinusoid --iterations 1 --out \"$name/run\" --quiet \(settings)")
      #expect(run.exitCode == 0, "\(run.errors)")
      let found = try shell("test -f \"$name/run/checkpoint.safetensors\"")
      #expect(found.exitCode == 0)
      let tested = try shell("'\(toolsPath)' evaluate --quiet \"$name/run\"")
      #expect(tested.exitCode == 0, "\(tested.errors)")
    }
  }
}
