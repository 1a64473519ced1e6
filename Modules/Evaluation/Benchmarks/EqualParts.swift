import TensorCore

/// A step of nothing but small matrix products, in as many equal parts for each thread, which meet at its end.
///
/// It is what a meta-iteration of the same length and as many shards would be if threads shared nothing, their shares were equal and
/// nothing were left to do alone. How much faster it is on more threads is what the machine gives at that moment.
package struct EqualParts {
  private let pool: WorkerPool
  private let operands: [(Tensor, Tensor)]
  private let parts: Int
  private let productsOfPart: Int

  /// Products of 10×40×40, as in the sinusoids' networks.
  private static let shape = (m: 10, n: 40, k: 40)

  /// A step of about so many products, in so many parts or as many more as give each thread the same number; a part has one at least.
  package init(products: Int, parts: Int, threads: Int) {
    pool = WorkerPool(threads: threads)
    operands = (0..<threads).map { _ in (.ones([1, Self.shape.m, Self.shape.k]), .ones([1, Self.shape.k, Self.shape.n])) }
    self.parts = threads * ((parts - 1) / threads + 1)
    productsOfPart = max(1, products / self.parts)
  }

  /// The products of a step.
  package var products: Int { productsOfPart * parts }

  /// One step.
  package func step() {
    let (operands, count) = (operands, productsOfPart)
    pool.each(parts) { _, thread in
      let (left, right) = operands[thread]
      for _ in 0..<count { _ = left.matmul(right) }
    }
  }

  /// How many of these products one thread does in so many seconds when nothing disturbs it.
  package static func products(in seconds: Double) -> Int {
    let trial = EqualParts(products: 100, parts: 1, threads: 1)
    var laps = Laps()
    laps.append(for: 0.02) { trial.step() }
    return max(1, Int(seconds / laps.undisturbed() * Double(trial.products)))
  }
}
