import TensorCore
import Testing

@Suite struct JSONReaderTests {
  private func value(_ text: String) throws(JSONError) -> JSONValue { try JSONReader.value(of: Array(text.utf8), .all) }

  @Test(
    arguments: [
      ("0", .integer(0)), ("-0", .integer(0)), ("-12", .integer(-12)), ("1.0", .number(1)), ("-0.5e-1", .number(-0.05)),
      ("2E+3", .number(2000)),
      ("9223372036854775808", .number(0x1p63)), ("true", .boolean(true)), ("false", .boolean(false)), ("null", .null),
      ("1e-999", .number(0)),
    ] as [(String, JSONValue)])
  func `numbers and words`(text: String, expected: JSONValue) throws {
    #expect(try value(text) == expected)
  }

  @Test func `members keep their order and know their places`() throws {
    guard case .object(let members) = try value("{\"b\": 1, \"a\": [true]}") else {
      Issue.record("no object")
      return
    }
    #expect(members.map(\.key) == ["b", "a"] && members.map(\.offset) == [1, 9])
    #expect(members.map(\.value) == [.integer(1), .array([.boolean(true)])])
  }

  @Test(
    arguments: [
      ("-", .unexpectedEnd, 1), ("+1", .unexpectedByte(UInt8(ascii: "+")), 0), ("01", .unexpectedByte(UInt8(ascii: "1")), 1),
      ("1.", .unexpectedEnd, 2), (".5", .unexpectedByte(UInt8(ascii: ".")), 0), ("1e", .unexpectedEnd, 2), ("1e999", .numberOverflow, 0),
      ("[1, -1e999]", .numberOverflow, 4), ("tru", .unexpectedEnd, 3), ("NaN", .unexpectedByte(UInt8(ascii: "N")), 0),
      ("{\"a\":1,\"a\":2}", .duplicateKey("a"), 7), ("-01", .unexpectedByte(UInt8(ascii: "1")), 2),
    ] as [(String, JSONError.Fault, Int)])
  func `text that is not JSON`(text: String, fault: JSONError.Fault, offset: Int) {
    #expect(throws: JSONError(fault: fault, offset: offset)) { try value(text) }
  }
}
