import TensorCore
import Testing
import _TestSupport

@Suite struct ForeignTensorTests {
  /// A file with a float32 tensor and one of another type.
  private func read(_ type: String, _ shape: String, _ data: [UInt8]) throws -> Safetensors {
    let header =
      #"{"x":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[0,\#(data.count)]},"#
      + #""y":{"dtype":"F32","shape":[],"data_offsets":[\#(data.count),\#(data.count + 4)]}}"#
    return try Safetensors(decoding: file(header, data: data + [0, 0, 128, 63]))
  }

  @Test(arguments: [
    ("F16", 2), ("BF16", 2), ("BOOL", 1), ("U8", 1), ("I8", 1), ("I16", 2), ("U16", 2), ("U32", 4), ("U64", 8), ("C64", 8), ("F8_E4M3", 1),
    ("F8_E5M2", 1), ("F8_E8M0", 1), ("F8_E4M3FNUZ", 1), ("F8_E5M2FNUZ", 1),
  ])
  func `a tensor of any type of the format may be in a file`(type: String, byteCount: Int) throws {
    let file = try read(type, "[3]", Array(repeating: 0, count: 3 * byteCount))
    #expect(file.tensors.keys.sorted() == ["y"])
    #expect(file.tensors["y"]?.floats == [1])
    #expect(file.foreign["x"]?.type == type)
    #expect(file.foreign["x"]?.shape == [3])
  }

  @Test func `half precision becomes float32, exactly`() throws {
    let halves: [UInt16] = [0, 0x8000, 0x3c00, 0xc000, 0x0001, 0x83ff, 0x7bff, 0x7c00, 0xfc00, 0x3555]
    let data = halves.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let expected: [Float] = [0, -0.0, 1, -2, 0x1p-24, -0x3ffp-24, 65504, .infinity, -.infinity, 0x1.554p-2]
    let tensor = try #require(try read("F16", "[10]", data).tensor("x"))
    #expect(tensor.floats.map(\.bitPattern) == expected.map(\.bitPattern))
    let brain = try #require(try read("BF16", "[2]", [0x80, 0x3f, 0x49, 0xc0]).tensor("x"))
    #expect(brain.floats == [1, Float(bitPattern: 0xc049_0000)])
  }

  @Test(
    arguments: [
      ("BOOL", [0, 1], [0, 1]), ("U8", [0, 255], [0, 255]), ("I8", [255, 127], [-1, 127]), ("I16", [255, 255, 1, 0], [-1, 1]),
      ("U16", [255, 255, 1, 0], [65535, 1]), ("U32", [255, 255, 255, 255, 1, 0, 0, 0], [4_294_967_295, 1]),
    ] as [(String, [UInt8], [Int])])
  func `integers become int64`(type: String, data: [UInt8], expected: [Int]) throws {
    let tensor = try #require(try read(type, "[2]", data).tensor("x"))
    #expect(tensor.dtype == .int64)
    #expect(tensor.integers == expected)
  }

  @Test func `a needed tensor without an exact conversion is refused by name`() throws {
    let file = try read("F8_E4M3", "[1]", [0])
    #expect(throws: SafetensorsError.unsupportedType(tensor: "x", type: "F8_E4M3")) { try file.tensor("x") }
    #expect(try file.tensor("z") == nil)
  }

  @Test func `elements of less than a byte fill whole bytes`() throws {
    #expect(try read("F4", "[4]", [0, 0]).foreign["x"]?.shape == [4])
    #expect(try read("F6_E2M3", "[4]", [0, 0, 0]).foreign["x"]?.shape == [4])
    #expect(throws: SafetensorsError.partialByte(tensor: "x", type: "F4", shape: [3])) { try read("F4", "[3]", [0, 0]) }
    #expect(throws: SafetensorsError.sizeMismatch(tensor: "x", expected: 2, actual: 3)) { try read("F4", "[4]", [0, 0, 0]) }
  }

  @Test func `metadata that are null are none`() throws {
    #expect(try Safetensors(decoding: file(#"{"__metadata__":null}"#)).metadata.isEmpty)
  }

  @Test func `labels of int32 have the rows of int64`() throws {
    let labels = Tensor(shape: [2], dtype: .int32) { $0.copyBytes(from: [1, 0, 0, 0, 255, 255, 255, 255]) }
    #expect(labels.converted(to: .int64).integers == [1, -1])
    #expect(labels.oneHot(3).floats[..<3] == [0, 1, 0])
  }
}
