import Evaluation
import Registry
import Tasks

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Output: results on standard output, progress and errors on standard error.
enum Console {
  /// Standard output cannot be written, for example because a disk is full.
  struct OutputError: Error, Hashable, CustomStringConvertible {
    let code: Int32

    var description: String { "standard output cannot be written: \(String(cString: strerror(code))); nothing else is lost." }
  }

  /// Writes a result, and a line feed if it does not end in one.
  ///
  /// A closed pipe, as with `head`, is not an error: the rest is dropped.
  /// - Throws: ``OutputError``
  static func print(_ text: String) throws(OutputError) {
    let code = write(text.hasSuffix("\n") ? text : "\(text)\n", to: STDOUT_FILENO)
    guard code == 0 || code == EPIPE else { throw OutputError(code: code) }
  }

  /// Writes progress or an error message; failures are ignored.
  static func note(_ text: String, terminator: String = "\n") {
    _ = write("\(text)\(terminator)", to: STDERR_FILENO)
  }

  /// Writes a note for each tensor of a file that was ignored.
  static func note(_ ignored: [IgnoredTensor]) {
    for tensor in ignored { note("tools: note: \(tensor)") }
  }

  /// Writes the notes about the data of an experiment's task.
  static func note(aboutDataOf experiment: Experiment) {
    for text in experiment.tasks.notes { note("tools: note: \(experiment.ids.task): \(text)") }
  }

  /// Whether standard error is a terminal on which a line may be redrawn.
  ///
  /// A terminal of type "dumb" or of no type shows control codes as text. A user who sets NO_COLOR wants none.
  /// - SeeAlso: <https://no-color.org>
  static var isInteractive: Bool {
    func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    return isatty(STDERR_FILENO) == 1 && !["", "dumb"].contains(variable("TERM")) && variable("NO_COLOR").isEmpty
  }

  /// The width of the terminal in columns.
  static var columns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Makes writing to a closed pipe, or beyond the limit of a file's size, return an error instead of ending the program.
  static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
    _ = signal(SIGXFSZ, SIG_IGN)
  }

  private static func write(_ text: String, to file: Int32) -> Int32 {
    guard Ranks.isWriter else { return 0 }
    // A path in the text gets its own bytes back.
    return systemBytes(text).withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count, let base = bytes.baseAddress {
        let count = writeDescriptor(file, base + written, bytes.count - written)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { return errno }
        written += count
      }
      return 0
    }
  }
}

// Inside Console, its member `write` hides the C function.
private func writeDescriptor(_ file: Int32, _ base: UnsafeRawPointer, _ count: Int) -> Int { write(file, base, count) }
