import Foundation
import Testing
import _TestSupport

private let golden = (try? FileManager.default.contentsOfDirectory(atPath: "\(sharedFolder ?? "")/golden")) ?? []
private let cases = golden.filter { $0.hasSuffix(".safetensors") }.sorted().map { "\(sharedFolder ?? "")/golden/\($0)" }

@Suite struct FindingTests {
  @Test(.enabled(if: sharedFolder != nil, "needs the reference cases"))
  func `all reference cases agree`() throws {
    #expect(cases.count == 11)
    let outcome = try ToolsProcess(["parity"] + cases).outcome()
    #expect(outcome.exitCode == 0)
    #expect(outcome.output.hasSuffix("\n\(cases.count) of \(cases.count) cases passed.\n"))
  }

  @Test(.enabled(if: sharedFolder != nil, "needs the reference cases"))
  func `a disagreement is a failed check`() throws {
    // No float32 result is that accurate.
    let outcome = try ToolsProcess(["parity", "--tolerance", "1e-8,1e-12", cases[0]]).outcome()
    #expect(outcome.exitCode == 1)
    #expect(outcome.output.contains(": FAILED, largest error "))
    #expect(outcome.output.hasSuffix("\n0 of 1 cases passed.\n"))
  }

  @Test(.enabled(if: sharedFolder != nil, "needs the reference cases"))
  func `a changed reference is found`() throws {
    try withTemporaryFolder { folder throws in
      var damaged = try bytes(cases[0])
      // Change the last number of the last tensor to about twice or half its value.
      damaged[damaged.count - 2] ^= 0x10
      let path = "\(folder)/case.safetensors"
      try damaged.write(to: URL(fileURLWithPath: path))
      #expect(try tools("parity", path).exitCode == 1)
    }
  }

  @Test func `an algorithm that is what it declares passes`() throws {
    let outcome = try tools("check", "meta-sgd")
    #expect(outcome.exitCode == 0)
    #expect(outcome.output.hasPrefix("meta-sgd: all "))
    #expect(!outcome.output.contains("FAIL"))
  }
}
