import Algorithms
import Evaluation
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A run that cannot be resumed as asked.
enum ResumptionError: Error, Hashable, CustomStringConvertible {
  /// The command line asks for something else than the run that was begun.
  case differs(path: String, key: String, kept: String, asked: String)
  /// A file of the run cannot be moved; `code` is the system's errno.
  case cannotMove(path: String, code: Int32)

  var description: String {
    switch self {
    case .differs(let path, let key, let kept, let asked):
      "\(path) holds a run with \(key) = \(kept), this command asks for \(asked); resume with the flags that the run was begun with."
    case .cannotMove(let path, let code): "\(path) cannot be moved: \(String(cString: strerror(code))); check the folder's permissions."
    }
  }
}

/// A run that goes on where its checkpoint was written.
struct Resumption {
  let checkpoint: Checkpoint
  let folder: RunFolder

  /// Opens the folder of a run that was stopped.
  ///
  /// Lines of metrics.jsonl behind the checkpoint are dropped: their iterations are done again.
  /// - Throws: ``ResumptionError`` where the experiment is another one, and what reading and writing throws.
  init(of experiment: Experiment, in path: String) throws {
    checkpoint = try Checkpoint(contentsOf: path)
    try Self.compare(checkpoint, with: experiment, path)
    let iteration = checkpoint.snapshot.iteration
    let metrics = "\(path)/metrics.jsonl"
    let kept = access(metrics, F_OK) == 0 ? Self.lines(try AtomicFile.read(metrics), through: iteration) : []
    // The folder is made anew around the checkpoint, which at every moment is there under one of two names.
    let (file, aside) = ("\(path)/\(Checkpoint.fileName)", "\(path)/resuming.safetensors")
    guard rename(file, aside) == 0 else { throw ResumptionError.cannotMove(path: file, code: errno) }
    do {
      folder = try RunFolder(path, overwrite: true)
      try AtomicFile.write(kept, to: metrics)
    } catch {
      _ = rename(aside, file)
      throw error
    }
    guard rename(aside, file) == 0 else { throw ResumptionError.cannotMove(path: aside, code: errno) }
  }

  /// Refuses to go on with other settings than the run was begun with.
  private static func compare(_ checkpoint: Checkpoint, with experiment: Experiment, _ path: String) throws(ResumptionError) {
    let asked = Checkpoint(experiment: experiment, snapshot: checkpoint.snapshot)
    func facts(_ checkpoint: Checkpoint) -> [(key: String, value: String)] {
      [
        ("algorithm", checkpoint.algorithm), ("task", checkpoint.task), ("model", checkpoint.model), ("seed", "\(checkpoint.seed)"),
        ("iterations", "\(checkpoint.iterations)"),
      ] + checkpoint.settings
    }
    for (kept, new) in zip(facts(checkpoint), facts(asked)) where kept != new {
      let isSame = kept.key == new.key
      throw .differs(
        path: path, key: kept.key, kept: kept.value, asked: isSame ? new.value : "\(new.key) = \(new.value)")
    }
  }

  /// The whole lines of a log whose iteration is not beyond the given one.
  private static func lines(_ bytes: [UInt8], through iteration: Int) -> [UInt8] {
    let head = Array("{\"iteration\":".utf8)
    return Array(
      bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).filter { line in
        guard line.starts(with: head), line.last == UInt8(ascii: "}") else { return false }
        let digits = line.dropFirst(head.count).prefix { (48...57).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self)).map { $0 <= iteration } ?? false
      }.map { $0 + [UInt8(ascii: "\n")] }.joined())
  }
}
