import Algorithms
import Evaluation
import TensorCore
import Testing
import _TestSupport

/// A checkpoint's tensors are in PyTorch's layouts, and those of format version 1 are read, too.
@Suite struct CheckpointLayoutTests {
  /// A run with a square convolution, and a linear layer on the pixels of an image.
  private func trained(_ algorithm: String, _ settings: [(String, String)] = []) throws -> (Experiment, MetaTrainer) {
    var request = ExperimentRequest(algorithm: algorithm, task: "glyphs")
    request.model = "conv"
    let small = [
      ("task.shots", "1"), ("task.queries", "1"), ("task.ways", "2"), ("model.hidden", "3"), ("model.blocks", "3"),
      ("model.head", "flatten"), ("training.metaBatch", algorithm == "reptile" ? "1" : "2"), ("training.shardSize", "1"),
      ("test.episodes", "2"), ("test.steps", "1"),
    ]
    request.settings = (small + settings).map { (key: $0.0, value: $0.1) }
    request.iterations = 3
    let experiment = try Experiment(request)
    var trainer = try experiment.trainer()
    _ = try trainer.step()
    return (experiment, trainer)
  }

  static let algorithms: [(String, [(String, String)])] = [
    ("maml", []), ("meta-sgd", []), ("scratch", []),
    ("meta-optimizer", [("inner.granularity", "parameter"), ("inner.perStep", "true"), ("inner.steps", "2"), ("inner.optimizer", "adam")]),
    ("lslr", [("inner.steps", "3")]),
    ("reptile", [("mode", "serial"), ("inner.carryMoments", "true"), ("inner.optimizer", "adam"), ("inner.steps", "2")]),
  ]

  @Test(arguments: algorithms) func `a resumed run continues bit for bit`(algorithm: String, settings: [(String, String)]) throws {
    var (experiment, trainer) = try trained(algorithm, settings)
    try withTemporaryFolder { folder in
      try Checkpoint(experiment: experiment, snapshot: trainer.snapshot).write(to: folder)
      let read = try Checkpoint(contentsOf: folder)
      #expect(read.version == 2)
      var resumed = try read.trainer(for: read.experiment())
      expectEqual(resumed.snapshot, trainer.snapshot)
      #expect(try resumed.step() == trainer.step())
      expectEqual(resumed.snapshot, trainer.snapshot)
    }
  }

  @Test(arguments: algorithms) func `a file of version 1 is read`(algorithm: String, settings: [(String, String)]) throws {
    let (experiment, trainer) = try trained(algorithm, settings)
    try withTemporaryFolder { folder in
      try writeOld(Checkpoint(experiment: experiment, snapshot: trainer.snapshot), trainer.snapshot, to: folder)
      let read = try Checkpoint(contentsOf: folder)
      #expect(read.version == 1)
      let again = try read.experiment()
      expectEqual(try read.trainer(for: again).snapshot, trainer.snapshot)
      #expect(try again.metaTest(read.state(for: again)) == experiment.metaTest(trainer.state))
      // A run that continues writes the new version.
      #expect(try Checkpoint(experiment: again, snapshot: read.trainer(for: again).snapshot).version == 2)
    }
  }

  /// Writes the file of format version 1: the layouts in memory, and no digest.
  private func writeOld(_ checkpoint: Checkpoint, _ snapshot: TrainingSnapshot, to folder: String) throws {
    let path = "\(folder)/\(Checkpoint.fileName)"
    try checkpoint.write(to: path)
    var file = try Safetensors(contentsOf: path)
    (file.metadata["formatVersion"], file.metadata["digest"]) = ("1", nil)
    file.tensors = snapshot.tensors
    try file.write(to: path)
  }

  @Test func `initial values, rates and moments are in PyTorch's layouts`() throws {
    let (experiment, trainer) = try trained("meta-sgd")
    let (memory, stored) = (trainer.snapshot.tensors, Checkpoint(experiment: experiment, snapshot: trainer.snapshot).tensors)
    #expect(memory.keys.sorted() == stored.keys.sorted())
    for prefix in ["learned.initial", "learned.inner.rates", "outer.first.initial", "outer.second.inner.rates"] {
      let name = "\(prefix).features.1.conv.weight"
      let (own, written) = (try #require(memory[name]), try #require(stored[name]))
      #expect(written.shape == [3, 3, 3, 3])
      for (row, column, input, output) in [(0, 1, 2, 0), (2, 0, 1, 2), (1, 2, 0, 1)] {
        #expect(written[output][input][row][column].scalar == own[row][column][input][output].scalar, "\(name)")
      }
      // 28 pixels, halved three times, are 4.
      let head = "\(prefix).classifier.weight"
      let (ownHead, writtenHead) = (try #require(memory[head]), try #require(stored[head]))
      #expect(writtenHead.shape == [2, 48])
      for (row, column, channel, output) in [(0, 1, 2, 0), (3, 0, 1, 1), (2, 3, 0, 1)] {
        #expect(
          writtenHead[output][(channel * 4 + row) * 4 + column].scalar == ownHead[(row * 4 + column) * 3 + channel][output].scalar,
          "\(head)")
      }
    }
  }

  @Test func `the axis of the steps stays in front, and single rates stay as they are`() throws {
    let (name, shape) = ("learned.inner.rates.features.1.conv.weight", [3, 3, 3, 3])
    let settings = [("inner.perStep", "true"), ("inner.steps", "2")]
    let (experiment, trainer) = try trained("meta-optimizer", settings + [("inner.granularity", "parameter")])
    let own = try #require(trainer.snapshot.tensors[name])
    let written = try #require(Checkpoint(experiment: experiment, snapshot: trainer.snapshot).tensors[name])
    #expect(written.shape == Shape([2] + shape))
    #expect(written[1][0][2][0][1].scalar == own[1][0][1][2][0].scalar)
    let (other, single) = try trained("meta-optimizer", settings + [("inner.granularity", "tensor")])
    #expect(Checkpoint(experiment: other, snapshot: single.snapshot).tensors[name]?.shape == [2])
  }

  /// Expects the same names, shapes and bits.
  private func expectEqual(
    _ found: TrainingSnapshot, _ expected: TrainingSnapshot, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    func content(_ snapshot: TrainingSnapshot) -> [String: [UInt8]] {
      snapshot.tensors.mapValues { $0.contiguous.withUnsafeBytes { Array($0) } }
    }
    #expect(found.iteration == expected.iteration, sourceLocation: sourceLocation)
    #expect(found.tensors.mapValues(\.shape) == expected.tensors.mapValues(\.shape), sourceLocation: sourceLocation)
    #expect(content(found) == content(expected), sourceLocation: sourceLocation)
  }
}
