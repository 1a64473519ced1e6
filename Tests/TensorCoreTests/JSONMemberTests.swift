import TensorCore
import Testing

@Suite struct JSONMemberTests {
  private func members(_ text: String) throws(JSONError) -> [JSONMember] { try JSONReader.members(of: Array(text.utf8)) }

  @Test func `members keep their order, their places and the text of their numbers`() throws {
    let text = "{\"b\": [1, {\"c\": null}],\n \"a\\n\": -0.50e+3, \"t\": true, \"f\": false, \"s\": \"x\"}"
    let members = try members(text)
    #expect(members.map(\.key) == ["b", "a\n", "t", "f", "s"])
    #expect(members.map(\.offset) == [1, 25, 42, 53, 65])
    #expect(members[1...].map(\.value) == [.literal("-0.50e+3"), .literal("true"), .literal("false"), .string("x")])
    guard case .array(let elements) = members[0].value, elements.count == 2, case .object(let inner) = elements[1] else {
      Issue.record("\(members[0].value)")
      return
    }
    #expect(elements[0] == .literal("1"))
    #expect(inner.map(\.key) == ["c"] && inner.map(\.offset) == [11] && inner.map(\.value) == [.null])
    #expect(JSONReader.line(at: 25, of: Array(text.utf8)) == 2)
    #expect(JSONReader.line(at: 0, of: []) == 1)
    #expect(try self.members(" { } ").isEmpty)
  }

  @Test(arguments: ["0", "-0", "10", "1.5", "1e9", "1E-9", "0.0"]) func `a number is read as it is written`(number: String) throws {
    #expect(try members("{\"n\":\(number)}")[0].value.text == number)
  }

  @Test(arguments: [
    ("01", 6), ("-", 6), ("+1", 5), (".5", 5), ("1.", 7), ("1e", 7), ("1e+", 8), ("NaN", 5), ("tru", 8), ("", 5), ("[1,]", 8),
  ])
  func `malformed values are refused where they go wrong`(value: String, offset: Int) {
    do {
      _ = try members("{\"n\":\(value)}")
      Issue.record("'\(value)' was read")
    } catch {
      #expect(error.offset == offset)
    }
  }

  @Test func `what is no single object is refused`() {
    #expect(throws: JSONError(fault: .trailingText, offset: 3)) { try members("{} {}") }
    #expect(throws: JSONError(fault: .unexpectedEnd, offset: 0)) { try members("") }
    #expect(throws: JSONError(fault: .duplicateKey("a"), offset: 7)) { try members("{\"a\":1,\"a\":2}") }
    let deep = String(repeating: "{\"a\":", count: 17)
    #expect(throws: JSONError(fault: .nestingTooDeep(limit: 16), offset: 85)) { try members(deep) }
  }
}
