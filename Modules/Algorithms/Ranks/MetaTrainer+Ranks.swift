import Models
import TensorCore

extension MetaTrainer {
  /// Shares the shards of all later steps with the other ranks of a group, and gives them rank 0's state.
  ///
  /// Every rank calls it, with trainers of the same algorithm, model, tasks and configuration. Rank 0 then calls ``step()``, and the others
  /// ``assist()``. Each rank sums the maximal subtrees of the fixed tree of shards within its range; rank 0 completes the tree, updates and
  /// sends the new state. The bits are those of a run of one process.
  /// - Throws: ``RankError``; on ranks other than 0 also ``RankGroup/Ended``.
  public mutating func join(_ group: RankGroup) throws {
    try group.validate(algorithm, configuration)
    divide(among: group)
    if group.rank == 0 {
      try group.gather(.ready) { _, _ in }
      publish()
    } else {
      _ = try adopt(group.exchange(RankMessageWriter(.ready), for: .state))
    }
  }

  /// Computes the contributions of this rank's shards to all steps, until rank 0 takes no further step.
  ///
  /// - Throws: Errors of the task distribution, which the caller reports by ``RankGroup/fail(_:)``; ``RankGroup/Ended``; ``RankError``.
  /// - Precondition: The trainer has joined a group, and its rank is not 0.
  public mutating func assist() throws {
    guard let group, group.rank > 0 else { fatalError("a rank that assists belongs to a group and is not rank 0") }
    while iteration < configuration.iterations {
      let watch = Stopwatch()
      let message = try partMessage(of: group)
      pace.note(seconds: watch.seconds)
      let (episodes, next) = (episodes, iteration + 1)
      let isLast = try adopt(group.exchange(message, for: .state) { episodes.drawNext(of: next) })
      if isLast { return }
    }
  }

  // MARK: Messages

  /// Receives the sums of the other ranks' shards into the total of a step; draws tasks of the next step while it waits.
  func collect(_ total: StepTotal, from group: RankGroup) throws {
    let (episodes, next) = (episodes, iteration + 1)
    let shares = RankShares(shards: configuration.shards, ranks: group.count)
    try group.gather(.part, meanwhile: { episodes.drawNext(of: next) }) { rank, message in
      guard try message.integer() == iteration, try total.add(StepTotal.Subtrees(&message), of: shares[rank]) else {
        throw RankMessageReader.Malformed()
      }
    }
  }

  /// The sums of this rank's shards.
  ///
  /// It is a separate function, so that nothing in it still references the learned parameters when the new ones arrive.
  private func partMessage(of group: RankGroup) throws -> RankMessageWriter {
    let total = total()
    compute(total)
    let part = try total.subtrees()
    let size = part.sums.reduce(0) { $0 + 4 * $1.vector.shape.elementCount + 24 }
    var message = RankMessageWriter(.part, signal: group.signalToTell, capacity: size + 64 * part.reports.count)
    message.add(iteration)
    part.write(to: &message)
    return message
  }

  /// The state after a step: all that the next contributions depend on.
  ///
  /// The moments of the outer optimizer stay with rank 0.
  func stateMessage(isLast: Bool) -> RankMessageWriter {
    let carried = flat.observation.joined(flat.carried.leaves)
    var message = RankMessageWriter(.state, capacity: 4 * (flat.layout.count + flat.observation.count))
    message.add(iteration)
    message.add(isLast ? 1 : 0)
    message.add(flat.learned)
    message.add(carried)
    return message
  }

  /// Takes the state of rank 0; returns whether it takes no further step.
  private mutating func adopt(_ message: RankMessageReader) throws(RankError) -> Bool {
    var message = message
    do {
      let count = try message.integer()
      let isLast = try message.integer() != 0
      let (learned, carried) = (try message.vector(), try message.vector())
      guard learned.shape.elementCount == flat.layout.count, carried.shape.elementCount == flat.observation.count else {
        throw RankMessageReader.Malformed()
      }
      flat.learned = learned
      flat.carried = flat.observation.split(carried)
      update.resume(count: count, slots: update.slots)
      return isLast
    } catch {
      throw .outOfStep(rank: 0)
    }
  }
}

extension StepTotal.Subtrees {
  /// Writes the sums, then the reports.
  fileprivate func write(to message: inout RankMessageWriter) {
    message.add(sums.count)
    for (node, vector) in sums {
      message.add(node.level)
      message.add(node.place)
      message.add(vector)
    }
    message.add(reports.count)
    for report in reports { report.write(to: &message) }
  }

  /// Reads what ``write(to:)`` wrote.
  fileprivate init(_ message: inout RankMessageReader) throws(RankMessageReader.Malformed) {
    var sums: [(node: StepTotal.Node, vector: Tensor)] = []
    for _ in 0..<(try message.count()) {
      let (level, place) = (try message.integer(), try message.integer())
      sums.append((StepTotal.Node(level: level, place: place), try message.vector()))
    }
    self.sums = sums
    var reports: [ShardReport] = []
    for _ in 0..<(try message.count()) { reports.append(try ShardReport(&message)) }
    self.reports = reports
  }
}

extension ShardReport {
  fileprivate func write(to message: inout RankMessageWriter) {
    message.add(losses)
    message.add(scores == nil ? 0 : 1)
    if let scores { message.add(scores) }
    message.add(metrics.count)
    for (name, values) in metrics {
      message.add(name)
      message.add(values)
    }
  }

  fileprivate init(_ message: inout RankMessageReader) throws(RankMessageReader.Malformed) {
    let losses = try message.doubles()
    let scores = try message.integer() == 0 ? nil : try message.doubles()
    var metrics: [(name: String, values: [Double])] = []
    for _ in 0..<(try message.count()) { metrics.append((try message.text(), try message.doubles())) }
    self.init(losses: losses, scores: scores, metrics: metrics)
  }
}
