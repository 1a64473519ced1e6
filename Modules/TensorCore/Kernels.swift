import CTensorKernels

/// Facts about the kernels that this build runs.
public enum Kernels {
  /// Where matrix products come from: "libxsmm" or "portable".
  public static var productLibrary: String { tk_has_libxsmm() ? "libxsmm" : "portable" }
  /// Floating-point operations of the matrix products that the calling thread has performed, convolutions included.
  public static var productOperations: Int { Int(tk_product_operations()) }
}
