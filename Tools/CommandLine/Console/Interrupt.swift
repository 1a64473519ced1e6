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
  private static let flag = Atomic(false)

  /// Whether somebody asked to stop.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Turns the first signal into the flag; the second one ends the program at once.
  static func catchSignals() {
    // The handler may only touch what exists already: this makes it.
    flag.store(false, ordering: .relaxed)
    let handler: @convention(c) (Int32) -> Void = { _ in flag.store(true, ordering: .relaxed) }
    var action = sigaction()
    #if canImport(Darwin)
    action.__sigaction_u.__sa_handler = handler
    #else
    action.__sigaction_handler.sa_handler = handler
    #endif
    action.sa_flags = Int32(SA_RESTART) | Int32(bitPattern: UInt32(truncatingIfNeeded: Int(SA_RESETHAND)))
    for signal in [SIGINT, SIGTERM] { _ = sigaction(signal, &action, nil) }
  }
}

/// Thrown where work stops because somebody asked it to; what was done is saved.
struct Interrupted: Error {}
