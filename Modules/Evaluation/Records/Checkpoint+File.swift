import Algorithms
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
  public func write(to path: String) throws(CheckpointError) {
    let path = Self.file(at: path)
    do {
      try Safetensors(tensors: snapshot.tensors, metadata: metadata).write(to: path)
    } catch {
      throw .file(path: path, error)
    }
  }

  /// Reads a checkpoint from a file, or from the folder that contains it.
  ///
  /// The names and shapes of the tensors are checked later, in ``state(for:)``.
  /// - Throws: ``CheckpointError`` for a file that is missing, malformed or not a checkpoint.
  public init(contentsOf path: String) throws(CheckpointError) {
    let path = Self.file(at: path)
    let file: Safetensors
    do {
      file = try Safetensors(contentsOf: path)
    } catch {
      throw .file(path: path, error)
    }
    let version = try Self.text("formatVersion", file, path)
    guard version == "\(Self.formatVersion)" else { throw .formatVersion(path: path, expected: Self.formatVersion, found: version) }
    algorithm = try Self.text("algorithm", file, path)
    task = try Self.text("task", file, path)
    model = try Self.text("model", file, path)
    seed = try Self.number("seed", file, path, atLeast: 0)
    iterations = try Self.number("iterations", file, path, atLeast: 1)
    splitFingerprint = try Self.text("splitFingerprint", file, path)
    dataDigest = file.metadata["dataDigest"]
    let configuration = try Self.text("configuration", file, path)
    guard let settings = try? JSONDecoder().decode([String: String].self, from: Data(configuration.utf8)) else {
      throw .metadata(path: path, key: "configuration", found: configuration)
    }
    self.settings = settings.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    for (name, tensor) in file.tensors.sorted(by: { $0.key < $1.key }) {
      guard ["learned.", "carried.", "outer."].contains(where: name.hasPrefix) else { throw .unexpectedTensor(name: name) }
      guard tensor.dtype == .float32 else { throw .type(name: name, found: tensor.dtype) }
    }
    snapshot = TrainingSnapshot(iteration: try Self.number("iteration", file, path, atLeast: 0), tensors: file.tensors)
  }

  private var metadata: [String: String] {
    let configuration = JSON.object(settings.map { JSON.Member($0.key, .string($0.value)) })
    var metadata = [
      "formatVersion": "\(Self.formatVersion)", "algorithm": algorithm, "task": task, "model": model, "seed": "\(seed)",
      "iteration": "\(snapshot.iteration)", "iterations": "\(iterations)", "splitFingerprint": splitFingerprint,
      "configuration": configuration.line,
    ]
    metadata["dataDigest"] = dataDigest
    return metadata
  }

  private static func file(at path: String) -> String { isFolder(path) ? "\(path)/\(fileName)" : path }

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
