import CTensorKernels

/// A block of memory from the caching allocator, 64-byte aligned.
///
/// `@unchecked Sendable`: only `Tensor` writes the bytes. It writes while it creates a tensor, before any other value refers to the
/// storage, or in its mutating functions, after `isKnownUniquelyReferenced` has shown that no other value reads them.
final class Storage: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  /// A block for results; during a recording on this thread, the program owns the block and reuses it after its release.
  init(byteCount: Int) {
    self.byteCount = byteCount
    base = tk_allocate(Int64(max(byteCount, 1)))
  }

  /// A block that recorded programs do not reuse.
  ///
  /// For contents that Swift code writes: a run of the program does not write them again.
  init(apartOfPrograms byteCount: Int) {
    self.byteCount = byteCount
    base = tk_allocate_apart(Int64(max(byteCount, 1)))
  }

  deinit { tk_release(base, Int64(max(byteCount, 1))) }
}

/// The memory that tensors use.
public enum TensorMemory {
  /// Bytes in live tensors.
  public static var liveBytes: Int { Int(tk_live_bytes()) }
  /// The most bytes in live tensors since ``resetPeak()``; exact to 64 KiB per thread.
  public static var peakBytes: Int { Int(tk_peak_bytes()) }
  /// Bytes allocated from the system for tensors, including blocks cached for reuse.
  public static var reservedBytes: Int { Int(tk_reserved_bytes()) }
  /// Resets the peak to the bytes that are live now.
  public static func resetPeak() { tk_reset_peak() }
  /// Returns blocks that are cached for reuse to the system.
  public static func trim() { tk_trim() }
}
