import Registry

/// A counter-based stream of random numbers: Threefry-2x64 with 20 rounds.
///
/// A seed and a path of purposes and indices determine a stream; draws from other streams do not affect it:
///
/// ```swift
/// var stream = RandomStream(seed: 7).child("episode").child(index)
/// ```
/// Results therefore do not change after a resume or with another number of workers. A stream is a value; copies of it continue with
/// the same numbers.
/// - SeeAlso: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.2.
public struct RandomStream: Sendable {
  private let key: (UInt64, UInt64)
  private var counter: UInt64 = 0
  private var spare: UInt64?

  /// The root stream of a seed.
  public init(seed: UInt64) { key = (seed, 0x6d65_7461_6c65_6172) }

  private init(key: (UInt64, UInt64)) { self.key = key }

  /// An independent stream for a purpose, such as "initial parameters".
  public func child(_ purpose: String) -> RandomStream {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return RandomStream(key: Self.threefry((hash, 0xffff_ffff_ffff_ffff), key: key))
  }

  /// An independent stream for an index.
  public func child(_ index: Int) -> RandomStream {
    RandomStream(key: Self.threefry((UInt64(bitPattern: Int64(index)), 0xffff_ffff_ffff_fffe), key: key))
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if let value = spare {
      spare = nil
      return value
    }
    let block = Self.threefry((counter, 0), key: key)
    counter += 1
    spare = block.1
    return block.0
  }

  /// Uniform in [0, 1), with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in a range.
  public mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Uniform among 0..<bound, without bias.
  /// - Precondition: The bound is positive.
  public mutating func integer(below bound: Int) -> Int {
    require(bound > 0, "a random integer below \(bound)")
    // Lemire's multiplication method, with rejection of the short remainder.
    let bound = UInt64(bound)
    while true {
      let product = next().multipliedFullWidth(by: bound)
      if product.low >= bound || product.low >= (0 &- bound) % bound { return Int(product.high) }
    }
  }

  /// Standard normal, by the Box–Muller transform (only the cosine branch, so that every draw costs the same).
  public mutating func normal() -> Double {
    let radius = 1 - uniform()  // in (0, 1]
    let angle = uniform()
    return (-2 * logarithm(radius)).squareRoot() * cosine(2 * .pi * angle)
  }

  /// Normal with mean 0 and standard deviation 1, redrawn until it lies within ±2.
  public mutating func truncatedNormal() -> Double {
    while true {
      let value = normal()
      if abs(value) <= 2 { return value }
    }
  }

  /// The numbers 0..<count in random order.
  public mutating func permutation(_ count: Int) -> [Int] { choice(count, of: count) }

  /// Draws `count` distinct numbers from 0..<population, in random order.
  /// - Precondition: `count` is at most `population`.
  /// - Complexity: O(count) draws and memory, however large the population.
  public mutating func choice(_ count: Int, of population: Int) -> [Int] {
    require(count >= 0 && count <= population, "a choice of \(count) from \(population)")
    // Fisher–Yates. The dictionary stores only the places of the shuffled array that differ from the identity.
    var moved: [Int: Int] = [:]
    return (0..<count).map { index in
      let other = index + integer(below: population - index)
      let picked = moved[other] ?? other
      moved[other] = moved[index] ?? index
      return picked
    }
  }

  private static func threefry(_ counter: (UInt64, UInt64), key: (UInt64, UInt64)) -> (UInt64, UInt64) {
    let keys = (key.0, key.1, 0x1bd1_1bda_a9fc_1a22 ^ key.0 ^ key.1)
    var x = counter.0 &+ keys.0
    var y = counter.1 &+ keys.1
    func mix(_ rotation: UInt64) {
      x = x &+ y
      y = (y << rotation) | (y >> (64 - rotation))
      y ^= x
    }
    func rounds(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
      mix(first)
      mix(second)
      mix(third)
      mix(fourth)
    }
    func inject(_ first: UInt64, _ second: UInt64, _ round: UInt64) {
      x = x &+ first
      y = y &+ second &+ round
    }
    rounds(16, 42, 12, 31)
    inject(keys.1, keys.2, 1)
    rounds(16, 32, 24, 21)
    inject(keys.2, keys.0, 2)
    rounds(16, 42, 12, 31)
    inject(keys.0, keys.1, 3)
    rounds(16, 32, 24, 21)
    inject(keys.1, keys.2, 4)
    rounds(16, 42, 12, 31)
    inject(keys.2, keys.0, 5)
    return (x, y)
  }
}
