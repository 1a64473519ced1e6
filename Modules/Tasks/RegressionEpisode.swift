import TensorCore

/// A function of one number, with the stream that its points are drawn from.
struct Curve {
  let function: (Double) -> Double
  let stream: RandomStream
}

extension Episodes {
  /// Points of curves: support and query inputs are drawn uniformly, from streams of their own.
  ///
  /// So the query points stay the same when another number of support points is asked for. The points of a shard are drawn to where
  /// they lie stacked: tensors for each task, stacked after, took a fifth of a small network's meta-iteration.
  /// - Precondition: At least one curve.
  static func regression(_ curves: [Curve], inputs: Interval, shots: Int, queries: Int, supports: Int = 1) -> Episodes {
    precondition(!curves.isEmpty, "a shard has at least one episode")
    func points(_ count: Int, _ purpose: String) -> LabelledSet {
      let x = Tensor(shape: [curves.count, count, 1]) { values in
        for (task, curve) in curves.enumerated() {
          var stream = curve.stream.child(purpose)
          for index in (task * count)..<((task + 1) * count) {
            values.initializeElement(at: index, to: Float(inputs.draw(from: &stream)))
          }
        }
      }
      // The function is taken at the rounded input, so that targets belong to what the model sees.
      let y = Tensor(shape: [curves.count, count, 1]) { values in
        x.withUnsafeBytes { bytes in
          let inputs = bytes.bindMemory(to: Float.self)
          for (task, curve) in curves.enumerated() {
            let function = curve.function
            for index in (task * count)..<((task + 1) * count) {
              values.initializeElement(at: index, to: Float(function(Double(inputs[index]))))
            }
          }
        }
      }
      return LabelledSet(inputs: x, targets: .values(y))
    }
    return Episodes(
      support: points(shots, "support"), query: points(queries, "query"),
      furtherSupports: (1..<max(supports, 1)).map { points(shots, "support \($0 + 1)") })
  }
}

extension Episode {
  /// Points of one curve.
  static func regression(_ curve: Curve, inputs: Interval, shots: Int, queries: Int) -> Episode {
    Episodes.regression([curve], inputs: inputs, shots: shots, queries: queries)[task: 0]
  }
}
