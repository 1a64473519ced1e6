import Registry
public import TensorCore

/// The sign-flip permutation test of paired differences: whether their mean is zero.
///
/// If two algorithms do equally well, each difference could as well have the opposite sign. The p-value is the fraction of sign patterns
/// whose sum is at least as far from zero as the observed one. With b such patterns among m random ones
/// ```
/// p = (b + 1) / (m + 1)
/// ```
/// If n differences have at most m + 1 patterns, all 2ⁿ are counted, and p is exact.
/// - SeeAlso: Fisher, The Design of Experiments, 1935, section 21; Phipson and Smyth, "Permutation p-values should never be zero",
///   Statistical Applications in Genetics and Molecular Biology 9, 2010.
public struct SignFlipTest: Sendable, Hashable {
  /// The two-sided p-value, above 0 and at most 1.
  public let pValue: Double
  /// Whether all sign patterns were counted.
  public let isExact: Bool

  /// Tests differences.
  ///
  /// - Parameters:
  ///   - differences: Finite differences, at least one.
  ///   - permutations: The number m of random sign patterns, at least 1; 9999 resolves p-values to 1e-4.
  ///   - stream: The random stream; the same stream gives the same p-value. The exact test draws nothing.
  public init(_ differences: [Double], permutations: Int = 9999, stream: RandomStream) {
    require(!differences.isEmpty && permutations > 0, "a sign-flip test of \(differences.count) differences, \(permutations) patterns")
    require(differences.allSatisfy(\.isFinite), "a sign-flip test of differences that are not finite")
    let sums = SignedSums(differences)
    let count = differences.count
    isExact = count < 62 && 1 << count <= permutations + 1
    if isExact {
      // A pattern and its opposite are equally far, so half of them suffice.
      let extremes = (0..<1 << (count - 1)).reduce(0) { $0 + (sums.isExtreme(UInt64($1)) ? 1 : 0) }
      pValue = Double(extremes) / Double(1 << (count - 1))
    } else {
      pValue = Double(sums.extremes(among: permutations, stream) + 1) / Double(permutations + 1)
    }
  }
}

/// The sums of differences with given signs, eight differences at a time from a table.
private struct SignedSums {
  /// For each eight differences, their 256 signed sums; a set bit means a flipped sign.
  private let table: [Double]
  private let blocks: Int
  /// The observed distance from zero, less the rounding error of a sum.
  private let threshold: Double

  init(_ differences: [Double]) {
    blocks = (differences.count + 7) / 8
    var table = [Double](repeating: 0, count: 256 * blocks)
    for block in 0..<blocks {
      let members = differences[8 * block..<min(8 * block + 8, differences.count)]
      for pattern in 0..<256 {
        var (sum, bits) = (0.0, pattern)
        for member in members {
          sum += bits & 1 == 1 ? -member : member
          bits >>= 1
        }
        table[256 * block + pattern] = sum
      }
    }
    self.table = table
    let observed = (0..<blocks).reduce(0) { $0 + table[256 * $1] }
    threshold = abs(observed) - 1e-12 * differences.reduce(0) { $0 + abs($1) }
  }

  /// Whether the sum with the signs of a pattern, for at most 64 differences, is at least as far from zero as the observed one.
  func isExtreme(_ pattern: UInt64) -> Bool {
    var (sum, bits) = (0.0, pattern)
    for block in 0..<blocks {
      sum += table[256 * block + Int(bits & 255)]
      bits >>= 8
    }
    return abs(sum) >= threshold
  }

  /// The number of extreme sums among random patterns.
  func extremes(among permutations: Int, _ stream: RandomStream) -> Int {
    var stream = stream
    return table.withUnsafeBufferPointer { table in
      var extremes = 0
      for _ in 0..<permutations {
        var (sum, bits) = (0.0, UInt64(0))
        for block in 0..<blocks {
          if block & 7 == 0 { bits = stream.next() }
          sum += table[256 * block + Int(bits & 255)]
          bits >>= 8
        }
        if abs(sum) >= threshold { extremes += 1 }
      }
      return extremes
    }
  }
}
