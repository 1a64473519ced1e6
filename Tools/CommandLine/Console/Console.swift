#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The two streams of a command line: results on standard output, progress and errors on standard error.
enum Console {
  /// Standard output that cannot take what is written to it, a full disk for example.
  struct OutputError: Error, Hashable, CustomStringConvertible {
    let code: Int32

    var description: String { "standard output cannot be written: \(String(cString: strerror(code))); nothing else is lost." }
  }

  /// Writes a result, and a line break where it does not end in one.
  ///
  /// A reader that has gone away, as `head` does, is no error: what it did not want is dropped.
  /// - Throws: ``OutputError``
  static func print(_ text: String) throws(OutputError) {
    let code = write(text.hasSuffix("\n") ? text : "\(text)\n", to: STDOUT_FILENO)
    guard code == 0 || code == EPIPE else { throw OutputError(code: code) }
  }

  /// Writes progress or an error; where nobody reads it, it is dropped.
  static func note(_ text: String, terminator: String = "\n") {
    _ = write("\(text)\(terminator)", to: STDERR_FILENO)
  }

  /// Whether progress is seen by a person.
  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  /// Columns of the terminal that shows progress.
  static var columns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Makes writing to a reader that has gone away an error code instead of the end of the program.
  static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

  private static func write(_ text: String, to file: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
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

// The member of the same name hides the C function.
private func writeDescriptor(_ file: Int32, _ base: UnsafeRawPointer, _ count: Int) -> Int { write(file, base, count) }
