public import Registry

/// A number of bytes as a user writes it: "128MB", "1.5GB", "512MiB".
public struct ByteCount: Sendable, Hashable, CustomStringConvertible {
  /// The number of bytes, at least 1.
  public let bytes: Int
  /// The text as it was written.
  public let description: String

  private static let units: [(name: String, bytes: Double)] = [
    ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("KiB", 0x1p10), ("MiB", 0x1p20), ("GiB", 0x1p30), ("TiB", 0x1p40),
  ]

  /// Reads a number with a unit.
  ///
  /// - Throws: `HyperparameterError.malformed` for a text without number or unit, or for fewer than one or more than 2⁶² bytes.
  public init(_ text: String, key: String) throws(HyperparameterError) {
    func fault() -> HyperparameterError {
      .malformed(key: key, found: text, expected: "a number and one of \(Self.units.map(\.name).joined(separator: ", ")), such as 512MB")
    }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let name = text.dropFirst(digits.count).drop { $0 == " " }
    guard let number = Double(digits), let unit = Self.units.first(where: { $0.name == name }) else { throw fault() }
    let bytes = number * unit.bytes
    guard bytes >= 1, bytes < 0x1p62 else { throw fault() }
    self.bytes = Int(bytes)
    description = text
  }

  /// In megabytes of 10⁶ bytes, rounded up, so that the text as a limit is enough.
  public static func megabytes(_ bytes: Double) -> String { "\(fixed((bytes / 1e6).rounded(.up), 0))MB" }
}
