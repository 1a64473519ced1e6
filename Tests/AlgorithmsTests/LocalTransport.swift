import Algorithms
import Synchronization

/// Ranks in one process: each is a thread, and messages pass through memory.
final class LocalTransport: RankTransport {
  /// What the ranks of a job share.
  private final class Job: Sendable {
    struct Mail {
      var toRoot: [(rank: Int, message: [UInt8])] = []
      var casts: [[UInt8]] = []
      /// The number of broadcasts that each rank has read.
      var read: [Int]
      var signals: [[Int32]]
      var most = 0
    }

    let mail: Mutex<Mail>
    init(_ count: Int) { mail = Mutex(Mail(read: Array(repeating: 0, count: count), signals: Array(repeating: [], count: count))) }
  }

  let rank: Int
  let count: Int
  private let job: Job

  private init(rank: Int, count: Int, job: Job) { (self.rank, self.count, self.job) = (rank, count, job) }

  /// The transports of a job's ranks, in their order.
  static func job(of count: Int) -> [LocalTransport] {
    let job = Job(count)
    return (0..<count).map { LocalTransport(rank: $0, count: count, job: job) }
  }

  /// The bytes of the longest message to rank 0 so far.
  var longestMessage: Int { job.mail.withLock { $0.most } }

  func send(_ message: [UInt8]) {
    job.mail.withLock { mail in
      mail.toRoot.append((rank, message))
      mail.most = max(mail.most, message.count)
    }
  }

  /// The last message that has arrived, so that they are not read in the order of their ranks.
  func received() -> (rank: Int, message: [UInt8])? { job.mail.withLock { $0.toRoot.popLast() } }

  func broadcast(_ message: [UInt8]) { job.mail.withLock { $0.casts.append(message) } }

  func broadcasted() -> [UInt8]? {
    job.mail.withLock { mail in
      guard mail.read[rank] < mail.casts.count else { return nil }
      defer { mail.read[rank] += 1 }
      return mail.casts[mail.read[rank]]
    }
  }

  func raise(_ signal: Int32, at rank: Int) { job.mail.withLock { $0.signals[rank].append(signal) } }
  func raised() -> Int32? { job.mail.withLock { $0.signals[rank].popLast() } }
  func finish() {}
  func abort(status: Int32) -> Never { fatalError("a rank of a test was ended with \(status)") }
}
