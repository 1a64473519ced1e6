import Algorithms
import Autograd
import Evaluation
import Foundation
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

/// A Python program that can import a package.
private struct Python {
  private static let environment = ProcessInfo.processInfo.environment
  /// The command to start it.
  let command: [String]

  static let numpy = find("numpy")
  static let torch = environment["TEST_PYTORCH"] == nil ? nil : find("torch, numpy")

  /// The first Python that has the packages: the path's, or the system's.
  private static func find(_ packages: String) -> Python? {
    [["/usr/bin/env", "python3"], ["/usr/bin/python3"]].lazy.map(Python.init).first {
      (try? $0.run(["-c", "import \(packages)"]))?.status == 0
    }
  }

  func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = command.dropFirst() + arguments
    process.environment = Self.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}

/// The files of `Tools/Examples/pytorch` give the same logits as the models, with numpy and with PyTorch.
@Suite struct PyTorchTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    let model, task: String
    let settings: [(String, String)]
    /// Whether the tasks are ``FakeSignals``, which are not registered.
    var isSignal: Bool { task == FakeSignals.card.id }

    var testDescription: String { "\(model) on \(task) \(settings.map { "\($0.0)=\($0.1)" }.joined(separator: " "))" }
  }

  private static let convolution = [("model.hidden", "8"), ("task.ways", "3")]

  static let settings: [Setting] = [
    Setting(model: "conv", task: "glyphs", settings: convolution),
    Setting(model: "conv", task: "glyphs", settings: convolution + [("model.head", "flatten"), ("model.blocks", "2")]),
    Setting(
      model: "conv", task: "glyphs",
      settings: convolution + [("model.downsample", "maxpool"), ("model.head", "flatten"), ("model.blocks", "3")]),
    Setting(model: "conv", task: "glyphs", settings: convolution + [("model.downsample", "maxpool"), ("model.activation", "tanh")]),
    Setting(model: "conv", task: "glyphs", settings: convolution + [("model.padding", "valid"), ("model.blocks", "3")]),
    Setting(
      model: "conv", task: "glyphs",
      settings: convolution
        + [("model.padding", "valid"), ("model.downsample", "maxpool"), ("model.head", "flatten"), ("model.blocks", "2")]),
    Setting(model: "mlp", task: "glyphs", settings: [("model.hidden", "8,8"), ("task.ways", "3")]),
    Setting(model: "mlp", task: "sinusoid", settings: [("model.hidden", "8,8"), ("model.activation", "tanh")]),
    Setting(model: "logistic", task: "linear-classification", settings: []),
    signals(("model.head", "mean"), ("model.kernel", "5")), signals(("model.head", "flatten"), ("model.kernel", "3")),
    signals(("model.activation", "tanh"), ("model.blocks", "3"), ("model.kernel", "7")),
  ]

  private static func signals(_ settings: (String, String)...) -> Setting {
    Setting(model: "conv1d", task: FakeSignals.card.id, settings: [("model.hidden", "6"), ("model.blocks", "2")] + settings)
  }

  @Test(.enabled(if: Python.numpy != nil, "python3 cannot import numpy"), arguments: settings)
  func `numpy gives the same logits`(setting: Setting) throws {
    try check(setting, #require(Python.numpy), "network_numpy.py")
  }

  @Test(
    .enabled(if: Python.torch != nil, "Tools/test --pytorch runs it where python3 can import torch and numpy"), arguments: settings)
  func `PyTorch loads the file strictly, and gives the same logits`(setting: Setting) throws {
    try check(setting, #require(Python.torch), "network.py")
  }

  /// Exports a trained run, compares the logits, and takes the copy that the program wrote back into a checkpoint.
  private func check(_ setting: Setting, _ python: Python, _ program: String) throws {
    try withTemporaryFolder { folder in
      let (experiment, trainer) = try trained(setting)
      let exported = try self.exported(experiment, trainer.snapshot, folder)
      let state = "\(folder)/model.safetensors"
      try exported.write(to: state)
      let copy = "\(folder)/copy.safetensors"
      let outcome = try run(python, program, [state, writeCase(experiment, trainer.state, folder), copy])
      #expect(outcome.status == 0, "\(outcome.output)")

      let names = trainer.state.initial.names
      let taken = try StateDict(contentsOf: copy).parameters(names, of: experiment.learner.model)
      for (name, tensor) in trainer.state.initial.entries { #expect(try bits(#require(taken.leaf(name))) == bits(tensor), "\(name)") }

      if setting.isSignal { return }
      var request = request(setting, "scratch")
      request.initialisation = try StateDict(contentsOf: copy)
      let again = try Experiment(request)
      let restored = try again.trainer()
      for (name, tensor) in restored.state.initial.entries { #expect(bits(tensor) == bits(try #require(taken.leaf(name))), "\(name)") }
      #expect(try self.exported(again, restored.snapshot, folder).encoded() == exported.encoded())
    }
  }

  @Test(.enabled(if: Python.numpy != nil, "python3 cannot import numpy"))
  func `a square layer that is transposed is noticed`() throws {
    try withTemporaryFolder { folder in
      let (experiment, trainer) = try trained(Self.settings[0])
      var exported = try exported(experiment, trainer.snapshot, folder)
      let name = "features.1.conv.weight"
      exported.tensors[name] = exported.tensors[name]?.transposed([1, 0, 2, 3]).contiguous
      try exported.write(to: "\(folder)/model.safetensors")
      let arguments = ["\(folder)/model.safetensors", try writeCase(experiment, trainer.state, folder)]
      let outcome = try run(#require(Python.numpy), "network_numpy.py", arguments)
      #expect(outcome.status == 1)
      #expect(outcome.output.hasPrefix("largest difference of the logits: "), "\(outcome.output)")
    }
  }

  private func run(_ python: Python, _ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try python.run([root.appendingPathComponent("Tools/Examples/pytorch/\(program)").path] + arguments)
  }

  private func request(_ setting: Setting, _ algorithm: String) -> ExperimentRequest {
    var request = ExperimentRequest(algorithm: algorithm, task: setting.task)
    request.model = setting.model
    let small = [("training.metaBatch", "2"), ("training.shardSize", "1"), ("test.episodes", "2"), ("outer.learningRate", "0.05")]
    request.settings = (small + setting.settings).map { (key: $0.0, value: $0.1) }
    request.iterations = 2
    return request
  }

  private func trained(_ setting: Setting) throws -> (Experiment, MetaTrainer) {
    let experiment = setting.isSignal ? try signalExperiment(setting) : try Experiment(request(setting, "maml"))
    var trainer = try experiment.trainer()
    for _ in 0..<2 { _ = try trainer.step() }
    return (experiment, trainer)
  }

  private func signalExperiment(_ setting: Setting) throws -> Experiment {
    let tasks = FakeSignals()
    var model = SignalConvNet()
    for (key, value) in setting.settings {
      try SignalConvNet.hyperparameters.set(String(key.dropFirst("model.".count)), to: value, in: &model)
    }
    try model.configure(inputShape: tasks.signature.inputShape, outputs: tasks.signature.outputs)
    var training = TrainingConfiguration()
    (training.metaBatchSize, training.shardSize, training.iterations) = (2, 1, 2)
    training.outer.learningRate = 0.05
    return try Experiment(
      algorithm: MAML(), learner: Learner(model: model, taskLoss: .crossEntropy), tasks: tasks, training: training)
  }

  /// The state dict of a checkpoint that was written and read.
  private func exported(_ experiment: Experiment, _ snapshot: TrainingSnapshot, _ folder: String) throws -> Safetensors {
    try Checkpoint(experiment: experiment, snapshot: snapshot).write(to: folder)
    return try StateDict.exported(from: Checkpoint(contentsOf: folder)) { fatalError("a new checkpoint needs no experiment") }
  }

  /// Writes random inputs, as PyTorch has them, with the model's logits.
  private func writeCase(_ experiment: Experiment, _ state: MetaState, _ folder: String) throws -> String {
    let shape = experiment.tasks.signature.inputShape
    let inputs = Initialiser.truncatedNormal(deviation: 1).tensor(
      Shape([1, 9] + shape.dimensions), from: RandomStream(seed: 3), dtype: .float32)
    let logits = experiment.learner.model(
      Variable(constant: inputs), state.initial.map { Variable(constant: $0.expanded(over: 1)) }, normalisation: .wholeBatch)
    // PyTorch has the channels before the positions.
    let orders = [3: [0, 3, 1, 2], 2: [0, 2, 1]]
    let images = orders[shape.rank].map { inputs[0].transposed($0).contiguous } ?? inputs[0]
    let path = "\(folder)/case.safetensors"
    try Safetensors(tensors: ["inputs": images, "logits": logits.value[0].contiguous]).write(to: path)
    return path
  }

  private func bits(_ tensor: Tensor) -> [UInt8] { tensor.contiguous.withUnsafeBytes { Array($0) } }
}
