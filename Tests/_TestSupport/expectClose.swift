public import TensorCore
public import Testing

/// Records an issue unless two tensors have the same shape and agree element by element.
///
/// Elements a and b agree if a = b or |a − b| ≤ tolerance · max(1, |b|). NaN agrees with nothing.
/// - Parameters:
///   - actual: The computed tensor.
///   - expected: The expected tensor; its magnitude sets the scale.
///   - tolerance: The bound, finite and not negative.
///   - sourceLocation: Where a failure is reported.
public func expectClose(
  _ actual: Tensor, _ expected: Tensor, tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.shape == expected.shape else {
    Issue.record("shape \(actual.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
    return
  }
  expectClose(actual.doubles, expected.doubles, tolerance: tolerance, sourceLocation: sourceLocation)
}

/// Records an issue unless two lists of numbers have the same length and agree number by number.
///
/// - Parameters:
///   - actual: The computed numbers.
///   - expected: The expected numbers.
///   - tolerance: The bound, relative above 1 and absolute below.
///   - sourceLocation: Where a failure is reported.
public func expectClose(
  _ actual: [Double], _ expected: [Double], tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  precondition(tolerance >= 0 && tolerance.isFinite, "a tolerance is finite and not negative, got \(tolerance)")
  guard actual.count == expected.count else {
    Issue.record("\(actual.count) elements, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  let wrong = actual.indices.filter { !isClose(actual[$0], expected[$0], tolerance) }
  guard let first = wrong.first else { return }
  Issue.record(
    """
    \(wrong.count) of \(actual.count) elements differ by more than \(tolerance); \
    the first is element \(first): \(actual[first]), expected \(expected[first])
    """,
    sourceLocation: sourceLocation)
}

/// Records an issue unless two numbers agree.
///
/// - Parameters:
///   - actual: The computed number.
///   - expected: The expected number.
///   - tolerance: The bound, relative above 1 and absolute below.
///   - sourceLocation: Where a failure is reported.
public func expectClose(
  _ actual: Double, _ expected: Double, tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose([actual], [expected], tolerance: tolerance, sourceLocation: sourceLocation)
}

private func isClose(_ actual: Double, _ expected: Double, _ tolerance: Double) -> Bool {
  if actual == expected { return true }  // including equal infinities
  return abs(actual - expected) <= tolerance * max(1, abs(expected)) && actual.isFinite && expected.isFinite
}
