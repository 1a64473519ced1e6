import TensorCore

extension Reader {
  package static let safetensors = Reader(
    "safetensors",
    tokens: [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\\u0000", "null", "true", "-1", "0", "F32", "F64", "I32", "I64", "F16",
      "BF16", "BOOL", "U8", "F4", "F6_E2M3", "F8_E4M3", "U64", "\"shape\":[", "\"dtype\":", "\"data_offsets\":[", "__metadata__",
      "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}", "\u{1b}[31m", "\u{202e}", "é", "[0,0]", "[0]",
    ],
    seeds: {
      let ours = Safetensors(
        tensors: [
          "a": Tensor.ones([2, 1]), "b": Tensor(3, dtype: .float64), "é\n": Tensor.zeros([0]),
          "n": try Tensor([1, 2] as [Int], shape: [2]),
        ], metadata: ["k": "v"])
      let types = [("half", "F16", [3]), ("brain", "BF16", [2, 2]), ("flag", "BOOL", [1]), ("byte", "U8", [5]), ("pair", "F4", [4])]
      return [
        ours.encoded(), Safetensors(tensors: [:]).encoded(), SafetensorsFile(types).bytes,
        SafetensorsFile([("labels", "I32", [2]), ("wide", "U64", [0, 7])], metadata: "null").bytes,
      ]
    },
    repair: SafetensorsFile.withLength
  ) { input, _ in
    let file = try Safetensors(decoding: input)
    let again = try Safetensors(decoding: file.encoded())
    guard again.tensors.keys == file.tensors.keys, again.metadata == file.metadata else { return "another file when it is written again" }
    let known = file.foreign.keys.sorted().filter { (try? file.tensor($0)) != nil }
    return "\(file.tensors.count) tensors, \(file.foreign.count) of other types, \(known.count) of them converted"
  }
}

/// A safetensors file of zeros, for types and headers that the library does not write.
struct SafetensorsFile {
  let bytes: [UInt8]

  /// Tensors of the given names, types and shapes, with metadata as JSON.
  init(_ tensors: [(name: String, type: String, shape: [Int])], metadata: String? = nil) {
    let bits = ["F4": 4, "BOOL": 8, "U8": 8, "F16": 16, "BF16": 16, "F32": 32, "I32": 32, "F64": 64, "I64": 64, "U64": 64]
    var members = metadata.map { ["\"__metadata__\":\($0)"] } ?? []
    var end = 0
    for tensor in tensors {
      let begin = end
      end += tensor.shape.reduce(bits[tensor.type] ?? 32, *) / 8
      members.append("\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":\(tensor.shape),\"data_offsets\":[\(begin),\(end)]}")
    }
    bytes = Self.withLength(
      [UInt8](repeating: 0, count: 8) + "{\(members.joined(separator: ","))}".utf8 + [UInt8](repeating: 0, count: end))
  }

  /// The file with a header length that ends at the last brace.
  static func withLength(_ input: [UInt8]) -> [UInt8] {
    guard input.count >= 8, let brace = input.lastIndex(of: UInt8(ascii: "}")), brace >= 8 else { return input }
    return (0..<8).map { UInt8(truncatingIfNeeded: (brace - 7) >> (8 * $0)) } + input[8...]
  }
}
