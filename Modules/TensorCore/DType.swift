/// The type of a tensor's elements.
public enum DType: String, Sendable, Hashable, CaseIterable {
  /// For training.
  case float32
  /// For checks: derivatives are verified in float64 to nine digits.
  case float64
  /// Positions of the maxima in max pooling.
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

  /// True for the two types that support arithmetic.
  public var isFloating: Bool { self == .float32 || self == .float64 }
}
