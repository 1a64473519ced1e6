extension Safetensors {
  /// Decodes the bytes of a file.
  ///
  /// Stricter than JSON requires: names that differ only in Unicode normalisation count as duplicates.
  /// - Throws: ``SafetensorsError`` for bytes that are malformed in any way.
  public init(decoding bytes: [UInt8]) throws(SafetensorsError) {
    var position = 0
    try self.init(byteCount: bytes.count) { (wanted) throws(SafetensorsError) in
      defer { position += wanted }
      return bytes[position..<position + wanted]
    }
  }

  /// Decodes a file of a known size that is read piece by piece.
  ///
  /// - Parameters:
  ///   - byteCount: The size of the file.
  ///   - read: Reads the next bytes; fewer than asked for if the file has shrunk meanwhile.
  /// - Throws: ``SafetensorsError`` for bytes that are malformed in any way, and all errors of reading.
  init(byteCount: Int, _ read: (_ wanted: Int) throws(SafetensorsError) -> ArraySlice<UInt8>) throws(SafetensorsError) {
    guard byteCount >= 8 else { throw .tooShort(byteCount: byteCount) }
    let prefix = try read(8)
    guard prefix.count == 8 else { throw .tooShort(byteCount: prefix.count) }
    let claimed = prefix.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    guard claimed <= UInt64(Self.headerLimit) else { throw .headerAboveLimit(claimed: claimed, limit: Self.headerLimit) }
    let headerCount = Int(claimed)
    guard headerCount <= byteCount - 8 else { throw .headerTruncated(claimed: headerCount, available: byteCount - 8) }
    let text = try read(headerCount)
    guard text.count == headerCount else { throw .headerTruncated(claimed: headerCount, available: text.count) }

    var members = try Self.header(Array(text))
    metadata = try Self.metadata(members.removeValue(forKey: Self.metadataKey))
    var entries: [Entry] = []
    for (name, value) in members.sorted(by: { $0.key < $1.key }) { entries.append(try Entry(name: name, value)) }

    let dataCount = byteCount - 8 - headerCount
    try Self.checkLayout(entries, dataCount: dataCount)
    let data = try read(dataCount)
    if data.count != dataCount { try Self.checkLayout(entries, dataCount: data.count) }
    tensors = [:]
    for entry in entries {
      // checkLayout has shown that the range lies in the file and has the tensor's size.
      let source = data[(data.startIndex + entry.begin)..<(data.startIndex + entry.end)]
      if let dtype = entry.type.dtype {
        tensors[entry.name] = Tensor(shape: entry.shape, dtype: dtype) { $0.copyBytes(from: source) }
      } else {
        foreign[entry.name] = ForeignTensor(entry.type, shape: entry.shape, bytes: source)
      }
    }
  }

  private static func header(_ text: [UInt8]) throws(SafetensorsError) -> [String: JSONMember.Value] {
    let value: JSONMember.Value
    do {
      value = try JSONReader.header(of: text)
    } catch {
      if case .duplicateKey(let name) = error.fault { throw .duplicateName(name) }
      throw .invalidHeader(error)
    }
    guard let members = value.members else { throw .headerNotAnObject }
    return members
  }

  private static func metadata(_ value: JSONMember.Value?) throws(SafetensorsError) -> [String: String] {
    // As the reference reader has it, null stands for no metadata.
    guard let value, value != .null else { return [:] }
    guard let members = value.members else { throw .invalidMetadata }
    var result: [String: String] = [:]
    for (key, member) in members {
      guard case .string(let text) = member else { throw .invalidMetadata }
      result[key] = text
    }
    return result
  }

  /// Checks that every byte of the data belongs to exactly one tensor.
  private static func checkLayout(_ entries: [Entry], dataCount: Int) throws(SafetensorsError) {
    var end = 0
    for entry in entries.sorted(by: { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }) {
      guard entry.begin >= end else { throw .overlap(tensor: entry.name, begin: entry.begin, previousEnd: end) }
      guard entry.begin <= end else { throw .hole(tensor: entry.name, begin: entry.begin, previousEnd: end) }
      guard entry.end <= dataCount else { throw .truncated(tensor: entry.name, required: entry.end, available: dataCount) }
      end = entry.end
    }
    guard end == dataCount else { throw .trailingBytes(count: dataCount - end) }
  }
}

/// One tensor's entry in a header: its type, shape and byte range within the data.
private struct Entry {
  let name: String
  let type: StoredType
  let shape: Shape
  let begin: Int
  let end: Int

  init(name: String, _ value: JSONMember.Value) throws(SafetensorsError) {
    guard var fields = value.members else { throw .invalidEntry(tensor: name, field: "dtype") }
    guard case .string(let typeName) = fields.removeValue(forKey: "dtype") else { throw .invalidEntry(tensor: name, field: "dtype") }
    guard let extents = fields.removeValue(forKey: "shape")?.integers else { throw .invalidEntry(tensor: name, field: "shape") }
    guard let offsets = fields.removeValue(forKey: "data_offsets")?.integers, offsets.count == 2 else {
      throw .invalidEntry(tensor: name, field: "data_offsets")
    }
    if let unknown = fields.keys.min() { throw .invalidEntry(tensor: name, field: unknown) }
    guard let type = StoredType(rawValue: typeName) else {
      throw .unsupportedType(tensor: name, type: typeName)
    }
    guard extents.count <= Shape.maximumRank else { throw .tooManyAxes(tensor: name, rank: extents.count) }

    // Count an extent of 0 as 1, so that the strides of an empty tensor are checked for overflow too.
    var bitCount = type.bitCount
    for extent in extents {
      let (product, overflow) = bitCount.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow, extent <= Int(Int32.max) else { throw .shapeTooLarge(tensor: name, shape: extents) }
      bitCount = product
    }
    if extents.contains(0) { bitCount = 0 }
    // Elements of less than a byte fill whole bytes together.
    guard bitCount % 8 == 0 else { throw .partialByte(tensor: name, type: typeName, shape: extents) }
    let byteCount = bitCount / 8
    guard offsets[0] <= offsets[1] else { throw .reversedOffsets(tensor: name, begin: offsets[0], end: offsets[1]) }
    guard offsets[1] - offsets[0] == byteCount else {
      throw .sizeMismatch(tensor: name, expected: byteCount, actual: offsets[1] - offsets[0])
    }
    self.name = name
    self.type = type
    shape = Shape(extents)
    begin = offsets[0]
    end = offsets[1]
  }
}

extension JSONMember.Value {
  /// The members of an object by their keys; nil for other values.
  fileprivate var members: [String: JSONMember.Value]? {
    guard case .object(let members) = self else { return nil }
    return Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
  }

  /// The elements of an array of integers; nil for other values.
  fileprivate var integers: [Int]? {
    guard case .array(let elements) = self else { return nil }
    var result: [Int] = []
    for element in elements {
      guard case .literal(let text) = element, let value = Int(text) else { return nil }
      result.append(value)
    }
    return result
  }
}
