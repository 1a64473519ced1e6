/// The type of a tensor's elements.
public enum DType: String, Sendable, Hashable, CaseIterable {
  /// To train with.
  case float32
  /// To check with: derivatives are verified in it to nine digits.
  case float64
  /// Positions that max pooling remembers.
  case int32
  /// Class labels.
  case int64

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  /// True for the two types that arithmetic is done in.
  public var isFloating: Bool { self == .float32 || self == .float64 }
}
