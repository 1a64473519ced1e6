import Algorithms
import Foundation
import Models
import Synchronization
import Tasks
import TensorCore
import Testing

/// Runs a body for each rank of a job on a thread of its own, and returns rank 0's result, the others' exit codes, and the bytes of the longest
/// message to rank 0.
private func ranks<Result: Sendable>(
  _ count: Int, signalled: (rank: Int, signal: Int32)? = nil, _ root: @escaping @Sendable (RankGroup) throws -> Result,
  others: @escaping @Sendable (RankGroup) throws -> Void
) throws -> (result: Swift.Result<Result, any Error>, statuses: [Int32], longest: Int) {
  let transports = LocalTransport.job(of: count)
  let ends = Ends()
  for transport in transports.dropFirst() {
    let thread = Thread {
      let group = RankGroup(
        transport, host: "host\(transport.rank)", signal: { signalled?.rank == transport.rank ? signalled?.signal ?? 0 : 0 })
      let status: Int32
      do {
        try others(group)
        status = group.leave()
      } catch let end as RankGroup.Ended {
        status = end.status
      } catch {
        status = group.fail("\(error)")
      }
      ends.statuses.withLock { $0[transport.rank] = status }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }
  let group = RankGroup(
    transports[0], host: "host0", signal: { ends.told.load(ordering: .relaxed) },
    onSignal: { ends.told.store($0, ordering: .relaxed) })
  let result = Swift.Result { try root(group) }
  if case .success = result { group.end(status: ends.told.load(ordering: .relaxed)) } else { group.end(status: 2) }
  let start = ContinuousClock.now
  while ends.statuses.withLock({ $0.count }) < count - 1, ContinuousClock.now - start < .seconds(60) {
    Thread.sleep(forTimeInterval: 1e-4)
  }
  let statuses = ends.statuses.withLock { $0 }
  return (result, (1..<max(count, 2)).compactMap { statuses[$0] }, transports[0].longestMessage)
}

/// The signal that rank 0 was told, and the exit codes of the other ranks.
private final class Ends: Sendable {
  let told = Atomic<Int32>(0)
  let statuses = Mutex<[Int: Int32]>([:])
}

/// What a run on several ranks must agree in.
private struct Trace: Equatable {
  var reports: [StepReport] = []
  var states: [[String: [UInt8]]] = []
}

@Suite struct RankTests {
  private func trace(_ trainer: MetaTrainer, steps: Int, group: RankGroup? = nil) throws -> Trace {
    var trainer = trainer
    if let group { try trainer.join(group) }
    var trace = Trace()
    for _ in 0..<steps {
      trace.reports.append(try trainer.step())
      trace.states.append(bytes(trainer.snapshot))
    }
    return trace
  }

  /// Expects the reports and states of a run of one process from runs of several ranks.
  private func expectSameBits(
    ranks counts: some Sequence<Int>, threads: Int = 1, iterations: Int = 4, sourceLocation: SourceLocation = #_sourceLocation,
    _ make: @escaping @Sendable (_ threads: Int) throws -> MetaTrainer
  ) throws {
    let alone = try trace(make(1), steps: iterations)
    for count in counts {
      let (result, statuses, _) = try ranks(
        count, { group in try self.trace(make(threads), steps: iterations, group: group) },
        others: { group in
          var trainer = try make(threads)
          try trainer.join(group)
          try trainer.assist()
        })
      #expect(try result.get() == alone, "\(count) ranks, \(threads) threads", sourceLocation: sourceLocation)
      #expect(statuses == Array(repeating: 0, count: count - 1), sourceLocation: sourceLocation)
    }
  }

  /// Seven tasks in shards of one and of three; the last numbers of ranks are more than there are shards.
  @Test(arguments: MetaTrainerTests.algorithms.indices, [1, 3])
  func `any number of ranks gives the bits of one`(index: Int, shardSize: Int) throws {
    try expectSameBits(ranks: [2, 3, 4, 5, 9]) { threads in
      var training = configuration(threads: threads, iterations: 4, outer: OuterOptimizer(Adam.self, learningRate: 0.01))
      training.shardSize = shardSize
      return try MetaTrainer(MetaTrainerTests.algorithms[index], lineLearner, tasks: Lines(), training)
    }
  }

  @Test func `ranks with several threads give the bits of one`() throws {
    try expectSameBits(ranks: [2, 3], threads: 2) { threads in
      var training = configuration(threads: threads, iterations: 4)
      training.shardSize = 1
      return try MetaTrainer(MAML(), lineLearner, tasks: Lines(), training)
    }
  }

  /// Gradients and observations whose sum depends on the order, with more and fewer shards than a power of two.
  @Test(arguments: 2...9)
  func `gradients and observations are summed in the fixed tree on any number of ranks`(count: Int) throws {
    try expectSameBits(ranks: 2...(count + 1), iterations: 2) { threads in
      var stub = StubAlgorithm()
      stub.start.carried = ParameterTree([("seen", Tensor.zeros([2]))])
      stub.gradient = { state, _, shard, context in
        let value = (try? Tensor([StepTotalTests.values[context.firstTask % 9]], shape: [1])) ?? .zeros([1])
        return MetaGradient(
          gradient: MetaParameters(initial: ParameterTree([("w", value)])), losses: .ones([shard.count]),
          observed: ParameterTree([("seen", Tensor.concatenated([Tensor.ones([1]), value], along: 0))]),
          metrics: ParameterTree([("value", value)]))
      }
      var training = configuration(
        threads: threads, iterations: 2, metaBatchSize: count, outer: OuterOptimizer(SGD.self, learningRate: 1))
      training.shardSize = 1
      return try MetaTrainer(stub, lineLearner, tasks: Lines(), training)
    }
  }

  @Test(arguments: 1...12, 1...14)
  func `shares are contiguous, cover all shards and differ by one at most`(shards: Int, ranks: Int) {
    let shares = RankShares(shards: shards, ranks: ranks)
    let all = (0..<ranks).map { shares[$0] }
    #expect(all.flatMap { Array($0) } == Array(0..<shards))
    #expect(all.count { $0.isEmpty } == max(0, ranks - shards))
    let sizes = all.map(\.count).filter { $0 > 0 }
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }

  private func assisting(_ make: @escaping @Sendable () throws -> MetaTrainer) -> @Sendable (RankGroup) throws -> Void {
    { group in
      var trainer = try make()
      try trainer.join(group)
      try trainer.assist()
    }
  }

  /// Rank 1 has the shards 3 to 6 of 7: the subtrees {3} and {4, 5, 6}, of 16 parameters each, and four reports.
  @Test func `a rank sends one message a step, with the sums of its maximal subtrees`() throws {
    let make = { @Sendable () throws -> MetaTrainer in
      var training = configuration(iterations: 3)
      training.shardSize = 1
      return try MetaTrainer(MAML(), lineLearner, tasks: Lines(), training)
    }
    let (result, _, longest) = try ranks(2, { group in try self.trace(make(), steps: 3, group: group) }, others: assisting(make))
    _ = try result.get()
    let header = 1 + 4 + 8
    let sums = 8 + 2 * (3 * 8 + 16 * 4)
    // The loss of a task and its count, no scores, no metrics.
    let reports = 8 + 4 * (8 + 8 + 8 + 8)
    #expect(longest == header + sums + reports)
  }

  @Test func `a run resumes with another number of ranks`() throws {
    let make = { @Sendable () throws -> MetaTrainer in try trainer(MAML(), iterations: 6, outer: OuterOptimizer(Adam.self)) }
    let alone = try trace(make(), steps: 6)
    let (first, _, _) = try ranks(
      3,
      { group in
        var trainer = try make()
        try trainer.join(group)
        for _ in 0..<2 { _ = try trainer.step() }
        return trainer.snapshot
      }, others: assisting(make))
    let snapshot = try first.get()
    let (second, _, _) = try ranks(
      2,
      { group in
        let trainer = try MetaTrainer(
          resuming: snapshot, MAML(), lineLearner, tasks: Lines(), configuration(iterations: 6, outer: OuterOptimizer(Adam.self)))
        return try self.trace(trainer, steps: 4, group: group)
      }, others: assisting(make))
    #expect(try second.get().states.last == alone.states.last)
  }

  /// In the second step, the tasks 12 and 13 fail on the ranks 1 and 2; the lower rank's error counts, whichever arrives first.
  @Test func `an error of a task on another rank ends all, and keeps the last good state`() throws {
    let make = { @Sendable () throws -> MetaTrainer in try trainer(MAML(), tasks: Lines(poisonedFrom: 12), iterations: 6) }
    let (result, statuses, _) = try ranks(
      3,
      { group in
        var trainer = try make()
        try trainer.join(group)
        _ = try trainer.step()
        let before = bytes(trainer.snapshot)
        #expect(throws: RankError.failed(rank: 1, host: "host1", reason: "\(TaskError.notFinite(task: "test-lines", index: 12))")) {
          try trainer.step()
        }
        #expect(bytes(trainer.snapshot) == before)
        throw TaskError.notFinite(task: "test-lines", index: 12)
      }, others: assisting(make))
    #expect(throws: TaskError.notFinite(task: "test-lines", index: 12)) { try result.get() }
    #expect(statuses == [2, 2])
  }

  @Test func `divergence ends all ranks`() throws {
    let make = { @Sendable () throws -> MetaTrainer in
      try trainer(MAML(inner: InnerLoop(steps: 3, learningRate: 1000)), tasks: Lines(scale: 1e6))
    }
    let (result, statuses, _) = try ranks(
      3, { group in try self.trace(make(), steps: 20, group: group) }, others: assisting(make))
    #expect(throws: TrainingError.self) { try result.get() }
    #expect(statuses == [2, 2])
  }

  @Test(arguments: [1, 2])
  func `a signal to any rank reaches rank 0 in the same step`(rank: Int) throws {
    let make = { @Sendable () throws -> MetaTrainer in try trainer(MAML(), iterations: 1000) }
    let (result, statuses, _) = try ranks(
      3, signalled: (rank, 15),
      { group in
        var trainer = try make()
        try trainer.join(group)
        _ = try trainer.step()
        return trainer.iteration
      }, others: assisting(make))
    #expect(try result.get() == 1)
    #expect(statuses == [15, 15])
  }

  @Test func `a coupled meta-batch is refused on every rank`() throws {
    let algorithm = ObjectiveAlgorithm(inner: InnerLoop(steps: 2, learningRate: 0.1), objective: Contrast())
    let expected = RankError.coupled(algorithm: "test-objective", ranks: 2)
    let make = { @Sendable () throws -> MetaTrainer in
      try MetaTrainer(algorithm, CouplingTests.learner, tasks: Sinusoid(), configuration(metaBatchSize: 6))
    }
    let (result, statuses, _) = try ranks(
      2, { group in try self.trace(make(), steps: 1, group: group) },
      others: { group in
        var trainer = try make()
        #expect(throws: expected) { try trainer.join(group) }
        try trainer.join(group)
      })
    #expect(throws: expected) { try result.get() }
    #expect(statuses == [2])
  }

  @Test func `ranks with other settings are refused`() throws {
    let (result, statuses, _) = try ranks(
      3, { group in try group.meet([("seed", "0"), ("data", "abc")]) },
      others: { group in try group.meet([("seed", "0"), ("data", group.rank == 2 ? "def" : "abc")]) })
    #expect(throws: RankError.differs(rank: 2, host: "host2", key: "data", found: "def", expected: "abc")) { try result.get() }
    #expect(statuses == [2, 2])
  }

  @Test func `a text of rank 0 reaches all`() throws {
    let (result, statuses, _) = try ranks(
      3, { group in try group.share { "runs/folder" } },
      others: { group in
        let text = try group.share { fatalError("rank 0 alone makes the text") }
        #expect(text == "runs/folder")
      })
    #expect(try result.get() == "runs/folder")
    #expect(statuses == [0, 0])
  }
}
