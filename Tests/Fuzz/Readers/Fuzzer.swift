/// Damages inputs of a reader again and again; an input with a new outcome joins those that are damaged next.
package struct Fuzzer {
  /// The most inputs that are kept.
  private static let poolLimit = 2000

  private let reader: Reader
  private var mutator: Mutator
  private var pool: [[UInt8]]
  /// The number of inputs of the pool to give out unchanged, first of all.
  private var fresh: Int
  private var outcomes: Set<String> = []

  /// The number of outcomes so far that differ in more than numbers and quoted names.
  package var outcomeCount: Int { outcomes.count }

  /// A fuzzer that starts from the reader's seeds and more inputs.
  ///
  /// - Throws: An error of making the seeds.
  package init(_ reader: Reader, seed: UInt64, corpus: [[UInt8]] = []) throws {
    self.reader = reader
    mutator = Mutator(seed: seed, tokens: reader.tokens)
    pool = try reader.seeds() + corpus
    fresh = pool.count
  }

  /// The next input; the seeds and the corpus come first, as they are.
  package mutating func next() -> [UInt8] {
    if fresh > 0 {
      fresh -= 1
      return pool[fresh]
    }
    let input = pool[mutator.choice(below: pool.count)]
    let damaged = mutator.mutated(input, with: pool[mutator.choice(below: pool.count)])
    return mutator.choice(below: 2) == 0 ? damaged : reader.repair(damaged)
  }

  /// Keeps an input if its outcome is new.
  package mutating func keep(_ input: [UInt8], outcome: String) {
    guard pool.count < Self.poolLimit, outcomes.insert(Self.pattern(outcome)).inserted else { return }
    pool.append(input)
  }

  /// The outcome without numbers and quoted names.
  private static func pattern(_ outcome: String) -> String {
    let parts = outcome.split(separator: "'", omittingEmptySubsequences: false)
    let plain = parts.enumerated().map { $0.offset % 2 == 0 ? String($0.element) : "" }.joined(separator: "'")
    return String(plain.prefix(300).filter { !$0.isNumber })
  }
}
