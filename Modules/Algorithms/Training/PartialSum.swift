import TensorCore

/// The sum of the parts of one shard, in their order: tasks of different shapes are parts of their own.
struct PartialSum {
  private var vector: Tensor?
  private var report: ShardReport?
  private var isMisfit = false

  /// Adds the contribution of one part; the vector's storage may be reused afterwards.
  mutating func add(_ other: Tensor, _ report: ShardReport) {
    guard let own = vector else {
      (vector, self.report) = (other.separateCopy, report)
      return
    }
    // A part that observed something has no sum with one that did not.
    guard own.shape == other.shape else {
      isMisfit = true
      return
    }
    vector?.accumulate(other)
    self.report = self.report?.followed(by: report)
  }

  /// Hands the sum on as the shard's contribution.
  ///
  /// - Throws: ``TrainingError/misfit(algorithm:)`` if the parts' contributions have different shapes.
  func hand(to total: StepTotal, shard: Int, of algorithm: any Algorithm) throws {
    guard !isMisfit, let vector, let report else { throw TrainingError.misfit(algorithm: type(of: algorithm).card.id) }
    total.add(vector, report, of: shard)
  }
}
