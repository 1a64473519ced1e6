import TensorCore

extension Checkpoint {
  /// Reads the latest checkpoint of a run's folder, or the one before it if the latest is damaged or missing.
  ///
  /// - Parameter folder: The folder of the run.
  /// - Returns: The checkpoint; ``replaces`` says why it is not the latest. Nil if the folder has no checkpoint.
  /// - Throws: ``CheckpointError/damaged(latest:previous:)`` if neither can be used. A latest checkpoint that another program wrote, or
  ///   that the system refuses to read, is not passed over, and its error is thrown.
  public static func latest(in folder: String) throws(CheckpointError) -> Checkpoint? {
    let (path, previous) = ("\(folder)/\(fileName)", "\(folder)/\(previousFileName)")
    guard exists(path) || exists(previous) else { return nil }
    let fault: CheckpointError
    do {
      return try Checkpoint(file: path)
    } catch {
      fault = error
    }
    guard fault.isDamage, exists(previous) else { throw fault }
    do {
      var checkpoint = try Checkpoint(file: previous)
      checkpoint.replaces = fault
      return checkpoint
    } catch {
      throw .damaged(latest: fault, previous: error)
    }
  }

  /// A note for the user if this is not the latest checkpoint of its run; nil otherwise.
  public var replacementNote: String? {
    replaces.map { "\($0) The run goes on from the checkpoint before it, which is of iteration \(iteration)." }
  }

  /// The error of reading the latest checkpoint of a folder, with a whole checkpoint to try in its place.
  static func withPrevious(_ error: CheckpointError, of path: String) -> CheckpointError {
    guard error.isDamage, let folder = folder(ofLatest: path) else { return error }
    let previous = "\(folder)\(previousFileName)"
    guard exists(previous), let checkpoint = try? Checkpoint(file: previous) else { return error }
    return .damagedLatest(error, previous: previous, iteration: checkpoint.iteration)
  }

  /// The part of a path before the name of the latest checkpoint; nil for a path of another name.
  private static func folder(ofLatest path: String) -> Substring? {
    guard path == fileName || path.hasSuffix("/\(fileName)") else { return nil }
    return path.dropLast(fileName.count)
  }
}

extension CheckpointError {
  /// Whether the file is missing or its content is damaged, so that an earlier checkpoint may take its place.
  var isDamage: Bool {
    switch self {
    case .file(_, .file(.missing)): true
    case .file(_, .file): false
    case .file, .missingMetadata, .metadata, .iteration, .digest, .type, .unexpectedTensor: true
    default: false
    }
  }
}
