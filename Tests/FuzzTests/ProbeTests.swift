import Testing
import _Fuzz

/// Broken readers, for which the probe must report what they do.
@Suite struct ProbeTests {
  private struct Rude: Error, CustomStringConvertible {
    let description: String
  }

  private func probe(_ read: @escaping @Sendable () throws -> Void) throws(BrokenPromise) -> String {
    try Reader("broken", seeds: { [] }) { _, _ in
      try read()
      return "nothing"
    }.probe([], folder: "/nowhere")
  }

  @Test func `control characters and long messages are findings`() throws {
    #expect(throws: BrokenPromise.controlCharacter(message: "red \u{1b}[31m")) { try probe { throw Rude(description: "red \u{1b}[31m") } }
    #expect(throws: BrokenPromise.longMessage(byteCount: 6001)) {
      try probe { throw Rude(description: String(repeating: "x", count: 6001)) }
    }
    #expect(try probe { throw Rude(description: "polite") } == "polite")
    #expect(try probe {} == "read: nothing")
  }

  @Test func `an error of another library is a finding`() throws {
    #expect(throws: BrokenPromise.foreignError(type: "Swift.CancellationError")) { try probe { throw CancellationError() } }
  }

  @Test func `time is a finding`() {
    let error = #expect(throws: BrokenPromise.self) {
      try Reader("slow", secondsLimit: 0, seeds: { [] }) { _, _ in "nothing" }.probe([], folder: "/nowhere")
    }
    guard case .slow(_, limit: 0) = error else {
      Issue.record("unexpected \(String(describing: error))")
      return
    }
  }

  @Test func `the same seed gives the same damage`() throws {
    func inputs(seed: UInt64) throws -> [[UInt8]] {
      var fuzzer = try Fuzzer(.safetensors, seed: seed)
      return (0..<20).map { _ in fuzzer.next() }
    }
    #expect(try inputs(seed: 3) == inputs(seed: 3))
    #expect(try inputs(seed: 3) != inputs(seed: 4))
  }
}
