import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// SIGINT and SIGTERM as a flag that long work looks at between steps.
enum Interrupt {
  /// Whether somebody asked to stop.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Turns the first signal into the flag; the second one ends the program at once.
  static func catchSignals() {
    // The handler may only touch what exists already: this makes it.
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
    // A parent may have started the program with both blocked.
    var both = sigset_t()
    sigemptyset(&both)
    sigaddset(&both, SIGINT)
    sigaddset(&both, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &both, nil)
  }
}

/// Thrown where work stops because somebody asked it to; what was done is saved.
struct Interrupted: Error, Hashable {
  /// Where it stopped and what is kept, without an end stop.
  let place: String
}

private let flag = Atomic(false)

/// The signal handler; a closure here crashes the compiler (Swift 6.3.1).
private func raiseFlag(_: Int32) { flag.store(true, ordering: .relaxed) }
