import Foundation
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// What a run of the program printed, and how it ended.
struct Outcome {
  let exitCode: Int32
  let output: String
  let errors: String
}

/// The executable, beside the test bundle.
let toolsPath: String = {
  #if os(Linux)
  let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  #else
  let bundle = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
  #endif
  return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("tools").path
}()

/// The program, started and not waited for.
///
/// Its streams go to files: a pipe that nobody empties would stop it.
struct ToolsProcess {
  private let process = Process()
  private let folder: URL

  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("tools-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["output", "errors"] { try Data().write(to: folder.appendingPathComponent(name)) }
    process.executableURL = URL(fileURLWithPath: toolsPath)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "OMNIGLOT_DIR" }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent("output"))
    process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("errors"))
    try process.run()
  }

  /// Whether it still runs.
  var isRunning: Bool { process.isRunning }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for the end.
  func outcome() throws -> Outcome {
    process.waitUntilExit()
    defer { try? FileManager.default.removeItem(at: folder) }
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }
    return Outcome(exitCode: process.terminationStatus, output: try text("output"), errors: try text("errors"))
  }
}

/// Runs the program to its end.
func tools(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
  try ToolsProcess(arguments, environment: environment).outcome()
}

/// Runs the program and expects one error message, nothing on standard output, and exit code 2.
func expectError(
  _ message: String, _ arguments: [String], environment: [String: String] = [:],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let outcome = try ToolsProcess(arguments, environment: environment).outcome()
  #expect(outcome.errors == "tools: error: \(message)\n", sourceLocation: sourceLocation)
  #expect(outcome.output == "", sourceLocation: sourceLocation)
  #expect(outcome.exitCode == 2, sourceLocation: sourceLocation)
}

/// The bytes of a file.
func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

/// A file of JSON as an object.
func jsonObject(_ path: String) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: bytes(path)) as? [String: Any])
}

/// The smallest run that still goes through every part of the program.
let smallSettings = ["--set", "model.hidden=4", "--set", "training.metaBatch=4", "--set", "training.shardSize=2"]
/// A test of few episodes and steps.
let smallTest = ["--test-episodes", "6", "--test-steps", "2"]
