import Algorithms
import Synchronization
import Tasks
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes the metrics of a run as an event file, which TensorBoard shows.
///
/// The file is named events.out.tfevents.SECONDS.PROCESS. Apart from the time of an event, its content is deterministic. A run that
/// resumes begins a further file, whose first event voids the steps of older files that are repeated. The tags are loss, the id of the
/// score, gradientNorm, learningRate, metrics/NAME, learned/NAME, validation/loss and validation/SCORE.
public final class EventLog: Sendable {
  private struct State {
    var buffer: [UInt8] = []
    var path = ""
  }

  /// The folder of the event files.
  public let folder: String
  private let state = Mutex(State())
  private static let namePrefix = "events.out.tfevents."
  /// The most bytes that are kept in memory.
  private static let bufferLimit = 1 << 16

  /// Creates the folder if needed, and checks that files can be written into it.
  ///
  /// - Throws: ``EventLogError``
  public init(_ folder: String) throws(EventLogError) {
    guard !folder.isEmpty else { throw .cannotMake(path: folder, code: ENOENT) }
    if exists(folder), !isFolder(folder) { throw .notAFolder(path: folder) }
    if let code = makeFolder(folder) { throw .cannotMake(path: folder, code: code) }
    self.folder = folder
    do {
      try AtomicFile.checkWritable("\(folder)/\(Self.namePrefix)0")
    } catch {
      throw .file(error)
    }
  }

  /// Begins a file, whose name sorts after those of older ones.
  ///
  /// - Parameter iteration: The number of meta-updates done; later ones in older files are void.
  /// - Throws: ``EventLogError/file(_:)``
  func begin(after iteration: Int) throws(EventLogError) {
    let last = AtomicFile.names(in: folder).compactMap(Self.seconds).max() ?? 0
    let seconds = "\(max(Int(Self.now), last + 1))"
    let name = Self.namePrefix + String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds + ".\(getpid())"
    state.withLock { $0 = State(path: "\(folder)/\(name)") }
    try add(0, .fileVersion)
    try add(iteration + 1, .start)
    try flush()
  }

  /// Adds the numbers of a meta-update.
  ///
  /// - Throws: ``EventLogError/file(_:)``
  func add(_ report: StepReport, learned: [LearnedValue]) throws(EventLogError) {
    typealias Scalar = EventRecord.Scalar
    let score = report.score.map { [Scalar((report.measure ?? .accuracy).id, $0)] } ?? []
    try add(
      report.iteration,
      .scalars(
        [Scalar("loss", report.loss)] + score
          + [Scalar("gradientNorm", report.gradientNorm), Scalar("learningRate", report.learningRate)]
          + report.metrics.map { Scalar("metrics/\($0.name)", $0.mean) } + learned.map { Scalar("learned/\($0.name)", $0.mean) }))
  }

  /// Adds the numbers of a validation.
  ///
  /// - Throws: ``EventLogError/file(_:)``
  func add(_ report: ValidationReport) throws(EventLogError) {
    let loss = report.measure == "loss" ? nil : report.loss
    let scalars = [("validation/\(report.measure)", report.score), ("validation/loss", loss)]
    try add(report.iteration, .scalars(scalars.compactMap { tag, value in value.map { EventRecord.Scalar(tag, $0) } }))
  }

  private func add(_ step: Int, _ content: EventRecord.Content) throws(EventLogError) {
    let bytes = EventRecord(wallTime: Self.now, step: step, content).framed
    let isFull = state.withLock {
      $0.buffer += bytes
      return $0.buffer.count > Self.bufferLimit
    }
    if isFull { try flush() }
  }

  /// Writes the events so far to the file.
  ///
  /// - Throws: ``EventLogError/file(_:)``; the events are then dropped.
  func flush() throws(EventLogError) {
    let failure: (path: String, code: Int32)? = state.withLock { state in
      guard !state.buffer.isEmpty else { return nil }
      defer { state.buffer = [] }
      return appendBytes(state.buffer, to: state.path).map { (state.path, $0) }
    }
    if let (path, code) = failure { throw .file(.unwritable(path: path, code: code)) }
  }

  /// The seconds in the name of an event file; nil for another file.
  private static func seconds(_ name: String) -> Int? {
    guard name.hasPrefix(namePrefix) else { return nil }
    return name.dropFirst(namePrefix.count).split(separator: ".").first.flatMap { Int($0) }.flatMap { 0..<1 << 40 ~= $0 ? $0 : nil }
  }

  /// Seconds since 1970.
  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
