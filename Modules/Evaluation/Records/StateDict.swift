import Algorithms
import Registry
public import Models
import Tasks
public import TensorCore

/// A model's parameters as PyTorch names and lays them out: a safetensors file that `load_state_dict` takes.
public struct StateDict: Sendable {
  /// The path of the file.
  public let path: String
  private let file: Safetensors

  /// Reads a file; its tensors are checked later, against a model.
  ///
  /// - Throws: ``StateDictError/file(path:_:)``, or ``StateDictError/checkpoint(path:)`` for a checkpoint.
  public init(contentsOf path: String) throws(StateDictError) {
    self.path = path
    do {
      file = try Safetensors(contentsOf: path)
    } catch {
      throw .file(path: path, error)
    }
    if Checkpoint.isCheckpoint(file) { throw .checkpoint(path: path) }
  }

  /// The named parameters of a model in float32, in the layouts in memory.
  ///
  /// - Parameters:
  ///   - names: The parameters that are needed.
  ///   - model: The model that declares them.
  /// - Returns: The parameters, in the order of the names.
  /// - Throws: ``StateDictError/parameters(path:model:_:)`` with all parameters that are missing, misshapen, of an unsuitable type or
  ///   not finite.
  public func parameters(_ names: [String], of model: any Model) throws(StateDictError) -> ParameterTree<Tensor> {
    let declarations = Dictionary(model.parameters.map { ($0.name, $0) }) { first, _ in first }
    var entries: [(String, Tensor)] = []
    var faults: [StateDictError.Fault] = []
    for name in names {
      guard let declaration = declarations[name] else { fatalError("the model declares no parameter '\(name)'") }
      let expected = declaration.layout.fileShape(declaration.shape)
      guard let (shape, type) = outline(name) else {
        faults.append(.missing(name: name, expected: expected))
        continue
      }
      guard shape == expected else {
        faults.append(.shape(name: name, expected: expected, found: shape))
        continue
      }
      guard let stored = file.tensors[name] ?? file.foreign[name]?.converted(), stored.dtype.isFloating else {
        faults.append(.type(name: name, found: type))
        continue
      }
      // A float64 number may be too large for float32.
      let tensor = stored.converted(to: .float32)
      guard tensor.isFinite else {
        faults.append(.notFinite(name: name))
        continue
      }
      entries.append((name, declaration.layout.imported(tensor, rank: declaration.shape.rank).contiguous))
    }
    guard faults.isEmpty else { throw .parameters(path: path, model: type(of: model).card.id, faults) }
    return ParameterTree(entries)
  }

  /// The tensors of the file other than the named ones, sorted by name.
  public func ignored(needing names: [String]) -> [IgnoredTensor] {
    let others = Set(file.tensors.keys).union(file.foreign.keys).subtracting(names)
    return others.sorted().compactMap { name in outline(name).map { IgnoredTensor(path: path, name: name, type: $0.type) } }
  }

  private func outline(_ name: String) -> (shape: Shape, type: String)? {
    file.tensors[name].map { ($0.shape, $0.dtype.safetensorsName) } ?? file.foreign[name].map { ($0.shape, $0.type) }
  }
}

extension StateDict {
  /// The content of a state dict's file for the initialisation of a run.
  ///
  /// The tensors are "<parameter>" in PyTorch's layouts. The metadata are "format", which is "pt" as in files that PyTorch's users
  /// write, "model", and the model's settings; equal parameters of equal models give equal bytes.
  /// - Parameters:
  ///   - checkpoint: The checkpoint of the run.
  ///   - experiment: Recreates the experiment of the run; called only for a checkpoint of format version 1, whose layouts depend on it.
  /// - Returns: The content of the file.
  /// - Throws: ``StateDictError/noInitialisation(algorithm:)``, and errors of the experiment and of the checkpoint's tensors.
  public static func exported(from checkpoint: Checkpoint, experiment: () throws -> Experiment) throws -> Safetensors {
    var checkpoint = checkpoint
    if checkpoint.version < Checkpoint.formatVersion {
      let experiment = try experiment()
      checkpoint = Checkpoint(experiment: experiment, snapshot: try checkpoint.trainer(for: experiment).snapshot)
    }
    // An initialisation that is not learned is carried.
    let found = ["learned.initial.", "carried.initial."].lazy.map { prefix in
      checkpoint.tensors.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
    }.first { !$0.isEmpty }
    guard var found else { throw StateDictError.noInitialisation(algorithm: checkpoint.algorithm) }
    if try AlgorithmRegistry.type(of: checkpoint.algorithm).isModulated { found = try Adaptor(checkpoint).initialisation }
    let settings = checkpoint.settings.filter { $0.key.hasPrefix("model.") }
    return Safetensors(
      tensors: Dictionary(uniqueKeysWithValues: found),
      metadata: Dictionary(settings + [("format", "pt"), ("model", checkpoint.model)]) { $1 })
  }

  /// Writes a state dict's file atomically.
  ///
  /// - Parameters:
  ///   - file: The content.
  ///   - path: The file to write.
  ///   - overwrite: Whether to replace a file; if false, its presence is an error.
  ///   - input: The checkpoint, a file or its folder, that the content is of and that must not be replaced.
  /// - Throws: ``StateDictError``
  public static func write(
    _ file: Safetensors, to path: String, overwrite: Bool = false, input: String? = nil
  ) throws(StateDictError) {
    if let input, isSameFile(path, Checkpoint.file(at: input)) { throw .isInput(path: path) }
    if exists(path), !overwrite { throw .exists(path: path) }
    do {
      try file.write(to: path)
    } catch {
      throw .unwritable(path: path, error)
    }
  }
}

extension Algorithm {
  /// True if the algorithm's parameters are not those of the model alone.
  fileprivate static var isModulated: Bool { (Self() as? any DifferentiatingAlgorithm)?.modulation != nil }
}
