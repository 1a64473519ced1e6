/// The CRC-32C checksum of Castagnoli: the reflected polynomial 0x82f63b78, with all bits inverted before and after.
///
/// - SeeAlso: RFC 3720, appendix B.4, has test vectors; <https://www.rfc-editor.org/rfc/rfc3720>
package enum CRC32C {
  /// The checksum of bytes; that of "123456789" is 0xe3069283.
  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var remainder: UInt32 = ~0
    for byte in bytes { remainder = table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)] ^ (remainder >> 8) }
    return ~remainder
  }

  /// The checksum as TFRecord files store it: rotated right by 15 bits, plus 0xa282ead8.
  package static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let checksum = checksum(bytes)
    return ((checksum >> 15) | (checksum << 17)) &+ 0xa282_ead8
  }

  private static let table: [UInt32] = (0..<256).map { (entry: UInt32) -> UInt32 in
    var value = entry
    for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82f6_3b78 : value >> 1 }
    return value
  }
}
