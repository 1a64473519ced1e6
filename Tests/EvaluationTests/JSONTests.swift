import Evaluation
import Testing

@Suite struct TextTableTests {
  /// The layout takes a second; a quadratic one would take an hour.
  @Test(.timeLimit(.minutes(1))) func `a table of many steps takes time in proportion to them`() {
    var table = TextTable(["step", "loss"])
    for step in 0..<50_000 { table.append(["\(step)", "0.5"]) }
    #expect(table.lines.count == 50_001)
    #expect(table.lines[50_000] == "49999   0.5")
  }

  @Test func `without titles all columns are to the left`() {
    #expect(TextTable(rows: [["a", "1", "x"], ["bcd", "20", ""]]).text == "a    1   x\nbcd  20\n")
  }

  @Test func `under titles numbers are to the right`() {
    var table = TextTable(["name", "n"])
    for row in [["a", "1"], ["b", "20"]] { table.append(row) }
    #expect(table.lines == ["name   n", "a      1", "b     20"])
    #expect(table.markdown == "| name | n |\n| --- | ---: |\n| a | 1 |\n| b | 20 |\n")
  }
}

@Suite struct JSONTests {
  @Test(arguments: [
    ("plain", "\"plain\""), ("a \"b\" \\ c", "\"a \\\"b\\\" \\\\ c\""), ("\n\r\t", "\"\\n\\r\\t\""), ("\u{1}\u{1f}", "\"\\u0001\\u001f\""),
    ("é→🦉", "\"é→🦉\""), ("", "\"\""), ("\r\n", "\"\\r\\n\""),
  ])
  func `strings are escaped`(text: String, expected: String) { #expect(JSON.string(text).line == expected) }

  @Test(arguments: [Double.nan, .infinity, -.infinity, .signalingNaN])
  func `numbers that are not finite become null`(value: Double) { #expect(JSON.number(value).line == "null") }

  @Test(arguments: [0.1, -1 / 3, 1e-300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0, 1e22, 123_456_789.125])
  func `numbers read back as the same ones`(value: Double) { #expect(Double(JSON.number(value).line) == value) }

  @Test func `members keep their order and arrays of plain values their line`() {
    let value = JSON.object([
      .init("z", .array([.integer(1), .null, .boolean(true)])), .init("a", .array([.object([.init("b", .number(0.5))]), .array([])])),
      .init("empty", .object([])),
    ])
    #expect(value.line == #"{"z":[1,null,true],"a":[{"b":0.5},[]],"empty":{}}"#)
    let lines = [
      "{", #"  "z": [1,null,true],"#, #"  "a": ["#, "    {", #"      "b": 0.5"#, "    },", "    []", "  ],", #"  "empty": {}"#, "}",
      "",
    ]
    #expect(value.text == lines.joined(separator: "\n"))
  }

  @Test func `what is not there is null`() {
    #expect(JSON.optional(nil as Double?).line == "null")
    #expect(JSON.optional(nil as String?).line == "null")
    #expect(JSON.optional(0.5).line == "0.5")
  }
}

@Suite struct CSVTests {
  @Test func `fields with separators stand in quotation marks`() {
    let text = CSV.text([["a", "b,c", "d\"e", "f\ng", "", "h\r\ni"], ["1", "2", "3", "4", "5", "6"]])
    #expect(text == "a,\"b,c\",\"d\"\"e\",\"f\ng\",,\"h\r\ni\"\n1,2,3,4,5,6\n")
  }
}

@Suite struct NumberTests {
  @Test(arguments: [
    (0.674, 2, "0.67"), (0.0, 3, "0.000"), (-1.5, 1, "-1.5"), (-0.001, 2, "0.00"), (99.999, 2, "100.00"), (12, 0, "12"), (0.05, 2, "0.05"),
    (2_500_000, 2, "2.50e6"), (-1e30, 4, "-1.00e30"), (.nan, 2, "-"), (.infinity, 2, "-"), (999_999.5, 1, "999999.5"),
  ])
  func `fixed decimals`(value: Double, digits: Int, expected: String) { #expect(fixed(value, digits) == expected) }

  @Test func `columns of numbers stand to the right`() {
    var table = TextTable(["name", "loss"])
    table.append(["maml", "0.5"])
    table.append(["a|b", "12.25"])
    #expect(table.text == "name   loss\nmaml    0.5\na|b   12.25\n")
    #expect(table.markdown == "| name | loss |\n| --- | ---: |\n| maml | 0.5 |\n| a\\|b | 12.25 |\n")
  }
}
