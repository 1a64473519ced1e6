import CTensorKernels

/// A block of memory from the caching allocator, 64-byte aligned.
///
/// `@unchecked Sendable`: the bytes are written only through `Tensor`'s mutating functions, after `isKnownUniquelyReferenced`
/// has shown that no other value reads them, or while the tensor is being made and no one else has it.
final class Storage: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  /// A block for results: while a program is recorded on this thread it is the program's, which takes it again once it is free.
  init(byteCount: Int) {
    self.byteCount = byteCount
    base = tk_allocate(Int64(max(byteCount, 1)))
  }

  /// A block that no recorded program takes again: for contents that no kernel writes, and so no run of a program would renew.
  init(apartOfPrograms byteCount: Int) {
    self.byteCount = byteCount
    base = tk_allocate_apart(Int64(max(byteCount, 1)))
  }

  deinit { tk_release(base, Int64(max(byteCount, 1))) }
}

/// The memory that tensors take.
public enum TensorMemory {
  /// Bytes in live tensors now.
  public static var liveBytes: Int { Int(tk_live_bytes()) }
  /// The most bytes in live tensors since ``resetPeak()``; exact to 64 KiB a thread.
  public static var peakBytes: Int { Int(tk_peak_bytes()) }
  /// Bytes that the system has given for tensors, those that are kept for reuse included.
  public static var reservedBytes: Int { Int(tk_reserved_bytes()) }
  /// Starts a new high-water mark at the present level.
  public static func resetPeak() { tk_reset_peak() }
  /// Gives blocks that are cached for reuse back to the system.
  public static func trim() { tk_trim() }
}
