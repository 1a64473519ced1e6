import Foundation
import Testing
import _TestSupport

/// `export`, `run --init` and `evaluate` of a state dict.
@Suite struct StateDictTests {
  private static let settings = smallSettings + smallTest + ["--quiet"]

  private func run(_ algorithm: String, _ folder: String, _ more: String...) throws -> Outcome {
    try ToolsProcess(
      ["run", algorithm, "--task", "sinusoid", "--iterations", "5", "--out", folder] + Self.settings + more
    ).outcome()
  }

  private func evaluate(_ file: String, _ more: String...) throws -> Outcome {
    try ToolsProcess(["evaluate", file, "--task", "sinusoid"] + Self.settings + more).outcome()
  }

  /// The curves of a printed result, without its title.
  private func curves(_ output: String) -> String { output.split(separator: "\n").dropFirst().joined(separator: "\n") }

  @Test func `an exported initialisation comes back with the same bytes and the same results`() throws {
    try withTemporaryFolder { folder throws in
      let trained = try run("maml", "\(folder)/run")
      #expect(trained.exitCode == 0, "\(trained.errors)")
      for checkpoint in ["\(folder)/run", "\(folder)/run/checkpoint.safetensors"] {
        let outcome = try tools("export", checkpoint, "--out", "\(folder)/model.safetensors", "--overwrite")
        #expect(outcome.exitCode == 0 && outcome.output == "" && outcome.errors == "", "\(outcome.errors)")
      }
      let state = "\(folder)/model.safetensors"
      let tested = try evaluate(state, "--algorithm", "maml")
      #expect(tested.exitCode == 0, "\(tested.errors)")
      #expect(curves(tested.output) == curves(trained.output))
      #expect(tested.output.hasPrefix("maml on sinusoid · model mlp · 0 iterations · initialisation "))

      let again = try run("scratch", "\(folder)/again", "--init", state)
      #expect(again.exitCode == 0, "\(again.errors)")
      #expect(try tools("export", "\(folder)/again", "--out", "\(folder)/copy.safetensors").exitCode == 0)
      #expect(try bytes("\(folder)/copy.safetensors") == bytes(state))
      #expect(try tools("evaluate", "\(folder)/again").output == again.output)
      // Training from it is another run than training from random parameters.
      let further = try run("maml", "\(folder)/further", "--init", state)
      #expect(further.exitCode == 0)
      #expect(try bytes("\(folder)/further/metrics.jsonl") != bytes("\(folder)/run/metrics.jsonl"))
    }
  }

  @Test func `a file is not written over unasked, and the checkpoint never`() throws {
    try withTemporaryFolder { folder throws in
      #expect(try run("scratch", folder).exitCode == 0)
      let (state, checkpoint) = ("\(folder)/model.safetensors", "\(folder)/checkpoint.safetensors")
      #expect(try tools("export", folder, "--out", state).exitCode == 0)
      try expectError(
        "\(state) exists; name another file with --out, or replace it with --overwrite.", ["export", folder, "--out", state])
      try expectError(
        "\(checkpoint) is the checkpoint that is read; name another file with --out.",
        ["export", folder, "--out", checkpoint, "--overwrite"])
      #expect(try run("chance", "\(folder)/chance").exitCode == 0)
      try expectError(
        "chance has no initialisation; name another algorithm, or its checkpoint.",
        ["export", "\(folder)/chance", "--out", "\(folder)/none"])
      try expectError("export needs --out FILE; 'tools help export' says more.", ["export", folder])
    }
  }

  @Test func `a run resumes with the same file only`() throws {
    try withTemporaryFolder { folder throws in
      #expect(try run("maml", "\(folder)/run").exitCode == 0)
      let (state, other) = ("\(folder)/model.safetensors", "\(folder)/other.safetensors")
      #expect(try tools("export", "\(folder)/run", "--out", state).exitCode == 0)
      #expect(try run("maml", "\(folder)/seed", "--seed", "1").exitCode == 0)
      #expect(try tools("export", "\(folder)/seed", "--out", other).exitCode == 0)
      let began = try run("maml", "\(folder)/init", "--init", state)
      #expect(began.exitCode == 0)
      let resumed = try run("maml", "\(folder)/init", "--init", state, "--resume")
      #expect(resumed.output == began.output)
      for wrong in [["--init", other], []] {
        let arguments = ["run", "maml", "--task", "sinusoid", "--iterations", "5", "--out", "\(folder)/init", "--resume"]
        let refused = try ToolsProcess(arguments + Self.settings + wrong).outcome()
        #expect(refused.exitCode == 2)
        #expect(refused.errors.hasPrefix("tools: error: \(folder)/init contains a run with the digest of --init = "), "\(refused.errors)")
      }
    }
  }

