import TensorCore

/// Draws a group and some of its rows without repetition, so that groups of all sizes are equally frequent.
struct RowSampler {
  let shots: Int
  let queries: Int
  /// Support sets per episode; the first one and the query do not depend on this number.
  let supports: Int

  /// The rows of a task.
  struct Draw {
    /// The first support set, the query set, then the further support sets; a short support set repeats its first row.
    let rows: [Int]
    /// The number of different rows of a support set; below ``RowSampler/shots`` in a small group.
    let shots: Int
  }

  /// Draws the rows of a task.
  ///
  /// - Throws: ``TableError/tooFewRows(group:found:required:)`` if the group has too few rows for the further support sets.
  func draw(from groups: [TableData.Group], _ stream: RandomStream) throws(TableError) -> Draw {
    var stream = stream
    let group = groups[stream.integer(below: groups.count)]
    let own = min(shots, group.count - queries)
    var taken = stream.choice(own + queries, of: group.count)
    if own < shots { taken.insert(contentsOf: Array(repeating: taken[0], count: shots - own), at: own) }
    if supports > 1 {
      let more = shots * (supports - 1)
      guard group.count >= taken.count + more else {
        throw .tooFewRows(group: group.name, found: group.count, required: taken.count + more)
      }
      // Further rows use a stream of their own, so the other rows do not change.
      var further = stream.child("further supports")
      let unused = Set(0..<group.count).subtracting(taken).sorted()
      taken += further.choice(more, of: unused.count).map { unused[$0] }
    }
    return Draw(rows: taken.map { group.first + $0 }, shots: own)
  }
}
