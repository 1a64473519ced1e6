import Algorithms
import Distributed

/// The ranks of this process's job.
enum Ranks {
  /// The group of this process; nil if it is alone.
  static let group: RankGroup? = Launch.transport().map { transport, host in
    RankGroup(transport, host: host, signal: { Interrupt.pending }, onSignal: Interrupt.raise)
  }

  /// Whether this process may write files and to the terminal: rank 0 alone does.
  static var isWriter: Bool { group.map { $0.rank == 0 } ?? true }

  /// Takes signals that other ranks have told.
  static func poll() { group?.poll() }

  /// Runs a command on this rank, and ends the job together with the other ranks.
  ///
  /// - Parameters:
  ///   - work: Runs the command.
  ///   - report: Reports the error of a command; rank 0 calls it.
  /// - Returns: The exit code of all ranks.
  static func run(_ work: () throws -> ExitCode, reporting report: (any Error) -> ExitCode) -> Int32 {
    guard let group else {
      do { return try work().status } catch { return report(error).status }
    }
    if group.rank == 0 {
      let status: Int32
      do {
        status = try work().status
      } catch let interruption as Interrupted {
        // A rank that fails in runs of its own stops the others like a signal; its error is the reason.
        status = report(group.failure(within: .milliseconds(200)) ?? interruption).status
      } catch {
        status = report(error).status
      }
      if Interrupt.pending != 0 { group.raise(Interrupt.pending) }
      group.end(status: status)
      return status
    }
    do {
      _ = try work()
      return group.leave()
    } catch let end as RankGroup.Ended {
      return end.status
    } catch {
      guard error is Interrupted else { return group.fail("\(error)") }
      group.raise(Interrupt.pending)
      return group.leave()
    }
  }

  /// Refuses a command that one process runs.
  ///
  /// - Throws: ``UsageError/oneProcess(command:ranks:)``
  static func check(_ command: Command) throws(UsageError) {
    if let group, !command.takesRanks { throw .oneProcess(command: command.name, ranks: group.count) }
  }
}
