import TensorCore

/// A step of small matrix products in equal parts, the same number for each thread; the threads meet at the end of the step.
///
/// It is the control for the speed-up of a meta-iteration of the same length with as many shards. Here threads share nothing, their
/// shares are equal, and no work is serial. Its speed-up is the one that the machine allows at that moment.
package struct EqualParts {
  private let pool: WorkerPool
  private let operands: [(Tensor, Tensor)]
  private let parts: Int
  private let productsOfPart: Int

  /// The shape of a product, as in the networks for sinusoids.
  private static let shape = (m: 10, n: 40, k: 40)

  /// Creates a step of about `products` products.
  ///
  /// The number of parts is rounded up to a multiple of the number of threads. Each part has at least one product.
  package init(products: Int, parts: Int, threads: Int) {
    pool = WorkerPool(threads: threads)
    operands = (0..<threads).map { _ in (.ones([1, Self.shape.m, Self.shape.k]), .ones([1, Self.shape.k, Self.shape.n])) }
    self.parts = threads * ((parts - 1) / threads + 1)
    productsOfPart = max(1, products / self.parts)
  }

  /// The number of products in a step.
  package var products: Int { productsOfPart * parts }

  /// Runs one step on all threads.
  package func step() {
    let (operands, count) = (operands, productsOfPart)
    pool.each(parts) { _, thread in
      let (left, right) = operands[thread]
      for _ in 0..<count { _ = left.matmul(right) }
    }
  }

  /// The number of these products that one undisturbed thread computes in the given time, in seconds.
  package static func products(in seconds: Double) -> Int {
    let trial = EqualParts(products: 100, parts: 1, threads: 1)
    var laps = Laps()
    laps.append(for: 0.02) { trial.step() }
    return max(1, Int(seconds / laps.undisturbed() * Double(trial.products)))
  }
}
