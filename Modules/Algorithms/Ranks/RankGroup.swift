import Synchronization

/// The ranks of a run, and the order of their messages.
///
/// Work goes in rounds: every rank sends one message to rank 0, and rank 0 answers all with one broadcast. The first round compares what
/// must be equal, the second sends the state to start from, and each step is one round: contributions in one direction, the new state in the
/// other. Rank 0 ends the run by a last round with the exit code of all ranks. An error of a rank takes the place of its message.
public final class RankGroup: Sendable {
  /// Thrown on a rank other than 0 when rank 0 has ended the run.
  public struct Ended: Error, Hashable {
    /// The exit code of all ranks.
    public let status: Int32
  }

  private struct Round {
    /// The number of ranks whose message of this round has arrived at rank 0.
    var arrived = 0
    var hasRaised = false
    var ended: Int32?
  }

  /// This rank's number, from 0.
  public var rank: Int { transport.rank }
  /// The number of ranks.
  public var count: Int { transport.count }
  private let transport: any RankTransport
  private let host: String
  private let signal: @Sendable () -> Int32
  private let onSignal: @Sendable (Int32) -> Void
  private let round = Mutex(Round())

  /// Creates the group that a transport connects.
  ///
  /// - Parameters:
  ///   - transport: Connects the ranks; there are at least two.
  ///   - host: The name of this rank's machine, for messages.
  ///   - signal: The number of the signal that asks this process to stop; 0 for none.
  ///   - onSignal: Receives the signals of other ranks; rank 0 is to stop after one.
  public init(
    _ transport: any RankTransport, host: String, signal: @escaping @Sendable () -> Int32 = { 0 },
    onSignal: @escaping @Sendable (Int32) -> Void = { _ in }
  ) {
    self.transport = transport
    self.host = host
    self.signal = signal
    self.onSignal = onSignal
  }

  // MARK: Before the work

  /// Checks that shards of an algorithm's meta-batch can be divided among the ranks.
  ///
  /// - Throws: ``RankError/coupled(algorithm:ranks:)``
  public func validate(_ algorithm: any Algorithm, _ configuration: TrainingConfiguration) throws(RankError) {
    guard algorithm.coupling == .independent || configuration.shards > 1 else {
      throw .coupled(algorithm: type(of: algorithm).card.id, ranks: count)
    }
  }

  /// Compares what must be equal on all ranks; every rank calls it first.
  ///
  /// - Parameter facts: Names and values, in the same order on all ranks.
  /// - Throws: On rank 0 ``RankError`` if a rank differs or has failed; on the others ``Ended``.
  public func meet(_ facts: [(key: String, value: String)]) throws {
    guard rank == 0 else {
      var message = RankMessageWriter(.facts)
      message.add(host)
      message.add(facts.count)
      for (key, value) in facts {
        message.add(key)
        message.add(value)
      }
      _ = try exchange(message, for: .agreed)
      return
    }
    var difference: RankError?
    try gather(.facts) { rank, message in
      let host = try message.text()
      let count = try message.integer()
      var found: [(key: String, value: String)] = []
      for _ in 0..<count { found.append((try message.text(), try message.text())) }
      guard difference == nil else { return }
      if let (own, other) = zip(facts, found).first(where: { $0 != $1 }) {
        // Another key at this place: one of the ranks has a fact that the other has not.
        difference = .differs(
          rank: rank, host: host, key: own.key, found: own.key == other.key ? other.value : "none", expected: own.value)
      } else if facts.count != found.count {
        difference = .differs(rank: rank, host: host, key: "number of facts", found: "\(found.count)", expected: "\(facts.count)")
      }
    }
    if let difference { throw difference }
    broadcast(RankMessageWriter(.agreed))
  }

  /// Gives all ranks a text of rank 0, which the others wait for.
  ///
  /// - Parameter text: Makes the text on rank 0; it is not called on others.
  /// - Returns: The text.
  /// - Throws: Errors of `text`; ``RankError``; on ranks other than 0 also ``Ended``.
  public func share(_ text: () throws -> String) throws -> String {
    guard rank == 0 else {
      var answer = try exchange(RankMessageWriter(.ready), for: .agreed)
      do { return try answer.text() } catch { throw RankError.outOfStep(rank: 0) }
    }
    let text = try text()
    try gather(.ready) { _, _ in }
    var message = RankMessageWriter(.agreed)
    message.add(text)
    broadcast(message)
    return text
  }

  // MARK: After the work

  /// Takes signals that other ranks have told.
  public func poll() {
    if let signal = transport.raised() { onSignal(signal) }
  }

  /// Tells the other ranks a signal: rank 0 tells all of them, and another rank tells rank 0.
  public func raise(_ signal: Int32) {
    for other in rank == 0 ? 1..<count : 0..<1 { transport.raise(signal, at: other) }
  }

  /// Waits on rank 0 until all other ranks have nothing more to do.
  ///
  /// - Parameter check: Called while it waits; if it throws, the wait ends.
  /// - Throws: ``RankError/failed(rank:host:reason:)`` of the failed rank with the lowest number; errors of `check`.
  public func awaitOthers(_ check: () throws -> Void) throws {
    func idle() throws -> Bool {
      try check()
      return false
    }
    try gather(.done, meanwhile: idle) { _, _ in }
  }

