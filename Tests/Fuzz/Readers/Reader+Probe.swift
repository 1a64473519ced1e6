import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A promise that a reader did not keep.
package enum BrokenPromise: Error, Hashable, CustomStringConvertible {
  /// An error that is not the project's own, such as one of Foundation.
  case foreignError(type: String)
  /// A message of more bytes than ``Reader/messageLimit``.
  case longMessage(byteCount: Int)
  /// A message with a control character.
  case controlCharacter(message: String)
  /// More processor time than ``Reader/secondsLimit``.
  case slow(seconds: Double, limit: Double)
  /// More memory than the input justifies.
  case memory(byteCount: Int)

  package var description: String {
    switch self {
    case .foreignError(let type): "throws \(type), expected an error of the project"
    case .longMessage(let count): "writes a message of \(count) bytes, expected at most \(Reader.messageLimit)"
    case .controlCharacter(let message): "writes control characters: \(legible(message, limit: nil))"
    case .slow(let seconds, let limit): "takes \(seconds) s, expected at most \(limit) s"
    case .memory(let count): "takes \(count >> 20) MiB more memory than any input before"
    }
  }
}

extension Reader {
  /// The longest message of an error, in bytes.
  ///
  /// Some messages list all settings that exist.
  static let messageLimit = 6000
  /// The most memory beyond that of the inputs before, in bytes.
  ///
  /// A run's settings justify more than the bytes that state them.
  static let memoryLimit = 256 << 20

  /// Reads an input, and checks that the reader keeps its promises.
  ///
  /// A trap ends the process.
  ///
  /// - Parameters:
  ///   - input: The input.
  ///   - folder: A folder for files.
  ///   - isAlone: Whether nothing else runs in the process, so that its memory is the reader's.
  /// - Returns: What was read, or the message of the error.
  /// - Throws: The promise that the reader did not keep.
  package func probe(_ input: [UInt8], folder: String, isAlone: Bool = false) throws(BrokenPromise) -> String {
    let before = Usage()
    let outcome = try outcome(of: input, folder)
    let after = Usage()
    let seconds = after.seconds - before.seconds
    guard seconds <= secondsLimit else { throw .slow(seconds: seconds, limit: secondsLimit) }
    let growth = after.peakBytes - before.peakBytes
    guard !isAlone || growth <= Self.memoryLimit else { throw .memory(byteCount: growth) }
    return outcome
  }

  private func outcome(of input: [UInt8], _ folder: String) throws(BrokenPromise) -> String {
    do {
      return "read: \(try read(input, folder))"
    } catch {
      let type = String(reflecting: Swift.type(of: error))
      guard !["Swift.", "Foundation", "__C."].contains(where: type.hasPrefix) else { throw .foreignError(type: type) }
      let message = "\(error)"
      guard message.utf8.count <= Self.messageLimit else { throw .longMessage(byteCount: message.utf8.count) }
      guard message == legible(message, limit: nil, keepsLines: true) else { throw .controlCharacter(message: message) }
      // A list of what is registered changes with every addition.
      let end = message.firstRange(of: " Known: ")?.lowerBound ?? message.endIndex
      return String(message[..<end]).replacing(folder, with: "FOLDER")
    }
  }
}

/// The processor time of this thread and the peak of memory of the process so far.
private struct Usage {
  let seconds: Double
  let peakBytes: Int

  init() {
    var time = timespec()
    _ = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    seconds = Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    var usage = rusage()
    _ = getrusage(Self.process, &usage)
    #if canImport(Darwin)
    peakBytes = usage.ru_maxrss
    #else
    peakBytes = usage.ru_maxrss << 10
    #endif
  }

  #if canImport(Glibc)
  private static let process = Int32(RUSAGE_SELF.rawValue)
  #else
  private static let process: Int32 = RUSAGE_SELF
  #endif
}
