import Algorithms
import Registry
import Tasks
import TensorCore

extension Experiment {
  /// An experiment whose tensors fit a limit, and what was chosen for that.
  public struct Fitted: Sendable {
    /// The experiment; its record has the chosen settings.
    public let experiment: Experiment
    /// What was chosen and what it costs, in a sentence.
    public let note: String
  }

  /// The keys of the settings that a limit may choose.
  public static let fittedKeys: Set<String> = [
    MemoryPlan.Way.key, MemoryPlan.Way.segmentKey, "training.shardSize", "test.shardSize",
  ]

  /// Chooses shard sizes, threads and the way through the inner loop so that the tensors of a run fit a limit.
  ///
  /// Settings of the request are kept. The rest is chosen by measuring a shard of meta-training and of the meta-test; of the choices that
  /// fit, the one that should be fastest. Data count, but not the program itself.
  /// - Parameters:
  ///   - limit: The most bytes of tensors at one time.
  ///   - request: The request of this experiment.
  ///   - keepsThreads: Whether the user has chosen the number of threads.
  ///   - keeping: Further settings to apply and keep, as of a run that goes on; those that the experiment does not have are ignored.
  /// - Returns: The experiment with the chosen settings, and a sentence about them.
  /// - Throws: ``ExperimentError/memoryLimit(limit:least:)`` if nothing fits, and errors of meta-training and of the test.
  public func fitted(
    to limit: ByteCount, _ request: ExperimentRequest, keepsThreads: Bool, keeping: [(key: String, value: String)] = []
  ) throws -> Fitted {
    let chosen = Set(request.settings.map(\.key))
    let own = Dictionary(settings.map { ($0.key, $0.value.description) }) { $1 }
    let kept = keeping.filter { own[$0.key] != nil && !chosen.contains($0.key) }
    if !kept.isEmpty {
      var request = request
      request.settings += kept
      // The same data, so that they count once.
      return try Experiment(request, tasks: tasks).fitted(to: limit, request, keepsThreads: keepsThreads)
    }
    let options = MemoryPlan.Options(training, algorithm, chosen: chosen, keepsThreads: keepsThreads)
    let plans = try MemoryPlan.all(options) { way in try changed(way, request).trainer() }
    let tests = try testMemory()
    let testSize = min(test.shardSize, test.episodes)
    let sizes = chosen.contains("test.shardSize") ? [testSize] : halves(of: testSize)
    let data = Double(TensorMemory.liveBytes)
    var least = Double.infinity
    for plan in plans {
      for size in sizes {
        let workers = min(plan.threads, (test.episodes + size - 1) / size)
        let testing = Double(workers) * tests.of(size)
        // A validation runs beside the recordings of the training.
        let total = validation.isOn ? plan.memory.total + testing : max(plan.memory.total, data + testing)
        least = min(least, total)
        if total <= Double(limit.bytes) { return try fitted(to: limit, request, plan, testSize: size, total) }
      }
    }
    throw ExperimentError.memoryLimit(limit: limit, least: ByteCount.megabytes(least))
  }

  private func fitted(
    to limit: ByteCount, _ request: ExperimentRequest, _ plan: MemoryPlan, testSize: Int, _ total: Double
  ) throws -> Fitted {
    var request = request
    var settings = plan.way.settings
    if plan.shardSize != min(training.shardSize, training.metaBatchSize) { settings.append(("training.shardSize", "\(plan.shardSize)")) }
    if testSize != min(test.shardSize, test.episodes) { settings.append(("test.shardSize", "\(testSize)")) }
    var changes = settings.map { "\($0.key)=\($0.value)" }
    if plan.threads != training.workers { changes.append("\(plan.threads) of \(training.workers) threads") }
    if plan.sharesShards { changes.append("\(plan.threads) threads at one shard") }
    let cost = plan.way == .configured ? "" : "; the forward passes of the adaptation are repeated"
    let list = changes.isEmpty ? "no setting has to change" : changes.joined(separator: ", ") + cost
    let note = "about \(ByteCount.megabytes(total)) of tensors, the limit is \(limit): \(list)."
    request.settings += settings
    request.threads = plan.threads
    request.sharesShards = plan.sharesShards
    return Fitted(experiment: changes.isEmpty ? self : try Experiment(request, tasks: tasks), note: note)
  }

  /// The experiment with another way through the inner loop.
  private func changed(_ way: MemoryPlan.Way, _ request: ExperimentRequest) throws -> Experiment {
    if way == .configured { return self }
    var request = request
    request.settings += way.settings
    return try Experiment(request, tasks: tasks)
  }

  private func halves(of size: Int) -> [Int] {
    var sizes = [size]
    while let last = sizes.last, last > 1 { sizes.append(last / 2) }
    return sizes
  }

  /// The memory of a test's shard, on the line through those of one and of two episodes.
  private struct TestMemory {
    let one: Double
    let two: Double

    func of(_ episodes: Int) -> Double { max(one, one + Double(episodes - 1) * (two - one)) }
  }

  /// Tests the initial state on one and on two episodes, and measures the memory of the shard.
  private func testMemory() throws -> TestMemory {
    let state = try trainer().state
    func measured(_ episodes: Int) throws -> Double {
      var small = self
      small.test.episodes = episodes
      small.test.shardSize = episodes
      small.test.disjoint = false
      let before = TensorMemory.liveBytes
      TensorMemory.resetPeak()
      _ = try small.metaTest(state)
      return Double(TensorMemory.peakBytes - before)
    }
    return TestMemory(one: try measured(1), two: try measured(2))
  }
}
