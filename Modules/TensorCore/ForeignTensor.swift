/// A tensor of a safetensors file whose type has no ``DType``, such as F16; it is converted on demand.
public struct ForeignTensor: Sendable {
  /// The name of the type in the file.
  public var type: String { stored.rawValue }
  /// The extents of the axes.
  public let shape: Shape

  private let stored: StoredType
  private let bytes: ArraySlice<UInt8>

  /// - Precondition: The bytes have the size of the shape.
  init(_ stored: StoredType, shape: Shape, bytes: ArraySlice<UInt8>) {
    self.stored = stored
    self.shape = shape
    self.bytes = bytes
  }

  /// The same numbers in a type that has them all: float32 for F16 and BF16, int64 for BOOL, I8, U8, I16, U16 and U32; nil for others.
  public func converted() -> Tensor? {
    switch stored {
    case .float16: floats { (half: UInt16) in Self.widened(half) }
    case .bfloat16: floats { (high: UInt16) in Float(bitPattern: UInt32(high) << 16) }
    case .bool: integers { (byte: UInt8) in byte == 0 ? 0 : 1 }
    case .int8: integers { (value: Int8) in Int64(value) }
    case .uint8: integers { (value: UInt8) in Int64(value) }
    case .int16: integers { (value: Int16) in Int64(value) }
    case .uint16: integers { (value: UInt16) in Int64(value) }
    case .uint32: integers { (value: UInt32) in Int64(value) }
    default: nil
    }
  }

  private func floats<Element: FixedWidthInteger>(_ number: (Element) -> Float) -> Tensor {
    Tensor(shape: shape, dtype: .float32) { write($0.bindMemory(to: Float.self), number) }
  }

  private func integers<Element: FixedWidthInteger>(_ number: (Element) -> Int64) -> Tensor {
    Tensor(shape: shape, dtype: .int64) { write($0.bindMemory(to: Int64.self), number) }
  }

  private func write<Element: FixedWidthInteger, Number>(_ target: UnsafeMutableBufferPointer<Number>, _ number: (Element) -> Number) {
    bytes.withUnsafeBytes { source in
      for place in 0..<shape.elementCount {
        let stored = source.loadUnaligned(fromByteOffset: place * MemoryLayout<Element>.size, as: Element.self)
        target.initializeElement(at: place, to: number(Element(littleEndian: stored)))
      }
    }
  }

  /// A half-precision number in single precision, which has all of them; `Float16` does not exist on every platform.
  private static func widened(_ half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let (exponent, fraction) = (UInt32(half >> 10) & 0x1f, UInt32(half & 0x3ff))
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 0x1f: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

/// The types of the safetensors format.
///
/// - SeeAlso: `Dtype` in <https://github.com/huggingface/safetensors/blob/main/safetensors/src/tensor.rs>
enum StoredType: String, CaseIterable {
  case float32 = "F32"
  case float64 = "F64"
  case int32 = "I32"
  case int64 = "I64"
  case bool = "BOOL"
  case float4 = "F4"
  case float6E2M3 = "F6_E2M3"
  case float6E3M2 = "F6_E3M2"
  case uint8 = "U8"
  case int8 = "I8"
  case float8E5M2 = "F8_E5M2"
  case float8E4M3 = "F8_E4M3"
  case float8E8M0 = "F8_E8M0"
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  case float8E5M2FNUZ = "F8_E5M2FNUZ"
  case int16 = "I16"
  case uint16 = "U16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case uint32 = "U32"
  case complex64 = "C64"
  case uint64 = "U64"

  /// The type of a tensor in memory; nil for a type that tensors do not have.
  var dtype: DType? { DType.allCases.first { $0.safetensorsName == rawValue } }

  /// Bits of one element.
  var bitCount: Int {
    switch self {
    case .float4: 4
    case .float6E2M3, .float6E3M2: 6
    case .bool, .uint8, .int8, .float8E5M2, .float8E4M3, .float8E8M0, .float8E4M3FNUZ, .float8E5M2FNUZ: 8
    case .int16, .uint16, .float16, .bfloat16: 16
    case .float32, .int32, .uint32: 32
    case .float64, .int64, .uint64, .complex64: 64
    }
  }
}
