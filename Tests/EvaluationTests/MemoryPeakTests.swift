import Algorithms
import Evaluation
import Registry
import TensorCore
import Testing

/// The memory estimate against the allocator's high-water mark; each case runs in its own process, where nothing else allocates.
@Suite struct MemoryPeakTests {
  struct Setting: Codable, Sendable, CustomTestStringConvertible {
    let algorithm: String
    let task: String
    let settings: [String: String]

    var testDescription: String { "\(algorithm) on \(task), \(settings.sorted { $0.key < $1.key })" }

    var request: ExperimentRequest {
      var request = ExperimentRequest(algorithm: algorithm, task: task)
      request.settings = settings.map { ($0.key, $0.value) }
      request.settings += [("test.episodes", "12"), ("test.shardSize", "5"), ("training.shardSize", "5"), ("training.metaBatch", "12")]
      request.iterations = 2
      request.threads = 2
      return request
    }
  }

  private static func onSinusoids(_ algorithm: String, _ settings: [String: String] = [:]) -> Setting {
    let size = ["model.hidden": "64,64", "task.shots": "40", "task.queries": "40"]
    return Setting(algorithm: algorithm, task: "sinusoid", settings: size.merging(settings) { $1 })
  }

  private static func onGlyphs(_ algorithm: String, _ settings: [String: String] = [:]) -> Setting {
    let size = ["model.hidden": "8", "model.blocks": "2", "task.ways": "3", "task.queries": "4", "test.steps": "3"]
    return Setting(algorithm: algorithm, task: "glyphs", settings: size.merging(settings) { $1 })
  }

  static let settings = [
    onSinusoids("maml"), onSinusoids("maml", ["inner.steps": "5"]), onSinusoids("maml", ["outer.optimizer": "momentum"]),
    onSinusoids("fomaml", ["inner.steps": "5"]), onSinusoids("meta-sgd"), onSinusoids("meta-sgd", ["inner.steps": "3"]),
    onSinusoids("reptile"), onSinusoids("joint"), onSinusoids("maml", ["inner.optimizer": "adam", "inner.steps": "3"]),
    onSinusoids("maml", ["inner.optimizer": "momentum", "inner.steps": "3"]),
    onSinusoids("maml", ["inner.optimizer": "rmsprop", "inner.steps": "3"]),
    onSinusoids("maml", ["inner.optimizer": "adagrad", "inner.steps": "3"]),
    onSinusoids("fomaml", ["inner.optimizer": "adam", "inner.steps": "3"]), onGlyphs("maml"),
    onGlyphs("maml", ["inner.steps": "3", "training.normalisation": "support"]), onGlyphs("reptile"),
    onGlyphs("maml", ["test.modes": "transductive"]), onGlyphs("maml", ["test.modes": "support"]),
    onGlyphs("fomaml", ["model.hidden": "24", "model.blocks": "4", "task.ways": "5", "inner.steps": "3"]),
    onGlyphs("maml", ["model.downsample": "stride", "model.blocks": "4", "task.shots": "5"]),
  ]

  /// The largest accepted ratio of estimate to peak; larger estimates would refuse runs that fit into memory.
  fileprivate static let most = 8

  @Test(arguments: settings) func `training fits into its estimate`(setting: Setting) async {
    await #expect(processExitsWith: .success) { [setting] in
      let experiment = try Experiment(setting.request)
      TensorMemory.resetPeak()
      var trainer = try experiment.trainer()
      for _ in 0..<2 { _ = try trainer.step() }
      let (peak, estimate) = (TensorMemory.peakBytes, experiment.memoryEstimate)
      let bytes = estimate.parameterBytes + estimate.trainingBytes
      #expect(bytes >= peak && bytes <= MemoryPeakTests.most * peak, "\(setting.testDescription): \(Double(bytes) / Double(peak))")
    }
  }

  @Test(arguments: settings) func `test fits into its estimate`(setting: Setting) async {
    await #expect(processExitsWith: .success) { [setting] in
      let experiment = try Experiment(setting.request)
      var trainer = try experiment.trainer()
      // Every thread meets every shape at least twice, and records it.
      for _ in 0..<8 { _ = try trainer.step() }
      let trained = TensorMemory.liveBytes
      trainer.releaseWorkingMemory()
      #expect(TensorMemory.liveBytes < trained || !experiment.algorithm.isRecordable)
      TensorMemory.resetPeak()
      _ = try experiment.metaTest(trainer.state, threads: 2)
      let (peak, estimate) = (TensorMemory.peakBytes, experiment.memoryEstimate)
      let bytes = estimate.parameterBytes + estimate.testBytes
      #expect(bytes >= peak && bytes <= MemoryPeakTests.most * peak, "\(setting.testDescription): \(Double(bytes) / Double(peak))")
    }
  }
}