  /// The parameters 0, 1, 2, … of a network with one hidden layer of two units, each as the given type holds it.
  private func network(_ type: String, _ element: (Float) -> [UInt8]) -> [Stored] {
    var next: Float = 0
    return [("layers.0.weight", [2, 1]), ("layers.0.bias", [2]), ("layers.1.weight", [1, 2]), ("layers.1.bias", [1])].map { name, shape in
      let count = shape.reduce(1, *)
      defer { next += Float(count) }
      return Stored(name, type, shape, (0..<count).flatMap { element((next + Float($0)) / 8) })
    }
  }

  private func single(_ value: Float) -> [UInt8] { withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }

  private func write(_ tensors: [Stored], _ path: String) throws { try encoded(tensors).write(to: URL(fileURLWithPath: path)) }

  @Test func `F32, F64, F16 and BF16 are read, and other tensors are ignored with a note`() throws {
    // The numbers 0/8 to 6/8 as F16: sign 0, exponent with a bias of 15, 10 bits of fraction.
    let halves: [UInt16] = [0, 0x3000, 0x3400, 0x3600, 0x3800, 0x3900, 0x3a00]
    let types: [(String, (Float) -> [UInt8])] = [
      ("F32", single), ("F64", { value in withUnsafeBytes(of: Double(value).bitPattern.littleEndian) { Array($0) } }),
      ("F16", { value in withUnsafeBytes(of: halves[Int(value * 8)].littleEndian) { Array($0) } }),
      ("BF16", { value in Array(single(value).suffix(2)) }),
    ]
    try withTemporaryFolder { folder throws in
      let path = "\(folder)/model.safetensors"
      var outputs: Set<String> = []
      for (type, element) in types {
        let more = [Stored("norm.count\u{1b}", "I64", [], [0, 0, 0, 0, 0, 0, 0, 0]), Stored("scale", "F8_E4M3", [1], [0])]
        try write(network(type, element) + more, path)
        let good = try ToolsProcess(
          ["evaluate", path, "--task", "sinusoid", "--set", "model.hidden=2", "--quiet"] + smallTest
        ).outcome()
        #expect(good.exitCode == 0, "\(good.errors)")
        #expect(
          good.errors == """
            tools: note: \(path): tensor 'norm.count\\u{1b}' of type I64 is not needed and was ignored.
            tools: note: \(path): tensor 'scale' of type F8_E4M3 is not needed and was ignored.\n
            """)
        outputs.insert(good.output)
      }
      #expect(outputs.count == 1)
    }
  }

  @Test func `all that is missing or does not fit is listed at once`() throws {
    try withTemporaryFolder { folder throws in
      let path = "\(folder)/model.safetensors"
      let tensors = [
        Stored("layers.0.weight", "F32", [1, 2], single(1) + single(1)), Stored("layers.0.bias", "I32", [2], single(0) + single(0)),
        Stored("layers.1.bias", "F32", [1], single(.nan)),
      ]
      try write(tensors, path)
      let message = """
        \(path) does not fit the model mlp; name another file, or the settings of its model:
          tensor 'layers.0.weight' has shape [1, 2], expected [2, 1]
          tensor 'layers.0.bias' has type I32, expected F32, F64, F16 or BF16
          tensor 'layers.1.weight' is missing, expected shape [1, 2]
          tensor 'layers.1.bias' holds a number that is not finite in float32
        """
      let flags = ["--task", "sinusoid", "--set", "model.hidden=2", "--quiet"]
      try expectError(message, ["evaluate", path] + flags)
      try expectError(message, ["run", "maml", "--init", path, "--iterations", "2"] + flags)
    }
  }

  @Test func `a checkpoint and a state dict are not taken for each other`() throws {
    try withTemporaryFolder { folder throws in
      #expect(try run("scratch", folder).exitCode == 0)
      let (checkpoint, state) = ("\(folder)/checkpoint.safetensors", "\(folder)/model.safetensors")
      #expect(try tools("export", folder, "--out", state).exitCode == 0)
      try expectError(
        "\(checkpoint) is a checkpoint, expected a state dict; make one of it with `tools export`.",
        ["run", "maml", "--task", "sinusoid", "--init", checkpoint])
      for flag in [["--model", "mlp"], ["--algorithm", "maml"]] {
        try expectError(
          "\(flag[0]) is for a state dict; a checkpoint contains its own, so leave the flag out.", ["evaluate", folder] + flag)
      }
      try expectError(
        "\(state) is no checkpoint, because its metadata have no 'formatVersion'; if it is a state dict, give --task TASK.",
        ["evaluate", state])
      try expectError(
        """
        \(state) is not a checkpoint: its metadata have no 'formatVersion'; name a checkpoint.safetensors that `run` wrote, or its folder.
        """, ["export", state, "--out", "\(folder)/copy"])
      try expectError(
        "chance has no initialisation; name another algorithm, or its checkpoint.",
        ["run", "chance", "--task", "sinusoid", "--init", state])
    }
  }
}
