/// Text for bytes of the system that need not be UTF-8, such as a path; ``systemBytes(_:)`` gives the same bytes back.
///
/// Swift's own decoding puts U+FFFD in place of such a byte, and the path then names another file. Here a byte b that is not UTF-8
/// becomes the private character U+10F800 + b. If the text contains such characters itself, their bytes are kept in this way, too.
package func systemText(_ bytes: some Collection<UInt8>) -> String {
  if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: { systemByte($0) != nil }) { return text }
  let bytes = Array(bytes)
  var scalars = String.UnicodeScalarView()
  var position = 0
  while position < bytes.count {
    if let (scalar, count) = character(bytes[position...]) {
      scalars.append(scalar)
      position += count
    } else {
      if let scalar = Unicode.Scalar(firstReserved - 0x80 + UInt32(bytes[position])) { scalars.append(scalar) }
      position += 1
    }
  }
  return String(scalars)
}

/// The text of a C string of the system, such as an argument or an environment variable.
package func systemText(_ text: UnsafePointer<CChar>) -> String {
  var bytes: [UInt8] = []
  var next = text
  while next.pointee != 0 {
    bytes.append(UInt8(bitPattern: next.pointee))
    next += 1
  }
  return systemText(bytes)
}

/// The bytes that ``systemText(_:)`` made a text of; the UTF-8 of any other text.
package func systemBytes(_ text: String) -> [UInt8] {
  guard text.unicodeScalars.contains(where: { systemByte($0) != nil }) else { return Array(text.utf8) }
  return text.unicodeScalars.flatMap { scalar in systemByte(scalar).map { [$0] } ?? Array(String(scalar).utf8) }
}

/// A path as a C string for the system's functions.
package func systemPath(_ path: String) -> [CChar] { systemBytes(path).map { CChar(bitPattern: $0) } + [0] }

/// The byte that a reserved character stands for; nil for other characters.
func systemByte(_ scalar: Unicode.Scalar) -> UInt8? {
  (firstReserved..<firstReserved + 0x80).contains(scalar.value) ? UInt8(scalar.value - firstReserved + 0x80) : nil
}

/// The reserved character of the byte 0x80; bytes below are always UTF-8.
private let firstReserved: UInt32 = 0x10f880

/// The valid character that begins some bytes, and the number of its bytes; nil if there is none, or if it is reserved.
private func character(_ bytes: ArraySlice<UInt8>) -> (scalar: Unicode.Scalar, count: Int)? {
  for count in 1...4 where count <= bytes.count {
    guard let text = String(validating: bytes.prefix(count), as: UTF8.self), let scalar = text.unicodeScalars.first else { continue }
    return systemByte(scalar) == nil ? (scalar, count) : nil
  }
  return nil
}
