import Algorithms
import Evaluation
import Models
import Registry
import TensorCore
import Testing

/// The choices within a limit of memory.
///
/// Each test has a process of its own, because the live tensors of other tests would count.
@Suite struct MemoryLimitTests {
  /// A run whose shards take some megabytes, so that halves of them matter.
  fileprivate static func request(_ settings: [(key: String, value: String)] = []) -> ExperimentRequest {
    var request = ExperimentRequest(algorithm: "maml", task: "sinusoid")
    request.settings = [
      ("model.hidden", "64,64"), ("task.shots", "40"), ("task.queries", "40"), ("inner.steps", "5"), ("training.metaBatch", "12"),
      ("test.episodes", "12"), ("test.steps", "3"),
    ]
    request.settings += settings
    request.iterations = 3
    request.threads = 2
    return request
  }

  /// The least megabytes that a request can be cut to, by the message for a limit that nothing fits.
  fileprivate static func least(_ request: ExperimentRequest, keepsThreads: Bool = false) throws -> ByteCount {
    do {
      _ = try Experiment(request).fitted(to: ByteCount("1KB", key: "k"), request, keepsThreads: keepsThreads)
    } catch ExperimentError.memoryLimit(_, let least) {
      return try ByteCount(least, key: "least")
    }
    Issue.record("a run fits into 1 kB")
    return try ByteCount("1GB", key: "k")
  }

  fileprivate static func fitted(_ request: ExperimentRequest, _ limit: ByteCount, keepsThreads: Bool = false) throws -> Experiment {
    try Experiment(request).fitted(to: limit, request, keepsThreads: keepsThreads).experiment
  }

  /// Learned parameters after all iterations, and the most bytes of tensors.
  fileprivate static func train(_ experiment: Experiment) throws -> (bits: [UInt32], peak: Int) {
    TensorMemory.resetPeak()
    var trainer = try experiment.trainer()
    for _ in 0..<3 { _ = try trainer.step() }
    let peak = TensorMemory.peakBytes
    return (trainer.state.initial.leaves.flatMap { $0.floats.map(\.bitPattern) }, peak)
  }

  @Test func `the least limit of the message is enough, and the peak keeps it`() async {
    await #expect(processExitsWith: .success) {
      let request = MemoryLimitTests.request()
      let limit = try MemoryLimitTests.least(request)
      let experiment = try MemoryLimitTests.fitted(request, limit)
      let whole = try MemoryLimitTests.train(Experiment(request))
      let cut = try MemoryLimitTests.train(experiment)
      #expect(whole.peak > limit.bytes, "the limit cuts nothing: \(whole.peak) of \(limit.bytes)")
      #expect(cut.peak <= limit.bytes, "\(cut.peak) of \(limit.bytes)")
      _ = try experiment.metaTest(experiment.trainer().state)
      #expect(TensorMemory.peakBytes <= limit.bytes, "with the test, \(TensorMemory.peakBytes) of \(limit.bytes)")
    }
  }

  @Test func `a run that fits stays as it is`() async {
    await #expect(processExitsWith: .success) {
      let request = MemoryLimitTests.request()
      let experiment = try Experiment(request)
      let fitted = try experiment.fitted(to: ByteCount("4GB", key: "k"), request, keepsThreads: false)
      #expect(fitted.experiment.configuration.map(\.value) == experiment.configuration.map(\.value))
      #expect(fitted.experiment.training.threads == 2)
      #expect(fitted.note.hasSuffix("the limit is 4GB: no setting has to change."), "\(fitted.note)")
    }
  }

  @Test func `settings of the user stay`() async {
    await #expect(processExitsWith: .success) {
      let given = [(key: "training.shardSize", value: "6"), (key: "gradient", value: "unrolled"), (key: "test.shardSize", value: "4")]
      let request = MemoryLimitTests.request(given)
      let experiment = try MemoryLimitTests.fitted(request, MemoryLimitTests.least(request, keepsThreads: true), keepsThreads: true)
      let values = Dictionary(experiment.configuration.map { ($0.key, "\($0.value)") }) { $1 }
      for (key, value) in given { #expect(values[key] == value, "\(key)") }
      #expect(experiment.training.threads == 2)
      // Without them, less is possible.
      let free = MemoryLimitTests.request()
      let (few, many) = (try MemoryLimitTests.least(free), try MemoryLimitTests.least(request, keepsThreads: true))
      #expect(few.bytes < many.bytes)
    }
  }

  @Test func `the choice is on record, and repeats the bits for any number of threads`() async {
    await #expect(processExitsWith: .success) {
      let request = MemoryLimitTests.request()
      let limit = try MemoryLimitTests.least(request)
      let chosen = try MemoryLimitTests.fitted(request, limit)
      // The same choice again.
      #expect(try MemoryLimitTests.fitted(request, limit).configuration.map(\.value) == chosen.configuration.map(\.value))
      let bits = try MemoryLimitTests.train(chosen).bits
      for threads in 1...3 {
        var typed = RunConfiguration(chosen).request
        typed.threads = threads
        let again = try Experiment(typed)
        #expect(again.training.shardSize == chosen.training.shardSize)
        #expect(try MemoryLimitTests.train(again).bits == bits, "\(threads) threads")
      }
    }
  }

  /// Larger workloads are measured in `Tools/Benchmarks.md`.
  @Test(arguments: [
    "sinusoid-maml-1", "sinusoid-maml-5", "sinusoid-fomaml-1", "sinusoid-metasgd-1", "sinusoid-reptile-5", "omniglot-maml-1",
    "omniglot-fomaml-5", "omniglot-anil-5",
  ]) func `an estimate is within a fifth of the peak`(id: String) async {
    await #expect(processExitsWith: .success) { [id] in
      for threads in 1...2 {
        let memory = try BenchmarkMemory(Workload.named(id), threads: threads)
        #expect((0.8...1.2).contains(memory.ratio), "\(id), \(threads) threads: \(memory.ratio)")
      }
    }
  }
}
