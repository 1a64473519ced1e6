import TableTasks
import TensorCore
import Testing

/// Numbers are read as the standard library reads them.
@Suite struct DecimalNumberTests {
  private func number(_ text: String) -> Double? { Array(text.utf8).withUnsafeBufferPointer { decimalNumber($0) } }

  @Test(arguments: [
    "0", "-0", "1", "+7", "007", "3.", ".5", "-.5e1", "1e22", "1E-22", "9007199254740993", "0.1", "123456789012345678",
    "0.1234567890123456789", "18446744073709551615", "99999999999999999999", "1.7976931348623157e308", "5e-324", "2.2250738585072011e-308",
    "1.00000000000000011102230246251565404", "0.000000000000000000000000000001", "3.38E-05", "1e-400", "9007199254740992.5",
    "4503599627370497.5",
  ])
  func `a number`(text: String) throws {
    let expected = try #require(Double(text.hasSuffix(".") ? "\(text)0" : text))
    #expect(number(text)?.bitPattern == expected.bitPattern)
    #expect(number("  \(text) ")?.bitPattern == expected.bitPattern)
  }

  @Test(arguments: [
    "", " ", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "1,5", "0x10", "inf", "-inf", "nan", "1e999", "12a", "1 2", "--1", "１",
  ])
  func `a text that is no number`(text: String) { #expect(number(text) == nil) }

  @Test func `random numbers of all lengths and powers`() {
    var stream = RandomStream(seed: 5)
    var wrong: [String] = []
    for _ in 0..<200_000 {
      let digits = 1 + stream.integer(below: 19)
      var text = (0..<digits).map { _ in "\(stream.integer(below: 10))" }.joined()
      let point = stream.integer(below: digits + 1)
      text.insert(".", at: text.index(text.startIndex, offsetBy: point))
      if point == digits { text += "0" }
      if point == 0 { text = "0\(text)" }
      if stream.integer(below: 3) == 0 { text += "e\(stream.integer(below: 61) - 30)" }
      if number(text)?.bitPattern != Double(text)?.bitPattern { wrong.append(text) }
    }
    #expect(wrong.isEmpty, "\(wrong.count) differ, such as \(wrong.prefix(5))")
  }

  @Test func `the shortest text of a number gives the number back`() {
    var stream = RandomStream(seed: 6)
    var wrong = 0
    for _ in 0..<100_000 {
      let value = stream.normal()
      if number("\(value)") != value { wrong += 1 }
    }
    #expect(wrong == 0)
  }
}
