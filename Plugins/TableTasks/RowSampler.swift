import TensorCore

/// Draws a group and some of its rows without repetition, so that groups of all sizes are equally frequent.
struct RowSampler {
  let shots: Int
  let queries: Int
  /// Support sets per episode; the first one and the query do not depend on this number.
  let supports: Int

  /// Draws rows: the first support set, the query set, then the further support sets.
  ///
  /// - Throws: ``TableError/tooFewRows(group:found:required:)`` if the group has too few rows for the further support sets.
  func rows(from groups: [TableData.Group], _ stream: RandomStream) throws(TableError) -> [Int] {
    var stream = stream
    let group = groups[stream.integer(below: groups.count)]
    var taken = stream.choice(shots + queries, of: group.count)
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
    return taken.map { group.first + $0 }
  }
}
