import Registry
public import TensorCore

/// The bootstrap of a mean over training seeds and episodes: seeds are resampled first, then episodes.
///
/// Each replicate is the mean of K seeds drawn with replacement, each over E episodes drawn with replacement. To compare two algorithms,
/// pass the differences of their scores.
/// ```swift
/// let bootstrap = HierarchicalBootstrap(seeds: 5, episodes: 600, design: .sharedBySeeds, stream: RandomStream(seed: 1))
/// let interval = bootstrap.interval(scores)   // scores[seed][episode]
/// ```
/// With few seeds the interval is too narrow, as resampled seeds vary by the factor (K − 1)/K less than new ones; ``SeedEstimate`` corrects
/// that by its degrees of freedom. Where seeds hardly differ it is too wide, as the variance of episodes counts on both levels.
/// - SeeAlso: Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8; Owen, "The pigeonhole bootstrap", The
///   Annals of Applied Statistics 1, 2007 (episodes that seeds share).
public struct HierarchicalBootstrap: Sendable {
  /// Which episodes the seeds were tested on.
  public enum Design: Sendable, Hashable {
    /// Each seed has episodes of its own; they are resampled for each drawn seed.
    case ownOfEachSeed
    /// All seeds were tested on the same episodes, in the same order; one resample of episodes serves all seeds of a replicate.
    case sharedBySeeds
  }

  /// The number of training seeds, K.
  public var seeds: Int { seedPlan.members }
  /// The number of episodes of each seed, E.
  public var episodes: Int { episodePlan.members }
  /// Which episodes the seeds were tested on.
  public let design: Design
  private let seedPlan: BootstrapPlan
  private let episodePlan: BootstrapPlan

  /// Draws the resamples.
  ///
  /// - Parameters:
  ///   - seeds: The number of training seeds, K, at least 1.
  ///   - episodes: The number of episodes of each seed, E, at least 1.
  ///   - design: Which episodes the seeds were tested on.
  ///   - resamples: The number of replicates B, at least 1.
  ///   - stream: The random stream; the same stream gives the same intervals.
  /// - Complexity: 4 B E bytes for shared episodes, else 4 B K E bytes.
  public init(seeds: Int, episodes: Int, design: Design, resamples: Int = 2000, stream: RandomStream) {
    self.design = design
    seedPlan = BootstrapPlan(members: seeds, resamples: resamples, stream: stream.child("seeds"))
    episodePlan = BootstrapPlan(
      members: episodes, resamples: design == .sharedBySeeds ? resamples : resamples * seeds, stream: stream.child("episodes"))
  }

  /// The 95% percentile interval of the mean.
  ///
  /// - Parameter scores: For each seed, one score or difference for each episode.
  /// - Returns: nil if a score is not finite.
  /// - Precondition: The numbers of seeds and episodes are those of the bootstrap.
  public func interval(_ scores: [[Double]]) -> ConfidenceInterval? {
    guard scores.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
    let interval = ConfidenceInterval(percentilesOf: means(scores).sorted())
    return interval.lower.isFinite && interval.upper.isFinite ? interval : nil
  }

  /// The replicates of the mean.
  private func means(_ scores: [[Double]]) -> [Double] {
    require(
      scores.count == seeds && scores.allSatisfy { $0.count == episodes },
      "a bootstrap of \(scores.count) seeds with \(scores.map(\.count)) episodes, expected \(seeds) with \(episodes)")
    let flat = scores.flatMap(\.self)
    return flat.withUnsafeBufferPointer { flat in
      (0..<seedPlan.resamples).map { resample in
        seedPlan.withMembers(of: resample) { drawn in
          var sum = 0.0
          for place in 0..<drawn.count {
            let seed = Int(drawn[place])
            let numbers = UnsafeBufferPointer(rebasing: flat[seed * episodes..<(seed + 1) * episodes])
            sum += episodePlan.sum(of: design == .sharedBySeeds ? resample : resample * seeds + place, numbers)
          }
          return sum / Double(seeds * episodes)
        }
      }
    }
  }
}
