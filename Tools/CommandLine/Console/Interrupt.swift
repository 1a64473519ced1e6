import Registry
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The signals that stop a run, as a flag that long work polls.
///
/// A single step or test shard may take longer than a signal's sender waits. If the work has not noticed the flag after a second, a
/// watching task saves what the innermost ``rescuing(_:_:)`` names and ends the process.
enum Interrupt {
  /// Each signal with its name; batch systems send one of them before they kill.
  static let signals: [(name: String, number: Int32)] = [
    ("SIGHUP", SIGHUP), ("SIGINT", SIGINT), ("SIGTERM", SIGTERM), ("SIGUSR1", SIGUSR1), ("SIGUSR2", SIGUSR2), ("SIGXCPU", SIGXCPU),
  ]

  /// The number of the first signal; 0 if none has arrived.
  static var pending: Int32 { received.load(ordering: .relaxed) }

  /// The signal that a rank tells rank 0 when it fails while rank 0 does not await it.
  static let ofFailure = SIGTERM

  /// Takes a signal that another rank has told as one of this process.
  static func raise(_ number: Int32) { note(number) }

  /// Leaves it to rank 0 to stop the work of this process.
  static func leaveToRankZero() { state.withLock { $0.isStopping = true } }

  /// The exit code of the first signal that has arrived.
  static var exitCode: ExitCode { .interrupted(signal: received.load(ordering: .relaxed)) }

  /// Makes the first signal of each kind set the flag; the second ends the program at once.
  ///
  /// A signal that is ignored at the start, as by `nohup`, stays ignored.
  static func catchSignals() {
    // Initialise the flag here, because the handler must not.
    received.store(0, ordering: .relaxed)
    var caught = sigset_t()
    sigemptyset(&caught)
    for (_, number) in signals where !isIgnored(number) {
      var action = sigaction()
      #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = note
      #else
      action.__sigaction_handler.sa_handler = note
      #endif
      action.sa_flags = SA_RESTART | Int32(truncatingIfNeeded: SA_RESETHAND)
      sigaction(number, &action, nil)
      sigaddset(&caught, number)
    }
    // The parent process may have blocked the signals.
    pthread_sigmask(SIG_UNBLOCK, &caught, nil)
    Task.detached { await watch() }
  }

  /// Throws if a signal has arrived.
  static func check(_ place: @autoclosure () -> String) throws(Interrupted) {
    Ranks.poll()
    guard received.load(ordering: .relaxed) != 0 else { return }
    // The work stops by itself now. If the watching task was first, it holds this lock until the process has ended.
    state.withLock { $0.isStopping = true }
    throw Interrupted(place: place())
  }

  /// Runs work that may take long between two checks.
  ///
  /// - Parameters:
  ///   - rescue: Saves the work so far, on another thread, and returns where the work was, like ``Interrupted/place``.
  ///   - work: The work.
  /// - Returns: The work's result.
  static func rescuing<Result>(_ rescue: @escaping @Sendable () -> String, _ work: () throws -> Result) rethrows -> Result {
    state.withLock { $0.rescue = rescue }
    defer { state.withLock { $0.rescue = nil } }
    return try work()
  }

  /// Waits for a signal, then gives the work a second to stop, then saves and ends the process.
  private static func watch() async {
    while received.load(ordering: .relaxed) == 0 { try? await Task.sleep(for: .milliseconds(100)) }
    try? await Task.sleep(for: .seconds(1))
    state.withLock { state in
      guard !state.isStopping else { return }
      let place = state.rescue?() ?? "before or after the work; what was finished is saved"
      Console.note("\(Console.isInteractive ? "\r\u{1B}[K" : "")\(Interrupted(place: place).message)")
      // Other threads still compute, so nothing may be cleaned up.
      _exit(exitCode.status)
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Darwin)
    let handler = action.__sigaction_u.__sa_handler
    #else
    let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

/// Thrown when a signal stops the work; the work so far is saved if there is a folder that can be written.
struct Interrupted: Error, Hashable {
  /// Where the work stopped and what is saved, without a full stop.
  var place: String

  /// The message on standard error.
  var message: String { "tools: interrupted \(legible(place, limit: nil))." }
}

/// The number of the first signal; 0 before.
private let received = Atomic<Int32>(0)

/// Who ends the process after a signal: the work, once it `isStopping`, or the watching task.
private let state = Mutex<(isStopping: Bool, rescue: (@Sendable () -> String)?)>((false, nil))

/// The signal handler; a closure here crashes the compiler (Swift 6.3.1).
private func note(_ number: Int32) { _ = received.compareExchange(expected: 0, desired: number, ordering: .relaxed) }
