import Foundation
import Testing
import _TestSupport

/// The copies that `tools new` writes; `.ci/run` builds one.
@Suite struct NewTests {
  private static let manifest = """
    let plugins: [(name: String, dependencies: [Target.Dependency], exclude: [String])] = [
      ("ANIL", ["Algorithms"], []),
      ("Template", ["Algorithms"], []),
    ]
    let tests: [(name: String, dependencies: [Target.Dependency])] = [
      ("RegistryTests", ["Registry"]),
    ]
    """

  /// A folder with a manifest like the framework's.
  private func withCheckout(_ body: (_ folder: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try writeFile(Array(Self.manifest.utf8), to: "\(folder)/Package.swift")
      try body(folder)
    }
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test(arguments: ["algorithm", "task", "model", "objective"])
  func `a plug-in is a folder, a test and a row`(kind: String) throws {
    try withCheckout { folder in
      let outcome = try tools("new", kind, "MyOwnThing", "--framework", folder)
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("my-own-thing"))
      let source = try text("\(folder)/Plugins/MyOwnThing/MyOwnThing.swift")
      #expect(source.contains("public struct MyOwnThing: ") && source.contains("\"my-own-thing\"") && source.contains("@section"))
      #expect(!source.contains("Template"))
      #expect(try text("\(folder)/Tests/MyOwnThingTests/MyOwnThingTests.swift").contains("@Suite struct MyOwnThingTests"))
      let manifest = try text("\(folder)/Package.swift")
      #expect(manifest.contains("  (\"MyOwnThing\", [\""))
      #expect(manifest.contains("  (\"MyOwnThingTests\", [\"MyOwnThing\", \""))
      // Nothing else changes.
      let others = manifest.split(separator: "\n").filter { !$0.contains("MyOwnThing") }.joined(separator: "\n")
      #expect(others == Self.manifest)
    }
  }

  @Test func `a package links the command line and every plug-in`() throws {
    try withCheckout { folder in
      let package = "\(folder)/a/b"
      let outcome = try tools("new", "algorithm", "SharpMAML2", "--framework", folder, "--package", package)
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(outcome.output.contains(".build/release/sharp-maml2-tools check sharp-maml2"))
      let manifest = try text("\(package)/Package.swift")
      #expect(manifest.contains("products(\"CommandLineTool\", \"ANIL\")"))
      #expect(try text("\(package)/Sources/sharp-maml2-tools/main.swift") == "import CommandLineTool\n\nCommandLineTool.main()\n")
      #expect(try text("\(folder)/Package.swift") == Self.manifest)
      try expectError(
        "\(package) exists and is not empty; choose another name, or remove it.",
        ["new", "task", "Other", "--framework", folder, "--package", package])
    }
  }

  @Test(arguments: [
    ("sharp", "'sharp' is no name of a Swift type"), ("Über", "'Über' is no name of a Swift type"), ("A-B", "'A-B' is no name"),
    ("Type", "'Type' is no name"), ("MAML", "the algorithm 'maml' is registered; choose another name."),
    ("MetaSGD", "the algorithm 'meta-sgd' is registered; choose another name."), ("", "'' is no name"),
  ])
  func `a name that is no type's or taken`(name: String, message: String) throws {
    try withCheckout { folder in
      let outcome = try tools("new", "algorithm", name, "--framework", folder)
      #expect(outcome.exitCode == 2 && outcome.errors.contains(message), "\(outcome.errors)")
      #expect(fileNames(in: folder) == ["Package.swift"])
    }
  }

  @Test func `a module of that name, and a folder without the framework`() throws {
    try withCheckout { folder in
      try expectError(
        "\(folder)/Package.swift has a module 'RegistryTests'; choose another name.",
        ["new", "task", "RegistryTests", "--framework", folder])
      try expectError(
        "\(folder)/none has no Package.swift of this framework; run the command in a checkout of it, or name one with --framework DIR.",
        ["new", "task", "Rings", "--framework", "\(folder)/none"])
      try expectError(
        "unknown kind 'algoritm'. Did you mean 'algorithm'? Known: algorithm, model, objective, task.", ["new", "algoritm", "Rings"])
    }
  }
}
