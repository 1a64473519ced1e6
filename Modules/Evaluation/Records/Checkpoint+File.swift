import Algorithms
import Tasks
import TensorCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Checkpoint {
  /// Writes the checkpoint atomically to a file, or into a folder under its usual name.
  ///
  /// - Throws: ``CheckpointError/file(path:_:)``
  public func write(to path: String) throws(CheckpointError) { try write(to: path, keepingOldAs: nil) }

  /// Writes the checkpoint as ``write(to:)`` does, and keeps the existing file under another name.
  func write(to path: String, keepingOldAs previous: String?) throws(CheckpointError) {
    let path = Self.file(at: path)
    var metadata = metadata
    metadata[Self.digestKey] = Self.digest(of: tensors, metadata)
    do {
      try Safetensors(tensors: tensors, metadata: metadata).write(to: path, keepingOldAs: previous)
    } catch {
      throw .file(path: path, error)
    }
  }

  /// Reads a checkpoint from a file, or from the folder that contains it.
  ///
  /// The names and shapes of the tensors are checked later, in ``state(for:)``. A file of an earlier version has no digest.
  /// - Throws: ``CheckpointError`` for a file that is missing, malformed or not a checkpoint;
  ///   ``CheckpointError/damagedLatest(_:previous:iteration:)`` if the folder has an earlier checkpoint that is whole.
  public init(contentsOf path: String) throws(CheckpointError) {
    let path = Self.file(at: path)
    do {
      try self.init(file: path)
    } catch {
      throw Self.withPrevious(error, of: path)
    }
  }

  /// Reads a checkpoint's file, without regard to others.
  init(file path: String) throws(CheckpointError) {
    let file: Safetensors
    do {
      file = try Safetensors(contentsOf: path)
    } catch {
      throw .file(path: path, error)
    }
    try self.init(file, path: path)
  }

  /// Reads a checkpoint from the bytes of its file.
  ///
  /// - Parameters:
  ///   - bytes: The content of the file.
  ///   - name: What messages call the file.
  /// - Throws: ``CheckpointError`` for bytes that are malformed or not a checkpoint.
  public init(decoding bytes: [UInt8], name: String = "the checkpoint") throws(CheckpointError) {
    let file: Safetensors
    do {
      file = try Safetensors(decoding: bytes)
    } catch {
      throw .file(path: name, error)
    }
    try self.init(file, path: name)
  }

  private init(_ file: Safetensors, path: String) throws(CheckpointError) {
    let versionText = try Self.text("formatVersion", file, path)
    guard let version = Self.readableVersions.first(where: { "\($0)" == versionText }) else {
      throw .formatVersion(path: path, expected: Self.readableVersions, found: versionText)
    }
    self.version = version
    algorithm = try Self.text("algorithm", file, path)
    task = try Self.text("task", file, path)
    model = try Self.text("model", file, path)
    seed = try Self.number("seed", file, path, atLeast: 0)
    iterations = try Self.number("iterations", file, path, atLeast: 1)
    splitFingerprint = try Self.text("splitFingerprint", file, path)
    dataDigest = file.metadata["dataDigest"]
    taskStatistics = file.metadata["taskStatistics"]
    outline = try Self.outline(file, path)
    initialisation = file.metadata["initialisation"]
    let configuration = try Self.text("configuration", file, path)
    guard let settings = try? JSONDecoder().decode([String: String].self, from: Data(configuration.utf8)) else {
      throw .metadata(path: path, key: "configuration", found: configuration)
    }
    self.settings = settings.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    (tensors, ignored) = try Self.tensors(file, path)
    iteration = try Self.number("iteration", file, path, atLeast: 0)
    guard iteration <= iterations else { throw .iteration(path: path, found: iteration, iterations: iterations) }
    if let digest = file.metadata[Self.digestKey], digest != Self.digest(of: tensors, file.metadata) { throw .digest(path: path) }
  }

  /// The outline of the tasks; nil if the file has none of its keys.
  private static func outline(_ file: Safetensors, _ path: String) throws(CheckpointError) -> TaskOutline? {
    guard file.metadata["inputShape"] != nil else { return nil }
    let inputShape = try text("inputShape", file, path)
    let outputs = try number("outputs", file, path, atLeast: 1)
    guard let outline = TaskOutline(inputShape: inputShape, outputs: "\(outputs)", taskLoss: try text("taskLoss", file, path)) else {
      throw .metadata(path: path, key: "inputShape", found: inputShape)
    }
    return outline
  }

  /// The tensors of the state in float32, and notes about others, which are of types that no checkpoint has.
  private static func tensors(
    _ file: Safetensors, _ path: String
  ) throws(CheckpointError) -> (tensors: [String: Tensor], ignored: [IgnoredTensor]) {
    func isState(_ name: String) -> Bool { ["learned.", "carried.", "outer."].contains(where: name.hasPrefix) }
    var tensors = file.tensors
    var ignored: [IgnoredTensor] = []
    for (name, other) in file.foreign.sorted(by: { $0.key < $1.key }) {
      guard isState(name) else {
        ignored.append(IgnoredTensor(path: path, name: name, type: other.type))
        continue
      }
      guard let tensor = other.converted(), tensor.dtype == .float32 else {
        throw .file(path: path, .unsupportedType(tensor: name, type: other.type))
      }
      tensors[name] = tensor
    }
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      guard isState(name) else { throw .unexpectedTensor(name: name) }
      guard tensor.dtype == .float32 else { throw .type(name: name, found: tensor.dtype) }
    }
    return (tensors, ignored)
  }

  private static let digestKey = "digest"

  /// The SHA-256 of the metadata without the digest, and of the tensors: names, shapes and bytes.
  private static func digest(of tensors: [String: Tensor], _ metadata: [String: String]) -> String {
    var hash = SHA256()
    for (key, text) in metadata.sorted(by: { $0.key < $1.key }) where key != digestKey {
      hash.update(field: key)
      hash.update(field: text)
    }
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      hash.update(field: name)
      hash.update(UInt64(tensor.shape.rank))
      for extent in tensor.shape.dimensions { hash.update(UInt64(extent)) }
      tensor.contiguous.withUnsafeBytes { hash.update($0) }
    }
    return hexadecimal(hash.finish())
  }

  private var metadata: [String: String] {
    let configuration = JSON.object(settings.map { JSON.Member($0.key, .string($0.value)) })
    var metadata = [
      "formatVersion": "\(version)", "algorithm": algorithm, "task": task, "model": model, "seed": "\(seed)",
      "iteration": "\(iteration)", "iterations": "\(iterations)", "splitFingerprint": splitFingerprint,
      "configuration": configuration.line,
    ]
    metadata["dataDigest"] = dataDigest
    metadata["taskStatistics"] = taskStatistics
    metadata["initialisation"] = initialisation
    if let outline {
      metadata["inputShape"] = outline.inputShapeText
      metadata["outputs"] = "\(outline.outputs)"
      metadata["taskLoss"] = outline.taskLoss
    }
    return metadata
  }

  /// Whether the path names a checkpoint: a folder, or a file with a format version; also true for a file that cannot be read.
  public static func isCheckpoint(_ path: String) -> Bool {
    isFolder(path) || (try? Safetensors(contentsOf: path)).map(isCheckpoint) ?? true
  }

  /// Whether a file is a checkpoint, possibly of an unknown version.
  static func isCheckpoint(_ file: Safetensors) -> Bool { file.metadata["formatVersion"] != nil }

  /// The path of a checkpoint's file, given it or its folder.
  static func file(at path: String) -> String { isFolder(path) ? "\(path)/\(fileName)" : path }

  private static func text(_ key: String, _ file: Safetensors, _ path: String) throws(CheckpointError) -> String {
    guard let text = file.metadata[key] else { throw .missingMetadata(path: path, key: key) }
    return text
  }

  private static func number<Number: FixedWidthInteger>(
    _ key: String, _ file: Safetensors, _ path: String, atLeast least: Number
  ) throws(CheckpointError) -> Number {
    let text = try text(key, file, path)
    guard let number = Number(text), number >= least else { throw .metadata(path: path, key: key, found: text) }
    return number
  }
}
