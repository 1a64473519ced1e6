import Registry
public import TensorCore

/// An error of reading, writing or using a checkpoint.
public indirect enum CheckpointError: Error, Hashable, CustomStringConvertible {
  /// The file cannot be read or written, or is not a well-formed safetensors file.
  case file(path: String, SafetensorsError)
  /// A required metadata key is missing.
  case missingMetadata(path: String, key: String)
  /// A metadata value is not valid for its key.
  case metadata(path: String, key: String, found: String)
  /// More iterations are done than the whole run has.
  case iteration(path: String, found: Int, iterations: Int)
  /// The content has another digest than when it was written.
  case digest(path: String)
  /// The latest checkpoint of a run is damaged or missing, and the one before it, of the given iteration, is whole.
  case damagedLatest(CheckpointError, previous: String, iteration: Int)
  /// Both checkpoints of a run are damaged.
  case damaged(latest: CheckpointError, previous: CheckpointError)
  /// The file has another format version.
  case formatVersion(path: String, expected: ClosedRange<Int>, found: String)
  /// A tensor that the algorithm and model need is missing.
  case missingTensor(name: String)
  /// A tensor is unknown to the algorithm and model.
  case unexpectedTensor(name: String)
  /// A tensor has another shape than the algorithm and model expect.
  case shape(name: String, expected: Shape, found: Shape)
  /// The task's images have another shape than those of the run; the settings give the run's.
  case otherImages(task: String, found: Shape, expected: Shape, settings: [String])
  /// The task has another number of ways than the run, whose model has an output for each of its own.
  case otherWays(task: String, found: Int, expected: Int)
  /// A tensor is not float32.
  case type(name: String, found: DType)
  /// A tensor contains a number that is not finite.
  case notFinite(name: String)
  /// The assignment of classes to splits differs from the run's.
  case otherSplits(found: String, expected: String)
  /// The task's data differ from the run's; nil for synthetic tasks.
  case otherData(found: String?, expected: String?)
  /// The run began with other initial parameters; nil for random ones.
  case otherInitialisation(found: String?, expected: String?)

  public var description: String {
    switch self {
    case .file(_, .file(let error)): "the checkpoint cannot be used: \(error)"
    case .file(let path, let error): "\(legible(path, limit: nil)) is not a valid checkpoint: \(error)"
    case .missingMetadata(let path, let key):
      "\(legible(path, limit: nil)) is not a checkpoint: its metadata have no '\(key)'; name a checkpoint.safetensors that `run` wrote, or its folder."
    case .metadata(let path, let key, let found):
      "\(legible(path, limit: nil)) is not a valid checkpoint: its \(key) is '\(legible(found))'."
    case .iteration(let path, let found, let iterations):
      "\(legible(path, limit: nil)) is not a valid checkpoint: its iteration is \(found), expected 0 to \(iterations), its iterations."
    case .digest(let path):
      "\(legible(path, limit: nil)) is damaged: its content differs from what was written; use another copy, or repeat the run."
    case .damagedLatest(let error, let previous, let iteration):
      "\(error.withoutStop); try the checkpoint before it, \(legible(previous, limit: nil)), which is of iteration \(iteration)."
    case .damaged(let latest, let previous):
      "both checkpoints are damaged: \(latest.withoutStop), and \(previous.withoutStop); restore one of them, or start again with --overwrite."
    case .formatVersion(let path, let expected, let found):
      "\(legible(path, limit: nil)) has format version '\(legible(found))', this program reads \(expected.map(String.init).joined(separator: " and ")); use the program that wrote it."
    case .missingTensor(let name):
      "the checkpoint has no tensor '\(legible(name))'; it belongs to another algorithm, model or outer optimizer."
    case .unexpectedTensor(let name):
      "the checkpoint has a tensor '\(legible(name))' that is not expected; it belongs to another algorithm, model or outer optimizer."
    case .shape(let name, let expected, let found):
      "tensor '\(legible(name))' of the checkpoint has shape \(found), expected \(expected); the checkpoint is of another model or task."
    case .otherImages(let task, let found, let expected, let settings):
      "the run was trained on images of shape \(expected), \(task) has images of \(found); "
        + (settings.isEmpty ? "choose a task with images of that shape." : "give \(settings.map { "--set \($0)" }.joined(separator: " ")).")
    case .otherWays(let task, let found, let expected):
      "the run was trained with \(expected) ways, and its model has as many outputs; \(task) is asked for \(found), so give --ways \(expected)."
    case .type(let name, let found): "tensor '\(legible(name))' of the checkpoint is \(found.rawValue), expected float32."
    case .notFinite(let name): "tensor '\(legible(name))' of the checkpoint holds a number that is not finite; the run had diverged."
    case .otherSplits(let found, let expected):
      "the run's tasks have the split fingerprint \(legible(expected)), these have \(legible(found)); name the data and the task settings of the run."
    case .otherInitialisation(let found, let expected):
      "the run's given initial parameters have the digest \(legible(expected ?? "of none")), these have \(legible(found ?? "that of none")); name the run's file by --init."
    case .otherData(let found, let expected):
      "the run's data have the digest \(legible(expected ?? "of no data")), these have \(legible(found ?? "that of no data")); name the run's data by --data."
    }
  }

  /// The message as a part of a longer one.
  private var withoutStop: String { description.hasSuffix(".") ? String(description.dropLast()) : description }
}
