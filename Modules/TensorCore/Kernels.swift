import CTensorKernels

/// Facts about the kernels that this build runs.
public enum Kernels {
  /// The implementation of matrix products: "libxsmm" or "portable".
  public static var productLibrary: String { tk_has_libxsmm() ? "libxsmm" : "portable" }
  /// Floating-point operations of all matrix products on all threads so far, including convolutions.
  public static var productOperations: Int { Int(tk_product_operations()) }
  /// Floating-point operations of the matrix products on the calling thread so far, including convolutions.
  package static var productOperationsOfThread: Int { Int(tk_thread_operations()) }
  /// Tiles convolutions for a first-level cache of the given size, nil for this machine's; the tiling affects speed and rounding.
  package static func assumeFirstLevelCache(bytes: Int?) { tk_assume_first_level_cache(Int64(bytes ?? 0)) }
}

/// The time that meta-training steps spend, by pass and kernel.
public enum KernelProfile {
  /// The passes of a meta-training step.
  public enum Pass: UInt32, Sendable, CaseIterable, CustomStringConvertible {
    case other, data, forward, innerGradient, outerGradient, optimizer

    public var description: String {
      switch self {
      case .other: "other"
      case .data: "data"
      case .forward: "forward"
      case .innerGradient: "inner gradient"
      case .outerGradient: "outer gradient"
      case .optimizer: "optimizer"
      }
    }

    fileprivate var kernel: tk_pass { tk_pass(rawValue: rawValue) }
  }

  /// The measurements of one kernel in one pass.
  public struct Row: Sendable {
    /// The pass of the step.
    public let pass: Pass
    /// The kernel.
    public let kernel: String
    /// Seconds, all threads together.
    public let seconds: Double
    /// The number of calls.
    public let calls: Int
    /// Floating-point operations of its products.
    public let operations: Int
  }

  /// While true, recorded programs time each of their kernels, which slows them by a few percent.
  public static var isOn: Bool {
    get { tk_is_profiling() }
    set { tk_set_profiling(newValue) }
  }

  /// Resets all measurements to zero.
  public static func reset() { tk_profile_reset() }

  /// All measurements, longest time first.
  public static var rows: [Row] {
    Pass.allCases.flatMap { pass in
      (0..<Int(TK_KERNELS)).compactMap { kernel -> Row? in
        let entry = tk_profile_read(pass.kernel, Int32(kernel))
        guard entry.calls > 0, let name = tk_kernel_name(Int32(kernel)) else { return nil }
        return Row(
          pass: pass, kernel: String(cString: name), seconds: Double(entry.nanoseconds) * 1e-9, calls: Int(entry.calls),
          operations: Int(entry.operations))
      }
    }.sorted { $0.seconds > $1.seconds }
  }

  /// Attributes this thread's kernels to a pass while the body runs.
  package static func during<Result>(_ pass: Pass, _ body: () throws -> Result) rethrows -> Result {
    let before = tk_present_pass()
    tk_set_pass(pass.kernel)
    defer { tk_set_pass(before) }
    return try body()
  }

  /// Adds a body's time to the pass, outside of kernels, if profiling is on.
  package static func timed<Result>(_ pass: Pass, _ body: () throws -> Result) rethrows -> Result {
    guard tk_is_profiling() else { return try body() }
    let start = tk_nanoseconds()
    defer { tk_profile_add(pass.kernel, 0, tk_nanoseconds() - start, 1, 0) }
    return try body()
  }
}
