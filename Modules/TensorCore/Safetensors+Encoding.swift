import Registry

extension Safetensors {
  /// Encodes a file; equal content gives equal bytes.
  ///
  /// The header lists the metadata, then the tensors by name, and is padded with spaces to a multiple of 8 bytes. The data is
  /// ordered by element width, widest first, then by name, so that every tensor is aligned to its elements.
  /// - Precondition: No tensor is called `__metadata__`.
  public func encoded() -> [UInt8] {
    require(tensors[Self.metadataKey] == nil, "a tensor cannot be called \(Self.metadataKey), the format keeps that name")
    let byName = tensors.sorted { $0.key < $1.key }
    let byPlace = byName.sorted { ($1.value.dtype.byteCount, $0.key) < ($0.value.dtype.byteCount, $1.key) }

    var ends: [String: Int] = [:]
    var dataCount = 0
    for (name, tensor) in byPlace {
      dataCount += tensor.shape.elementCount * tensor.dtype.byteCount
      ends[name] = dataCount
    }

    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
      members.append("\(Self.quoted(Self.metadataKey)):{\(pairs.joined(separator: ","))}")
    }
    for (name, tensor) in byName {
      let end = ends[name, default: 0]
      let begin = end - tensor.shape.elementCount * tensor.dtype.byteCount
      let extents = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      members.append(
        "\(Self.quoted(name)):{\"dtype\":\"\(tensor.dtype.safetensorsName)\",\"shape\":[\(extents)],\"data_offsets\":[\(begin),\(end)]}")
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + dataCount)
    for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: header.count >> (8 * index))) }
    bytes.append(contentsOf: header)
    for (_, tensor) in byPlace { tensor.contiguous.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    return bytes
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
