import TensorCore

/// Measures the best matmul rate of this machine, which is the limit for benchmarks.
public enum ProductPeak {
  /// Five float32 shapes (M, N, K) that resemble the products of the networks.
  static let shapes = [(1225, 64, 576), (245, 64, 576), (20, 64, 576), (64, 64, 64), (10, 40, 40)]

  /// The best rate over the shapes, in floating-point operations per second, with all threads busy at once.
  public static func measure(threads: Int, secondsPerShape: Double = 0.2) throws -> Double {
    let pool = WorkerPool(threads: threads)
    var best = 0.0
    for (m, n, k) in shapes {
      let operations = 2.0 * Double(m * n * k)
      let rates = try pool.map(threads) { _ -> Double in
        let a = Tensor.ones([1, m, k])
        let b = Tensor.ones([1, k, n])
        let clock = ContinuousClock()
        for _ in 0..<3 { _ = a.matmul(b) }
        // Compute several products between readings of the clock.
        let batch = max(1, Int(2e7 / operations))
        let start = clock.now
        var count = 0
        var elapsed = 0.0
        while elapsed < secondsPerShape {
          for _ in 0..<batch { _ = a.matmul(b) }
          count += batch
          elapsed = (clock.now - start) / .seconds(1)
        }
        return Double(count) * operations / elapsed
      }
      best = max(best, rates.reduce(0, +))
    }
    return best
  }
}
