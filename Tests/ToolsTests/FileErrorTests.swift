import Foundation
import Testing
import _TestSupport

@Suite struct FileErrorTests {
  @Test func `a checkpoint that is not there`() throws {
    try expectError(
      "the checkpoint cannot be used: there is no file no/such/checkpoint; check the path.", ["evaluate", "no/such/checkpoint"])
    try withTemporaryFolder { folder throws in
      try expectError(
        "the checkpoint cannot be used: there is no file \(folder)/checkpoint.safetensors; check the path.", ["evaluate", folder])
    }
  }

  @Test func `a checkpoint that is truncated or corrupt`() throws {
    try withTemporaryFolder { folder throws in
      let run = try ToolsProcess(
        ["run", "scratch", "--task", "sinusoid", "--iterations", "1", "--out", "\(folder)/run", "--quiet"] + smallSettings + smallTest
      ).outcome()
      try #require(run.exitCode == 0, "\(run.errors)")
      let whole = try bytes("\(folder)/run/checkpoint.safetensors")
      let path = "\(folder)/damaged.safetensors"
      func evaluate(_ damaged: Data) throws -> String {
        try damaged.write(to: URL(fileURLWithPath: path))
        let outcome = try tools("evaluate", path)
        #expect(outcome.exitCode == 2)
        #expect(outcome.output == "")
        return outcome.errors
      }
      #expect(
        try evaluate(whole.prefix(5))
          == """
          tools: error: \(path) is not a valid checkpoint: the file has 5 bytes, a safetensors file has at least 8; it is truncated or \
          of another format.\n
          """)
      #expect(try evaluate(whole.dropLast(1)).hasPrefix("tools: error: \(path) is not a valid checkpoint: tensor '"))
      // The header claims more bytes than the file has.
      let claim = withUnsafeBytes(of: UInt64(whole.count).littleEndian) { Data($0) }
      #expect(
        try evaluate(claim + whole.dropFirst(8))
          == """
          tools: error: \(path) is not a valid checkpoint: the header claims \(whole.count) bytes, the file holds \(whole.count - 8) \
          more; it is truncated.\n
          """)
      var corrupt = whole
      corrupt[8] = UInt8(ascii: "x")
      #expect(try evaluate(corrupt).hasPrefix("tools: error: \(path) is not a valid checkpoint: the header is not valid: unexpected byte"))
    }
  }

  @Test func `a parity case that is not there or not one`() throws {
    try expectError("no/such.safetensors: there is no file no/such.safetensors; check the path.", ["parity", "no/such.safetensors"])
    try withTemporaryFolder { folder throws in
      let path = "\(folder)/case.safetensors"
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
      try expectError(
        "\(path): the file has 3 bytes, a safetensors file has at least 8; it is truncated or of another format.", ["parity", path])
    }
  }

  @Test func `an output folder that cannot be written`() throws {
    try withTemporaryFolder { folder throws in
      let file = "\(folder)/file"
      try Data("mine".utf8).write(to: URL(fileURLWithPath: file))
      let run = ["run", "maml", "--task", "sinusoid", "--iterations", "1", "--quiet", "--out"]
      try expectError("\(file) is not a folder; name another one with --out.", run + [file])
      try expectError("the folder '\(file)/run' cannot be created: File exists; name another one with --out.", run + ["\(file)/run"])
      try expectError(
        "\(file) is not a folder; name another one with --out.", ["run-all", "--only", "chance", "--task", "sinusoid", "--out", file])
      #expect(try bytes(file) == Data("mine".utf8))
    }
  }

  @Test func `data that are not there`() throws {
    let outcome = try tools("run", "maml", "--task", "omniglot", "--data", "omniglot=no/such/folder")
    #expect(outcome.errors.hasPrefix("tools: error: no data for omniglot: searched no/such/folder, no/such/folder/python. Get "))
    #expect(outcome.exitCode == 2)
  }

  @Test func `data that are damaged`() throws {
    try withTemporaryFolder { folder throws in
      for name in ["images_background.zip", "images_evaluation.zip"] {
        try Data("PK\u{3}\u{4} not an archive".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      let outcome = try tools("run", "maml", "--task", "omniglot", environment: ["OMNIGLOT_DIR": folder, "XDG_CACHE_HOME": folder])
      #expect(outcome.errors.hasPrefix("tools: error: \(folder)/images_background.zip is truncated or corrupt ("))
      #expect(outcome.errors.hasSuffix("); get it again.\n"))
      #expect(outcome.exitCode == 2)
    }
  }

  @Test func `a full disk behind standard output`() throws {
    // Standard output may be a file that cannot be written: /dev/full refuses every byte.
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "'\(toolsPath)' list > /dev/full 2> /dev/null; echo $?"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    #expect(String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "2\n")
    process.waitUntilExit()
  }
}
