import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// SIGINT and SIGTERM as a flag that long work polls between steps.
enum Interrupt {
  /// Whether a signal has arrived.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Makes the first signal set the flag; the second ends the program at once.
  static func catchSignals() {
    // Initialise the flag here, because the handler must not.
    flag.store(false, ordering: .relaxed)
    var action = sigaction()
    #if canImport(Darwin)
    action.__sigaction_u.__sa_handler = raiseFlag
    #else
    action.__sigaction_handler.sa_handler = raiseFlag
    #endif
    action.sa_flags = SA_RESTART | Int32(truncatingIfNeeded: SA_RESETHAND)
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
    // The parent process may have blocked both signals.
    var both = sigset_t()
    sigemptyset(&both)
    sigaddset(&both, SIGINT)
    sigaddset(&both, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &both, nil)
  }
}

/// Thrown when a signal stops the work; the work so far is saved if there is a folder that can be written.
struct Interrupted: Error, Hashable {
  /// Where the work stopped and what is saved, without a full stop.
  var place: String
}

private let flag = Atomic(false)

/// The signal handler; a closure here crashes the compiler (Swift 6.3.1).
private func raiseFlag(_: Int32) { flag.store(true, ordering: .relaxed) }
