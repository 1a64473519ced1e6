import Foundation
import Registry
import Tasks
import TensorCore
import _Fuzz

/// The wall time after which a process that reads the same input is stopped, in seconds.
private let hangSeconds = 30.0

/// Runs the reader in a process of its own, and saves the input that ends it.
///
/// - Returns: False if there was one.
func supervise(_ request: Request) throws -> Bool {
  try inFolder { folder in
    guard let shared = SharedInput("\(folder)/current") else { throw FileError.unwritable(path: folder, code: errno) }
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments = [request.reader.name, "--worker", folder, "--seconds", "\(request.seconds)", "--seed", "\(request.seed)"]
    if let corpus = request.corpus { process.arguments? += ["--corpus", corpus] }
    try process.run()

    var (last, since) = (shared.count, ContinuousClock.now)
    while process.isRunning {
      usleep(20_000)
      if shared.count != last { (last, since) = (shared.count, .now) }
      // Making the seeds has no input yet.
      guard ContinuousClock.now - since > .seconds(hangSeconds) else { continue }
      note("fuzz: \(request.reader.name) has read the same input for \(hangSeconds) s")
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    process.waitUntilExit()
    if process.terminationReason == .exit, process.terminationStatus == 0 { return true }
    if process.terminationReason == .uncaughtSignal { note("fuzz: \(request.reader.name) ended by signal \(process.terminationStatus)") }
    guard shared.count > 0 else { return false }
    let digest = SHA256.digest(shared.bytes).prefix(6)
    let path = "\(request.save)/\(request.reader.name)-\(hexadecimal(digest))"
    try write(shared.bytes, to: path)
    note("fuzz: input \(shared.count) of seed \(request.seed) is in \(legible(path, limit: nil)); repeat it with --replay")
    return false
  }
}
