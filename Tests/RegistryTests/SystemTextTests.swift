import Registry
import Testing

@Suite struct SystemTextTests {
  @Test(
    arguments: [
      [], [0x61, 0xe9], Array("café/😀".utf8), [0xc3], [0xff, 0xfe, 0x2f, 0xc3, 0xa9], [0xed, 0xa0, 0x80],
      Array("\u{10f8e9}\u{10f880}".utf8),
    ] as [[UInt8]])
  func `all bytes come back`(bytes: [UInt8]) {
    let text = systemText(bytes)
    #expect(systemBytes(text) == bytes)
    #expect(systemPath(text) == bytes.map { CChar(bitPattern: $0) } + [0])
  }

  @Test func `text in UTF-8 is itself`() { #expect(systemText(Array("café".utf8)) == "café") }

  @Test func `bytes that are not UTF-8 are shown in hexadecimal`() { #expect(legible(systemText([0x63, 0xe9])) == "c\\xe9") }
}

@Suite struct LegibleTextTests {
  @Test(arguments: [
    ("größe 😀", "größe 😀"), ("\u{1b}[31mred", "\\u{1b}[31mred"), ("a\nb\r\tc", "a\\nb\\r\\tc"),
    ("\u{0}\u{7f}\u{9b}", "\\u{0}\\u{7f}\\u{9b}"),
    ("\u{202e}x\u{2028}", "\\u{202e}x\\u{2028}"),
  ])
  func `control characters become escapes`(text: String, expected: String) {
    #expect(legible(text) == expected)
    #expect(legible(legible(text)) == expected)
  }

  @Test func `long text is shortened`() {
    #expect(legible(String(repeating: "n", count: 80)) == String(repeating: "n", count: 80))
    #expect(legible(String(repeating: "n", count: 100_000)) == String(repeating: "n", count: 80) + "… (100000 bytes)")
    #expect(legible(String(repeating: "n", count: 100), limit: nil).count == 100)
    #expect(legible("a\nb\u{7}", limit: nil, keepsLines: true) == "a\nb\\u{7}")
  }

  @Test func `nothing is near to a text of 100 KB, and the message is short`() {
    let error = LookupError(kind: "algorithm", name: String(repeating: "\u{1b}", count: 100_000), known: ["maml"])
    #expect(error.suggestion == nil)
    #expect(error.description.count < 600)
    #expect(!error.description.contains("\u{1b}"))
  }
}
