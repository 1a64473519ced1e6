import TensorCore
import Testing
import _TestSupport

@Suite struct SafetensorsErrorTests {
  /// A header with the given entries: dtype, shape and offsets of each tensor.
  private func header(_ entries: (name: String, dtype: String, shape: String, offsets: String)...) -> String {
    let texts = entries.map { #""\#($0.name)":{"dtype":"\#($0.dtype)","shape":\#($0.shape),"data_offsets":\#($0.offsets)}"# }
    return "{\(texts.joined(separator: ","))}"
  }

  private func expect(_ error: SafetensorsError, _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(throws: error, sourceLocation: sourceLocation) { try Safetensors(decoding: bytes) }
  }

  @Test(arguments: 0..<8)
  func `fewer than 8 bytes`(count: Int) {
    expect(.tooShort(byteCount: count), Array(repeating: 0, count: count))
  }

  @Test func `a header longer than the file`() {
    expect(.headerTruncated(claimed: 3, available: 2), [3, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8))
    expect(.headerTruncated(claimed: 100_000_000, available: 0), [0, 0xe1, 0xf5, 5, 0, 0, 0, 0])
  }

  @Test func `a header above the limit`() {
    expect(.headerAboveLimit(claimed: 100_000_001, limit: 100_000_000), [1, 0xe1, 0xf5, 5, 0, 0, 0, 0])
    expect(.headerAboveLimit(claimed: .max, limit: 100_000_000), Array(repeating: 255, count: 8))
  }

  @Test(
    arguments: [
      ("", .unexpectedEnd, 0), ("{", .unexpectedEnd, 1), ("{\"", .unexpectedEnd, 2), ("{\"a\"", .unexpectedEnd, 4),
      ("{\"a\":", .unexpectedEnd, 5), ("{\"a\":1", .unexpectedEnd, 6), ("{\"a\":1,", .unexpectedEnd, 7), ("[1", .unexpectedEnd, 2),
      ("{,}", .unexpectedByte(UInt8(ascii: ",")), 1), ("{\"a\":1,}", .unexpectedByte(UInt8(ascii: "}")), 7),
      ("[1,]", .unexpectedByte(UInt8(ascii: "]")), 3), ("{\"a\" 1}", .unexpectedByte(UInt8(ascii: "1")), 5),
      ("{a:1}", .unexpectedByte(UInt8(ascii: "a")), 1), ("-1", .unexpectedByte(UInt8(ascii: "-")), 0),
      ("[1.0]", .unexpectedByte(UInt8(ascii: ".")), 2), ("[1e2]", .unexpectedByte(UInt8(ascii: "e")), 2),
      ("[01]", .unexpectedByte(UInt8(ascii: "1")), 2), ("[true]", .unexpectedByte(UInt8(ascii: "t")), 1),
      ("[nul]", .unexpectedByte(UInt8(ascii: "]")), 4), ("{} x", .trailingText, 3), ("{}{}", .trailingText, 2),
      ("{}\u{0}", .trailingText, 2), ("\"\n\"", .unexpectedByte(10), 1), ("\"\\x\"", .invalidEscape, 2),
      ("\"\\u12", .unexpectedEnd, 5), ("\"\\u12g4\"", .invalidEscape, 5), ("\"\\ud800\"", .invalidEscape, 7),
      ("\"\\ud800\\u0041\"", .invalidEscape, 13), ("\"\\udc00\"", .invalidEscape, 7), ("\"\\", .unexpectedEnd, 2),
      ("9223372036854775808", .integerOverflow, 18), ("99999999999999999999", .integerOverflow, 18),
    ] as [(String, JSONError.Fault, Int)])
  func `text that is not the JSON of a header`(text: String, fault: JSONError.Fault, offset: Int) {
    expect(.invalidHeader(JSONError(fault: fault, offset: offset)), file(text))
  }

  @Test func `nesting has a limit and no stack is overrun`() {
    let deep = String(repeating: "[", count: 1_000_000)
    expect(.invalidHeader(JSONError(fault: .nestingTooDeep(limit: 16), offset: 17)), file(deep))
  }

  @Test(arguments: [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]] as [[UInt8]])
  func `names that are not UTF-8`(name: [UInt8]) {
    expect(.invalidHeader(JSONError(fault: .invalidUTF8, offset: 1)), file(Array("{\"".utf8) + name + Array("\":1}".utf8)))
  }

