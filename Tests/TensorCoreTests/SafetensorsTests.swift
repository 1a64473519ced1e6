import TensorCore
import Testing
import _TestSupport

@Suite struct SafetensorsTests {
  /// A file with a tensor of each type, an empty one, a scalar, and text that needs escapes.
  static func sample() throws -> Safetensors {
    Safetensors(
      tensors: [
        "f32": try Tensor.random([3, 5], "f32", .float32), "f64": try Tensor.random([2, 1, 2], "f64"),
        "i64": try Tensor([Int.min, -1, 0, .max], shape: [4]),
        "i32": Tensor(shape: [3], dtype: .int32) { $0.copyBytes(from: [1, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128]) },
        "empty": Tensor.zeros([2, 0, 3]), "scalar": Tensor(2.5, dtype: .float64), "": Tensor.ones([1]),
        "größe/😀\"\\\n": Tensor.zeros([1]),
      ],
      metadata: ["case": "{\"steps\": 1}", "control": "\u{0}\u{1f}\t\r\n\u{8}", "": "", "ü": "😀"])
  }

  @Test func `what is written is read back`() throws {
    let written = try Self.sample()
    let read = try Safetensors(decoding: written.encoded())
    #expect(read.metadata == written.metadata)
    #expect(read.tensors.keys.sorted() == written.tensors.keys.sorted())
    for (name, tensor) in written.tensors {
      let back = try #require(read.tensors[name])
      #expect(back.shape == tensor.shape)
      #expect(back.dtype == tensor.dtype)
      #expect(back.withUnsafeBytes { Array($0) } == tensor.withUnsafeBytes { Array($0) })
    }
  }

  @Test func `numbers that are not finite survive`() throws {
    let tensor = try Tensor([.nan, .infinity, -.infinity, -0.0] as [Double], shape: [4])
    let back = try #require(try Safetensors(decoding: Safetensors(tensors: ["x": tensor]).encoded()).tensors["x"])
    #expect(back.withUnsafeBytes { Array($0) } == tensor.withUnsafeBytes { Array($0) })
  }

  @Test func `expanded tensors and views are written out`() throws {
    let tensor = try Tensor.random([2, 3], "expanded")
    let file = Safetensors(tensors: ["expanded": tensor.expanded(over: 2), "view": tensor[1]])
    let back = try Safetensors(decoding: file.encoded())
    #expect(back.tensors["expanded"]?.doubles == tensor.doubles + tensor.doubles)
    #expect(back.tensors["view"]?.doubles == tensor[1].doubles)
  }

  @Test func `the bytes are the format's, entries by name, wider types first`() throws {
    let file = Safetensors(
      tensors: [
        "b": try Tensor([1] as [Float], shape: [1]), "a": try Tensor([2, 3] as [Float], shape: [2]), "c": Tensor(1, dtype: .float64),
      ],
      metadata: ["z": "1", "y": "2"])
    let header =
      #"{"__metadata__":{"y":"2","z":"1"},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"#
      + #""b":{"dtype":"F32","shape":[1],"data_offsets":[16,20]},"c":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}"#
    let padded = Array(header.utf8) + Array(repeating: 0x20, count: (8 - header.utf8.count % 8) % 8)
    let data: [UInt8] = [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x3f]
    #expect(file.encoded() == [UInt8(padded.count), 0, 0, 0, 0, 0, 0, 0] + padded + data)
    #expect(file.encoded() == file.encoded())
  }

  @Test func `the header is padded to 8 bytes`() {
    for count in 0..<8 {
      let bytes = Safetensors(tensors: [String(repeating: "n", count: count): Tensor.ones([1])]).encoded()
      #expect(bytes[0] % 8 == 0)
    }
  }

  @Test func `nothing at all is a file`() throws {
    let bytes = Safetensors(tensors: [:]).encoded()
    let back = try Safetensors(decoding: bytes)
    #expect(back.tensors.isEmpty && back.metadata.isEmpty)
  }

  @Test func `escapes are read`() throws {
    let header = #"{"__metadata__":{"k":"\u00e9\ud83d\ude00\/\b\f\n\r\t\"\\A"}}"#
    #expect(try Safetensors(decoding: file(header)).metadata["k"] == "é😀/\u{8}\u{c}\n\r\t\"\\A")
  }

  @Test func `spaces between and after the values are read`() throws {
    let header = " { \"x\" : { \"shape\" : [ 1 , 1 ] , \"dtype\" : \"F32\" ,\n\"data_offsets\" : [ 0 , 4 ] } } \t\r\n "
    #expect(try Safetensors(decoding: file(header, data: [0, 0, 128, 63])).tensors["x"]?.floats == [1])
  }

  @Test func `a file is written, replaced and read`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.safetensors"
      try Safetensors(tensors: ["x": Tensor.ones([2])]).write(to: path)
      try Safetensors(tensors: ["x": Tensor.zeros([2])]).write(to: path)
      #expect(try Safetensors(contentsOf: path).tensors["x"]?.floats == [0, 0])
      #expect(fileNames(in: folder) == ["a.safetensors"])
    }
  }

  @Test func `a tensor with the metadata's name traps`() async {
    await #expect(processExitsWith: .failure) { _ = Safetensors(tensors: ["__metadata__": Tensor.ones([1])]).encoded() }
  }

  @Test(.enabled(if: sharedFolder != nil, "needs the shared reference files"))
  func `PyTorch's files are read`() throws {
    let folder = "\(try #require(sharedFolder))/golden"
    let names = fileNames(in: folder).filter { $0.hasSuffix(".safetensors") }
    #expect(names.count == 11)
    for name in names {
      let file = try Safetensors(contentsOf: "\(folder)/\(name)")
      #expect(file.metadata["case"]?.contains("\"estimator\"") == true)
      #expect(file.tensors["expected.query_loss"]?.dtype == .float64)
      #expect(file.tensors.values.allSatisfy { $0.isFinite })
      let again = try Safetensors(decoding: file.encoded())
      #expect(again.tensors.mapValues(\.doubles) == file.tensors.mapValues(\.doubles))
    }
  }
}

/// A file with a header, preceded by its length, and data.
func file(_ header: String, data: [UInt8] = []) -> [UInt8] { file(Array(header.utf8), data: data) }

func file(_ header: [UInt8], data: [UInt8] = []) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
}