  /// The error of another rank whose message arrives at rank 0 within a time; nil if none does.
  public func failure(within time: Duration) -> RankError? {
    let patience = Patience()
    let start = ContinuousClock.now
    while round.withLock({ $0.arrived < count - 1 }), ContinuousClock.now - start < time {
      guard let (rank, bytes) = transport.received() else {
        patience.pause()
        continue
      }
      round.withLock { $0.arrived += 1 }
      var message = RankMessageReader(bytes)
      if let failure = Self.failure(in: &message, of: rank) { return failure }
    }
    return nil
  }

  /// The error that a message reports; nil for a message of another kind.
  private static func failure(in message: inout RankMessageReader, of rank: Int) -> RankError? {
    guard message.kind == .failure, let host = try? message.text(), let reason = try? message.text() else { return nil }
    return .failed(rank: rank, host: host, reason: reason)
  }

  /// Ends the run on all ranks with an exit code; rank 0 calls it last.
  ///
  /// After an error or a signal, it waits two seconds for ranks that still compute, and then ends their processes.
  public func end(status: Int32) {
    let patience = Patience()
    let start = ContinuousClock.now
    while round.withLock({ $0.arrived < count - 1 }) {
      if transport.received() != nil {
        round.withLock { $0.arrived += 1 }
      } else {
        if status != 0, ContinuousClock.now - start > .seconds(2) { transport.abort(status: status) }
        patience.pause()
      }
    }
    var message = RankMessageWriter(.end)
    message.add(Int(status))
    broadcast(message)
    transport.finish()
  }

  /// Reports on another rank than 0 that all its work is done, and waits for the end of the run.
  ///
  /// - Returns: The exit code of all ranks.
  public func leave() -> Int32 { awaitEnd(RankMessageWriter(.done)) }

  /// Reports an error on another rank than 0, and waits for the end of the run.
  ///
  /// - Returns: The exit code of all ranks.
  public func fail(_ reason: String) -> Int32 {
    var message = RankMessageWriter(.failure)
    message.add(host)
    message.add(reason)
    return awaitEnd(message)
  }

  private func awaitEnd(_ message: RankMessageWriter) -> Int32 {
    if let status = round.withLock({ $0.ended }) { return status }
    while true {
      do {
        _ = try exchange(message, for: nil)
      } catch let end as Ended {
        return end.status
      } catch {
        // The answer was no end: the error is reported again in the next round.
      }
    }
  }

  // MARK: Rounds

  /// True on rank 0 if this process, or another rank, is asked to stop.
  var isStopping: Bool {
    poll()
    return signal() != 0
  }

  /// The signal that a message of this rank tells.
  var signalToTell: Int32 { signal() }

  /// Sends a message to rank 0 and waits for its answer.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - kind: The kind of the answer.
  ///   - meanwhile: Does a piece of other work while it waits; returns false if there is none.
  /// - Returns: The answer.
  /// - Throws: ``Ended``; ``RankError/outOfStep(rank:)`` for another answer.
  func exchange(
    _ message: RankMessageWriter, for kind: RankMessageKind?, meanwhile: () -> Bool = { false }
  ) throws -> RankMessageReader {
    transport.send(message.bytes)
    let patience = Patience()
    while true {
      if let bytes = transport.broadcasted() {
        var answer = RankMessageReader(bytes)
        if answer.kind == .end {
          let status = Int32(truncatingIfNeeded: (try? answer.integer()) ?? 2)
          round.withLock { $0.ended = status }
          transport.finish()
          throw Ended(status: status)
        }
        guard let kind, answer.kind == kind else { throw RankError.outOfStep(rank: 0) }
        return answer
      }
      // A signal that arrives after the message was sent does not wait for the next one: rank 0 may be in a test of minutes.
      let pending = signal()
      if pending != 0, isFirstRaise { raise(pending) }
      if !meanwhile() { patience.pause() }
    }
  }

  /// True once.
  private var isFirstRaise: Bool {
    round.withLock { round in
      defer { round.hasRaised = true }
      return !round.hasRaised
    }
  }

  /// Receives the messages of all other ranks on rank 0, in the order of their arrival.
  ///
  /// - Parameters:
  ///   - kind: The kind of the messages.
  ///   - meanwhile: Does a piece of other work while it waits; returns false if there is none.
  ///   - take: Receives each message with its rank.
  /// - Throws: ``RankError``; errors of `take` and `meanwhile`.
  func gather(
    _ kind: RankMessageKind, meanwhile: () throws -> Bool = { false }, _ take: (Int, inout RankMessageReader) throws -> Void
  ) throws {
    var failure: (rank: Int, error: RankError)?
    let patience = Patience()
    while round.withLock({ $0.arrived < count - 1 }) {
      guard let (rank, bytes) = transport.received() else {
        poll()
        if try !meanwhile() { patience.pause() }
        continue
      }
      round.withLock { $0.arrived += 1 }
      var message = RankMessageReader(bytes)
      if message.signal != 0 { onSignal(message.signal) }
      var error: RankError?
      if let failure = Self.failure(in: &message, of: rank) {
        error = failure
      } else if message.kind == kind {
        do { try take(rank, &message) } catch is RankMessageReader.Malformed { error = .outOfStep(rank: rank) }
      } else {
        error = .outOfStep(rank: rank)
      }
      // Several ranks may fail in one step; the error of the lowest rank is the one that a run on one machine would report.
      if let error, rank < failure?.rank ?? .max { failure = (rank, error) }
    }
    if let failure { throw failure.error }
  }

  /// Answers the messages of a round.
  func broadcast(_ message: RankMessageWriter) {
    round.withLock { $0.arrived = 0 }
    transport.broadcast(message.bytes)
  }
}
