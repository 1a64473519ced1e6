import TensorCore

/// The sum of the parts of one shard, in their order: tasks of different shapes are parts of their own.
struct PartialSum {
  private var vector: Tensor?
  private var report: ShardReport?
  private var isMisfit = false

  /// Adds the contribution of one part; its storage may be reused afterwards.
  mutating func add(_ other: Contribution, _ report: ShardReport) {
    guard let length = vector?.shape[0] else {
      (vector, self.report) = (other.joined, report)
      return
    }
    // A part that observed something has no sum with one that did not.
    guard length == other.count else {
      isMisfit = true
      return
    }
    if var sum = vector.take() {
      other.add(to: &sum)
      vector = sum
    }
    self.report = self.report?.followed(by: report)
  }

  /// Hands the sum on as the shard's contribution.
  ///
  /// - Throws: ``TrainingError/misfit(algorithm:)`` if the parts' contributions have different shapes.
  func hand(to total: StepTotal, shard: Int, of algorithm: any Algorithm) throws {
    guard !isMisfit, let vector, let report else { throw TrainingError.misfit(algorithm: type(of: algorithm).card.id) }
    total.add(Contribution([vector]), report, of: shard)
  }
}
