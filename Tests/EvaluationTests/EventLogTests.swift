import Algorithms
import Evaluation
import Foundation
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Python with TensorBoard's own reader of event files; nil if there is none.
///
/// TENSORBOARD_PATH names a folder that the package is installed in.
private let tensorBoard: (command: [String], environment: [String: String])? = {
  var environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
  if let path = environment["TENSORBOARD_PATH"] { environment["PYTHONPATH"] = path }
  return [["/usr/bin/env", "python3"], ["/usr/bin/python3"]].lazy.map { ($0, environment) }.first {
    (try? python($0, ["-c", "from tensorboard.backend.event_processing import event_accumulator"]))?.status == 0
  }
}()

private func python(
  _ python: (command: [String], environment: [String: String]), _ arguments: [String]
) throws -> (status: Int32, output: String) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: python.command[0])
  process.arguments = python.command.dropFirst() + arguments
  process.environment = python.environment
  process.standardInput = FileHandle.nullDevice
  let pipe = Pipe()
  (process.standardOutput, process.standardError) = (pipe, FileHandle.nullDevice)
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}

@Suite struct EventLogTests {
  @Test(
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8a91_36aa), ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43), (Array(0..<32), 0x46dd_794e),
      ((0..<32).reversed(), 0x113f_db5c), (Array("123456789".utf8), 0xe306_9283), ([], 0),
    ] as [([UInt8], UInt32)])
  func `the checksums are those of RFC 3720`(bytes: [UInt8], checksum: UInt32) {
    #expect(CRC32C.checksum(bytes) == checksum)
    #expect(CRC32C.masked(bytes) == (checksum >> 15 | checksum << 17) &+ 0xa282_ead8)
  }

  @Test func `an event is a protocol buffer in a frame`() {
    // Field 1, 64 bits: 1.0. Field 3, a text of 13 bytes.
    let body: [UInt8] = [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x1a, 13] + Array("brain.Event:2".utf8)
    let length: [UInt8] = [UInt8(body.count), 0, 0, 0, 0, 0, 0, 0]
    func checksum(_ bytes: [UInt8]) -> [UInt8] { withUnsafeBytes(of: CRC32C.masked(bytes).littleEndian) { Array($0) } }
    #expect(EventRecord(wallTime: 1, step: 0, .fileVersion).framed == length + checksum(length) + body + checksum(body))
    // Field 2, the step 300 in two bytes of seven bits. Field 5, a summary: field 1, a value: field 1, the tag, and field 2, 32 bits: 0.5.
    let scalars = EventRecord(wallTime: 1, step: 300, .scalars([.init("a", 0.5)])).framed
    #expect(scalars[21...].starts(with: [0x10, 0xac, 0x02, 0x2a, 10, 0x0a, 8, 0x0a, 1, UInt8(ascii: "a"), 0x15, 0, 0, 0, 0x3f]))
    // Field 7, a session log: field 1, the status START.
    #expect(EventRecord(wallTime: 1, step: 1, .start).framed[21...].starts(with: [0x10, 1, 0x3a, 2, 0x08, 1]))
  }

  /// Runs an experiment with event files; the handler may stop it.
  private func run(
    _ experiment: Experiment, _ folder: String, from start: Checkpoint? = nil, stop: (ExperimentRun.Event) throws -> Void = { _ in }
  ) throws {
    var run = ExperimentRun(experiment)
    run.start = start
    run.events = try EventLog("\(folder)/log")
    run.folder = try start == nil ? RunFolder("\(folder)/run") : RunFolder(resuming: "\(folder)/run")
    try run.folder?.resume(from: start)
    _ = try run.trained(stop)
  }

  private func experiment(_ algorithm: String) throws -> Experiment {
    var request = Small.request(algorithm, [("validation.every", "2"), ("validation.episodes", "4")])
    request.iterations = 6
    return try Experiment(request)
  }

  private struct Stop: Error {}

  @Test(.enabled(if: tensorBoard != nil, "python3 cannot import tensorboard; TENSORBOARD_PATH may name its folder"))
  func `TensorBoard's own reader finds every number once, also after a resume`() throws {
    try withTemporaryFolder { folder in
      let experiment = try experiment("meta-sgd")
      // The checkpoint is of iteration 3; the events of iteration 4 come too late for it.
      #expect(throws: Stop.self) {
        try run(experiment, folder) { if case .step(let report) = $0, report.iteration == 3 { throw Stop() } }
      }
      let first = try #require(fileNames(in: "\(folder)/log").first)
      let late = EventRecord(wallTime: 1, step: 4, .scalars([.init("loss", 1e9)])).framed
      try AtomicFile.write(AtomicFile.read("\(folder)/log/\(first)") + late, to: "\(folder)/log/\(first)")
      try run(experiment, folder, from: Checkpoint.latest(in: "\(folder)/run"))
      #expect(fileNames(in: "\(folder)/log").count == 2)

      let program = """
        import json, sys
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        log = EventAccumulator(sys.argv[1])
        log.Reload()
        print(json.dumps({tag: [[e.step, e.value] for e in log.Scalars(tag)] for tag in log.Tags()["scalars"]}))
        """
      let (status, output) = try python(#require(tensorBoard), ["-c", program, "\(folder)/log"])
      try #require(status == 0, "\(output)")
      let read = try JSONDecoder().decode([String: [[Double]]].self, from: Data(output.utf8))

      func lines(_ name: String) throws -> [[String: Any]] {
        try AtomicFile.read("\(folder)/run/\(name)").split(separator: UInt8(ascii: "\n")).map {
          try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
      }
      func expect(_ tag: String, _ lines: [[String: Any]], _ value: ([String: Any]) -> Any?) throws {
        let expected = try lines.map { line in
          [try #require(line["iteration"] as? Double), Double(Float(try #require(value(line) as? Double)))]
        }
        #expect(read[tag] == expected, "\(tag)")
      }
      let metrics = try lines("metrics.jsonl")
      #expect(metrics.count == 6)
      for tag in ["loss", "gradientNorm", "learningRate"] { try expect(tag, metrics) { $0[tag] } }
      let names = try #require(metrics[0]["learned"] as? [String: Any]).keys
      #expect(!names.isEmpty)
      for name in names {
        try expect("learned/\(name)", metrics) { line in
          let value = (line["learned"] as? [String: Any])?[name]
          return (value as? [String: Any])?["mean"] ?? value
        }
      }
      let validations = try lines("validation.jsonl")
      #expect(validations.count == 3)
      try expect("validation/loss", validations) { $0["score"] }
      #expect(Set(read.keys) == Set(["loss", "gradientNorm", "learningRate", "validation/loss"] + names.map { "learned/\($0)" }))
    }
  }

  @Test func `the files differ in the times alone`() throws {
    try withTemporaryFolder { folder in
      let bytes = try ["a", "b"].map { name in
        try run(experiment("maml"), "\(folder)/\(name)")
        let log = "\(folder)/\(name)/log"
        return try AtomicFile.read("\(log)/\(#require(fileNames(in: log).first))")
      }
      try #require(bytes[0].count == bytes[1].count)
      // Walks over the frames: 12 bytes, the event with its time in bytes 1 to 8, and 4 bytes.
      var (position, count) = (0, 0)
      while position < bytes[0].count {
        let length = bytes[0][position..<position + 8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let (event, end) = (position + 12, position + 12 + length)
        #expect(bytes[0][position..<event] == bytes[1][position..<event])
        #expect(bytes[0][event + 9..<end] == bytes[1][event + 9..<end])
        (position, count) = (end + 4, count + 1)
      }
      // Two at the beginning, six meta-updates, three validations.
      #expect(count == 11)
    }
  }

  @Test func `a folder that is none is refused`() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write([1], to: "\(folder)/file")
      #expect(throws: EventLogError.notAFolder(path: "\(folder)/file")) { try EventLog("\(folder)/file") }
      #expect(throws: EventLogError.self) { try EventLog("\(folder)/file/log") }
      #expect(throws: EventLogError.self) { try EventLog("") }
    }
  }
}