  @Test func `a header that is no object`() {
    expect(.headerNotAnObject, file("[]"))
    expect(.headerNotAnObject, file("12"))
  }

  @Test func `a name twice, also by another spelling`() {
    expect(.duplicateName("a"), file(header(("a", "F32", "[]", "[0,4]"), ("a", "F32", "[]", "[0,4]")), data: [0, 0, 0, 0]))
    expect(.duplicateName("a"), file(header(("a", "F32", "[0]", "[0,0]"), ("\\u0061", "F32", "[0]", "[0,0]"))))
    expect(.duplicateName("e\u{301}"), file(header(("é", "F32", "[0]", "[0,0]"), ("e\u{301}", "F32", "[0]", "[0,0]"))))
    expect(.duplicateName("dtype"), file(#"{"a":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#))
  }

  @Test(arguments: ["1", "\"x\"", "[]", #"{"a":1}"#, #"{"a":{}}"#])
  func `metadata that are not strings`(value: String) {
    expect(.invalidMetadata, file("{\"__metadata__\":\(value)}"))
  }

  @Test func `a field that is missing, unknown or of the wrong type`() {
    expect(.invalidEntry(tensor: "a", field: "dtype"), file(#"{"a":3}"#))
    expect(.invalidEntry(tensor: "a", field: "dtype"), file(#"{"a":{}}"#))
    expect(.invalidEntry(tensor: "a", field: "dtype"), file(#"{"a":{"dtype":3,"shape":[],"data_offsets":[0,4]}}"#))
    expect(.invalidEntry(tensor: "a", field: "shape"), file(#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#))
    expect(.invalidEntry(tensor: "a", field: "shape"), file(#"{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}"#))
    expect(.invalidEntry(tensor: "a", field: "data_offsets"), file(header(("a", "F32", "[]", "[0]"))))
    expect(.invalidEntry(tensor: "a", field: "data_offsets"), file(header(("a", "F32", "[]", "[0,4,8]"))))
    expect(.invalidEntry(tensor: "a", field: "data_offsets"), file(#"{"a":{"dtype":"F32","shape":[]}}"#))
    expect(.invalidEntry(tensor: "a", field: "shape"), file(#"{"a":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}"#))
    expect(.invalidEntry(tensor: "a", field: "extra"), file(#"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"extra":1}}"#))
  }

  @Test(arguments: ["f32", "F12", ""])
  func `types that the format does not have`(type: String) {
    expect(.unsupportedType(tensor: "weights", type: type), file(header(("weights", type, "[]", "[0,2]")), data: [0, 0]))
  }

  @Test func `more than eight axes`() {
    expect(.tooManyAxes(tensor: "a", rank: 9), file(header(("a", "F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]")), data: [0, 0, 0, 0]))
    #expect(throws: Never.self) { try Safetensors(decoding: file(header(("a", "F32", "[1,1,1,1,1,1,1,1]", "[0,4]")), data: [0, 0, 0, 0])) }
  }

  @Test(arguments: [
    [2_147_483_648], [9_223_372_036_854_775_807], [2_147_483_647, 2_147_483_647, 2_147_483_647],
    [0, 2_147_483_647, 2_147_483_647, 2_147_483_647], [2_147_483_647, 2_147_483_647, 2_147_483_647, 0],
  ])
  func `shapes too large to address`(shape: [Int]) {
    expect(.shapeTooLarge(tensor: "a", shape: shape), file(header(("a", "F32", "\(shape)", "[0,0]"))))
  }

  @Test func `offsets that disagree with the shape`() {
    expect(.sizeMismatch(tensor: "a", expected: 8, actual: 4), file(header(("a", "F32", "[2]", "[0,4]")), data: [0, 0, 0, 0]))
    expect(.sizeMismatch(tensor: "a", expected: 0, actual: 4), file(header(("a", "F32", "[0]", "[0,4]")), data: [0, 0, 0, 0]))
    expect(.reversedOffsets(tensor: "a", begin: 4, end: 0), file(header(("a", "F32", "[]", "[4,0]")), data: [0, 0, 0, 0]))
  }

  @Test func `tensors that overlap, leave holes or leave a rest`() {
    let data = [UInt8](repeating: 0, count: 12)
    expect(
      .overlap(tensor: "b", begin: 0, previousEnd: 4), file(header(("a", "F32", "[]", "[0,4]"), ("b", "F32", "[]", "[0,4]")), data: data))
    expect(
      .overlap(tensor: "b", begin: 4, previousEnd: 8), file(header(("a", "F32", "[2]", "[0,8]"), ("b", "F32", "[2]", "[4,12]")), data: data)
    )
    expect(.hole(tensor: "a", begin: 4, previousEnd: 0), file(header(("a", "F32", "[2]", "[4,12]")), data: data))
    expect(
      .hole(tensor: "b", begin: 8, previousEnd: 4), file(header(("a", "F32", "[]", "[0,4]"), ("b", "F32", "[]", "[8,12]")), data: data))
    expect(.trailingBytes(count: 4), file(header(("a", "F32", "[2]", "[0,8]")), data: data))
    expect(.trailingBytes(count: 12), file("{}", data: data))
  }

  @Test func `a header that claims more than the file holds`() {
    expect(
      .truncated(tensor: "a", required: 16, available: 12),
      file(header(("a", "F64", "[2]", "[0,16]")), data: .init(repeating: 0, count: 12)))
    let huge = 2_147_483_647 * 4
    expect(.truncated(tensor: "a", required: huge, available: 0), file(header(("a", "F32", "[2147483647]", "[0,\(huge)]"))))
  }

  @Test func `files that are not there or not readable`() throws {
    try withTemporaryFolder { folder in
      #expect(throws: SafetensorsError.file(.missing(path: "\(folder)/none"))) { try Safetensors(contentsOf: "\(folder)/none") }
      #expect(throws: SafetensorsError.file(.notAFile(path: folder))) { try Safetensors(contentsOf: folder) }
      #expect(throws: SafetensorsError.file(.notAFile(path: "/dev/null"))) { try Safetensors(contentsOf: "/dev/null") }
    }
  }

  @Test func `every error says something of its own`() {
    let errors: [SafetensorsError] = [
      .file(.missing(path: "p")), .tooShort(byteCount: 1), .headerAboveLimit(claimed: 2, limit: 1),
      .headerTruncated(claimed: 2, available: 1), .invalidHeader(JSONError(fault: .trailingText, offset: 3)), .headerNotAnObject,
      .duplicateName("a"), .invalidMetadata, .invalidEntry(tensor: "a", field: "b"), .unsupportedType(tensor: "a", type: "F16"),
      .partialByte(tensor: "a", type: "F4", shape: [3]), .tooManyAxes(tensor: "a", rank: 9), .shapeTooLarge(tensor: "a", shape: [1]),
      .reversedOffsets(tensor: "a", begin: 2, end: 1),
      .sizeMismatch(tensor: "a", expected: 1, actual: 2), .truncated(tensor: "a", required: 2, available: 1),
      .overlap(tensor: "a", begin: 1, previousEnd: 2), .hole(tensor: "a", begin: 2, previousEnd: 1), .trailingBytes(count: 1),
    ]
    #expect(Set(errors.map(\.description)).count == errors.count)
    #expect(SafetensorsError.unsupportedType(tensor: "w", type: "F16").description.contains("tensor 'w' has type F16"))
  }
}
