import Registry

/// Why gnuplot drew nothing.
package enum GnuplotError: Error, Hashable, CustomStringConvertible {
  /// No folder of the search path has an executable file named gnuplot.
  case missing
  /// The system refused to start the program, or to make the files for its input and output; `code` is its errno.
  case notStarted(program: String, code: Int32)
  /// The program ended with a status other than 0; `message` is the first line that it printed, or empty.
  case failed(status: Int32, message: String)

  package var description: String {
    switch self {
    case .missing: "gnuplot was not found; install it (Debian's package gnuplot-nox), or add its folder to PATH."
    case .notStarted(let program, let code):
      "\(legible(program, limit: nil)) could not be started: \(reason(code)); check its permissions, and the space for temporary files."
    case .failed(let status, let message):
      "gnuplot ended with status \(status): \(message.isEmpty ? "it gave no reason" : legible(message, limit: 300))."
    }
  }
}
