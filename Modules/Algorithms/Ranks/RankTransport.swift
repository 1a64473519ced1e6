/// Carries bytes between the ranks of a run: processes, on one machine or several, that share the shards of each step.
///
/// Messages go from each rank to rank 0, and from rank 0 to all others. No call waits, except where stated, so that a rank can do useful
/// work until a message arrives. All calls come from one thread. A rank that dies ends the run: the transport or its launcher ends the
/// other processes.
public protocol RankTransport: Sendable {
  /// The number of this rank, from 0.
  var rank: Int { get }
  /// The number of ranks.
  var count: Int { get }

  /// Starts to send a message to rank 0; the previous one must have been received.
  /// - Precondition: The rank is not 0.
  func send(_ message: [UInt8])

  /// The next message that has arrived at rank 0, with its sender; nil if there is none yet.
  /// - Precondition: The rank is 0.
  func received() -> (rank: Int, message: [UInt8])?

  /// Sends a message to all other ranks; it may wait until they receive it.
  /// - Precondition: The rank is 0.
  func broadcast(_ message: [UInt8])

  /// The next message of rank 0; nil if it has not arrived yet.
  /// - Precondition: The rank is not 0.
  func broadcasted() -> [UInt8]?

  /// Tells a rank the number of a signal, beside the messages.
  func raise(_ signal: Int32, at rank: Int)

  /// The number of a signal that another rank has told; nil if there is none.
  func raised() -> Int32?

  /// Ends the connection; all ranks call it, and it may wait for them.
  func finish()

  /// Ends the processes of all ranks at once.
  func abort(status: Int32) -> Never
}
