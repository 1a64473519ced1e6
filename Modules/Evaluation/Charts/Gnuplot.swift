import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The program gnuplot, which draws the charts.
///
/// It is started without a shell, and reads its commands from standard input. It sees no settings of the user: no start files, and no
/// environment besides the search path, the home folder (for the fonts' cache) and the locale C.UTF-8.
/// - SeeAlso: gnuplot 5.4, <http://gnuplot.info>
package struct Gnuplot: Sendable, Hashable {
  /// The path of the program.
  package let program: String

  /// Finds the program.
  ///
  /// - Parameter searchPath: Folders with colons between them, as in PATH, which is the default; an empty folder is left out.
  /// - Throws: ``GnuplotError/missing`` if no folder has it.
  package init(searchPath: String? = environment("PATH")) throws(GnuplotError) {
    let folders = (searchPath ?? "").split(separator: ":")
    guard let folder = folders.first(where: { isProgram("\($0)/gnuplot") }) else { throw .missing }
    program = "\(folder)/gnuplot"
  }

  /// Runs commands, and returns what gnuplot prints to standard output.
  ///
  /// - Throws: ``GnuplotError/notStarted(program:code:)``, or ``GnuplotError/failed(status:message:)`` for a wrong command.
  package func run(_ commands: String) throws(GnuplotError) -> [UInt8] {
    // Files instead of pipes: nobody waits for a full pipe, and no signal comes from a broken one.
    guard let input = tmpfile() else { throw .notStarted(program: program, code: errno) }
    defer { _ = fclose(input) }
    guard let output = tmpfile() else { throw .notStarted(program: program, code: errno) }
    defer { _ = fclose(output) }
    guard let errors = tmpfile() else { throw .notStarted(program: program, code: errno) }
    defer { _ = fclose(errors) }
    let bytes = Array(commands.utf8)
    guard fwrite(bytes, 1, bytes.count, input) == bytes.count, fflush(input) == 0, fseek(input, 0, SEEK_SET) == 0 else {
      throw .notStarted(program: program, code: errno)
    }
    let status = try wait(for: start([fileno(input), fileno(output), fileno(errors)]))
    guard status == 0 else { throw .failed(status: status, message: Self.message(content(of: errors))) }
    return content(of: output)
  }

  /// Starts the program with files as standard input, output and error.
  private func start(_ files: [Int32]) throws(GnuplotError) -> pid_t {
    #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
    #else
    var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (standard, file) in files.enumerated() { posix_spawn_file_actions_adddup2(&actions, file, Int32(standard)) }
    let kept = ["PATH", "HOME", "TMPDIR"].compactMap { name in environment(name).map { "\(name)=\($0)" } }
    // -d: no start files.
    var arguments = [program, "-d"].map { strdup(systemPath($0)) } + [nil]
    var variables = (kept + ["LC_ALL=C.UTF-8"]).map { strdup(systemPath($0)) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, systemPath(program), &actions, nil, &arguments, &variables)
    guard code == 0 else { throw .notStarted(program: program, code: code) }
    return process
  }

  /// The exit status of a process; 128 plus the number of a signal that ended it.
  private func wait(for process: pid_t) throws(GnuplotError) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw .notStarted(program: program, code: errno) }
    }
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
  }

  /// The first line of gnuplot's complaint that is neither a quotation of the command nor a warning.
  private static func message(_ bytes: [UInt8]) -> String {
    let lines = String(decoding: bytes, as: UTF8.self).split { $0.isNewline }.map { $0.drop { $0.isWhitespace } }
    let errors = lines.filter { !$0.isEmpty && !$0.hasPrefix("^") && !$0.contains("warning:") }
    return String(errors.first { $0.hasPrefix("line ") } ?? errors.last ?? "")
  }
}

/// The content of a temporary file from its beginning.
private func content(of file: UnsafeMutablePointer<FILE>) -> [UInt8] {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  rewind(file)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    guard count > 0 else { return bytes }
    bytes += buffer[..<count]
  }
}

/// A variable of the environment; nil if it is not set.
package func environment(_ name: String) -> String? { getenv(name).map { systemText($0) } }

/// Whether a path is an ordinary file that may be executed.
private func isProgram(_ path: String) -> Bool {
  var status = stat()
  return stat(systemPath(path), &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(systemPath(path), X_OK) == 0
}
