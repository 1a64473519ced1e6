import Registry
public import TensorCore

/// The largest errors that count as agreement, one for each precision.
public struct ParityTolerances: Sendable, Hashable {
  /// For results computed in float64, where only the order of summation differs.
  public var float64: Double
  /// For results computed in float32, against references in float64.
  public var float32: Double

  /// Creates tolerances; the defaults are 1e-8 in float64 and 1e-3 in float32.
  public init(float64: Double = 1e-8, float32: Double = 1e-3) {
    self.float64 = float64
    self.float32 = float32
  }

  func tolerance(_ dtype: DType) -> Double { dtype == .float64 ? float64 : float32 }
}

/// The agreement of a case's results with its reference, tensor by tensor.
public struct ParityReport: Sendable, Hashable, CustomStringConvertible {
  /// Tensors that are measured together: their joint norm bounds the scale of an error from below.
  public enum Group: String, Sendable, Hashable, CaseIterable {
    case queryLosses = "query losses"
    case adaptedParameters = "adapted parameters"
    case parameterGradients = "parameter gradients"
    case hyperparameterGradients = "hyperparameter gradients"
  }

  /// The comparison of one tensor with its reference.
  public struct Row: Sendable, Hashable {
    /// The tensor's name in the file without "expected."; "grad.*" for all hyperparameter gradients in float32.
    public let tensor: String
    /// The group of the tensor; nil if nothing of its name was computed.
    public let group: Group?
    /// The precision of our result.
    public let dtype: DType
    /// ‖ours − reference‖ / max(‖reference‖, 10⁻³·G), where G is the norm of the group's references; nil if nothing was computed.
    public let error: Double?
    /// The largest error that passes.
    public let tolerance: Double

    /// Whether the error is within the tolerance; false if it is missing or not a number.
    public var passed: Bool { error.map { $0 <= tolerance } ?? false }
  }

  /// The file's name without folder and extension.
  public let name: String
  /// Every tensor in float64, then in float32, sorted by group and name.
  public let rows: [Row]
  /// The tensors of the file that were not read.
  public var ignored: [IgnoredTensor] = []

  /// Whether there is something to compare, and all of it agrees.
  public var passed: Bool { !rows.isEmpty && rows.allSatisfy(\.passed) }

  /// The largest error in a precision; infinity if a tensor was not computed or is not a number.
  public func worst(_ dtype: DType) -> Double {
    rows.filter { $0.dtype == dtype }.map { row in
      guard let error = row.error, !error.isNaN else { return .infinity }
      return error
    }.max() ?? 0
  }

  /// One line for each tensor and precision, then the verdict.
  public var description: String {
    let names = rows.map { legible($0.tensor) }
    let width = names.map(\.count).max() ?? 0
    let lines = zip(rows, names).map { row, name in
      let padding = String(repeating: " ", count: width - name.count)
      let error = row.error.map(Self.scientific) ?? "not computed"
      return "  \(row.passed ? "ok  " : "FAIL") \(row.dtype.rawValue)  \(name)\(padding)  \(error)"
    }
    return (["\(legible(name, limit: nil)): \(verdict)"] + lines).joined(separator: "\n")
  }

  /// The verdict with the largest errors, one line.
  public var verdict: String {
    "\(passed ? "passed" : "FAILED"), largest error \(Self.scientific(worst(.float64))) in float64 "
      + "and \(Self.scientific(worst(.float32))) in float32"
  }

  /// Two digits and an exponent: 3.1e-12.
  private static func scientific(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    var exponent = 0
    var mantissa = abs(value)
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    let digits = Int((mantissa * 10).rounded(.up))  // rounded up, so that no error looks smaller than it is
    let (whole, tenth, power) = digits == 100 ? (1, 0, exponent + 1) : (digits / 10, digits % 10, exponent)
    return "\(value < 0 ? "-" : "")\(whole).\(tenth)e\(power)"
  }
}
