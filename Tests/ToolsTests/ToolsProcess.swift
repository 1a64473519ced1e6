import Foundation
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The output and exit code of the program.
struct Outcome {
  let exitCode: Int32
  let output: String
  let errors: String
}

/// The path of the executable, beside the test bundle.
let toolsPath: String = {
  #if os(Linux)
  let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  #else
  let bundle = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
  #endif
  return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("tools").path
}()

/// The program as a running process.
///
/// Its output goes to files, because a full pipe that nobody reads would block it.
struct ToolsProcess {
  private let process = Process()
  private let folder: URL

  /// Starts the program.
  ///
  /// - Parameters:
  ///   - arguments: Its arguments.
  ///   - environment: Additional variables.
  ///   - directory: Its working directory; nil for that of the tests.
  ///   - fileBlocks: The largest size of a file that it can write, in the blocks of `ulimit -f`: 512 or 1024 bytes; nil for no limit.
  ///   - executable: The program.
  /// - Throws: Errors of files, and of starting a process.
  init(
    _ arguments: [String], environment: [String: String] = [:], in directory: String? = nil, fileBlocks: Int? = nil,
    executable: String = toolsPath
  ) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("tools-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["output", "errors"] { try Data().write(to: folder.appendingPathComponent(name)) }
    process.executableURL = URL(fileURLWithPath: fileBlocks == nil ? executable : "/bin/sh")
    process.arguments = (fileBlocks.map { ["-c", "ulimit -f \($0); exec \"$0\" \"$@\"", executable] } ?? []) + arguments
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "OMNIGLOT_DIR" }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent("output"))
    process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("errors"))
    try process.run()
  }

  /// Whether the process still runs.
  var isRunning: Bool { process.isRunning }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for the end of the process.
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

/// Runs the program and expects exactly one error message, no standard output, and exit code 2.
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

/// The object in a JSON file.
func jsonObject(_ path: String) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: bytes(path)) as? [String: Any])
}

/// Settings of the smallest run that still exercises every part of the program.
let smallSettings = ["--set", "model.hidden=4", "--set", "training.metaBatch=4", "--set", "training.shardSize=2"]
/// Flags for a test of few episodes and steps.
let smallTest = ["--test-episodes", "6", "--test-steps", "2"]
