import TensorCore

/// A step of nothing but small matrix products, in as many equal parts as there are threads, which meet at its end.
///
/// It is what a meta-iteration of the same length would be if threads shared nothing and had nothing left to do alone. How much
/// faster it is on more threads is what the machine gives: one core that is slowed holds up all.
struct EqualParts {
  private let pool: WorkerPool
  private let operands: [(Tensor, Tensor)]
  private let productsOfPart: Int

  /// Products of 10×40×40, as in the sinusoids' networks.
  private static let shape = (m: 10, n: 40, k: 40)

  /// A step of about so many products; a part has one at least.
  init(products: Int, threads: Int) {
    pool = WorkerPool(threads: threads)
    operands = (0..<threads).map { _ in (.ones([1, Self.shape.m, Self.shape.k]), .ones([1, Self.shape.k, Self.shape.n])) }
    productsOfPart = max(1, products / threads)
  }

  /// The products of a step.
  var products: Int { productsOfPart * operands.count }

  /// One step.
  func step() {
    let (operands, count) = (operands, productsOfPart)
    pool.each(operands.count) { part, _ in
      let (left, right) = operands[part]
      for _ in 0..<count { _ = left.product(right) }
    }
  }

  /// How many of these products one thread does in so many seconds when nothing disturbs it.
  static func products(in seconds: Double) -> Int {
    let trial = EqualParts(products: 100, threads: 1)
    var laps = Laps()
    laps.append(for: 0.02) { trial.step() }
    return max(1, Int(seconds / laps.undisturbed * Double(trial.products)))
  }
}
