import Registry
public import TensorCore

/// Which members each resample of a bootstrap holds, drawn once and used for many statistics.
///
/// All pairs of a comparison use one plan: they then cost no further random numbers, and their replicates belong together.
/// ```swift
/// let plan = BootstrapPlan(members: 600, resamples: 2000, stream: RandomStream(seed: 1).child("bootstrap"))
/// ```
/// - SeeAlso: Efron, "Bootstrap methods: another look at the jackknife", The Annals of Statistics 7, 1979.
public struct BootstrapPlan: Sendable {
  /// The number n of members of the sample and of each resample.
  public let members: Int
  /// The number B of resamples.
  public let resamples: Int
  /// The members of all resamples, resample by resample.
  private let drawn: [UInt32]

  /// Draws B resamples of n members with replacement.
  ///
  /// - Parameters:
  ///   - members: n, at least 1.
  ///   - resamples: B, at least 1; 2000 for 95% intervals.
  ///   - stream: The random stream; the same stream gives the same plan.
  /// - Complexity: 4 n B bytes.
  public init(members: Int, resamples: Int = 2000, stream: RandomStream) {
    require(members > 0 && members <= Int(UInt32.max) && resamples > 0, "a bootstrap of \(members) members with \(resamples) resamples")
    self.members = members
    self.resamples = resamples
    var stream = stream
    drawn = [UInt32](unsafeUninitializedCapacity: members * resamples) { buffer, count in
      for place in 0..<members * resamples {
        buffer.initializeElement(at: place, to: UInt32(truncatingIfNeeded: stream.integer(below: members)))
      }
      count = members * resamples
    }
  }

  /// Computes the replicates of a mean.
  ///
  /// - Parameter numbers: One number for each member.
  /// - Returns: The mean of each resample, in the plan's order.
  public func means(_ numbers: [Double]) -> [Double] {
    require(numbers.count == members, "a bootstrap of \(numbers.count) numbers by a plan for \(members)")
    return [Double](unsafeUninitializedCapacity: resamples) { means, count in
      numbers.withUnsafeBufferPointer { numbers in
        for resample in 0..<resamples { means.initializeElement(at: resample, to: sum(of: resample, numbers) / Double(members)) }
      }
      count = resamples
    }
  }

  /// The members of one resample.
  func withMembers<Result>(of resample: Int, _ body: (UnsafeBufferPointer<UInt32>) -> Result) -> Result {
    drawn.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[resample * members..<(resample + 1) * members])) }
  }

  /// The sum of one resample in four partial sums, so that additions do not wait for each other.
  func sum(of resample: Int, _ numbers: UnsafeBufferPointer<Double>) -> Double {
    withMembers(of: resample) { drawn in
      var (first, second, third, fourth) = (0.0, 0.0, 0.0, 0.0)
      var place = 0
      while place + 4 <= members {
        first += numbers[Int(drawn[place])]
        second += numbers[Int(drawn[place + 1])]
        third += numbers[Int(drawn[place + 2])]
        fourth += numbers[Int(drawn[place + 3])]
        place += 4
      }
      while place < members {
        first += numbers[Int(drawn[place])]
        place += 1
      }
      return (first + second) + (third + fourth)
    }
  }
}
