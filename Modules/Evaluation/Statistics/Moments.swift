/// The mean and the variance of numbers.
struct Moments {
  /// The number of numbers, n.
  let count: Int
  /// Their mean.
  let mean: Double
  /// The sum of squared distances from the mean.
  let squares: Double

  /// Computes the moments in two passes.
  init(_ numbers: [Double]) {
    count = numbers.count
    let average = numbers.reduce(0, +) / Double(numbers.count)
    mean = average
    squares = numbers.reduce(0) { $0 + ($1 - average) * ($1 - average) }
  }

  /// The sample variance s², with n − 1 in the denominator.
  var variance: Double { squares / Double(count - 1) }
  /// Whether neither the numbers nor their squares overflow.
  var isFinite: Bool { mean.isFinite && squares.isFinite }
}
