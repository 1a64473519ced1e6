import Registry
import Testing

/// Tests run on release builds, in which Swift's own `precondition` prints nothing.
@Suite struct RequirementTests {
  @Test func `a condition that does not hold ends the process with place and message`() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { require(1 > 2, "one is \(1)") }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains("RegistryTests/RequirementTests.swift:"))
    #expect(text.contains("one is 1"))
  }

  @Test func `the message is made only if it is printed`() {
    var made = 0
    func message() -> String {
      made += 1
      return "made"
    }
    require(made == 0, message())
    #expect(made == 0)
  }
}
