import TensorCore

extension Episode {
  /// Points of a function of one number: support and query inputs are drawn uniformly, from streams of their own.
  ///
  /// So the query points stay the same when another number of support points is asked for.
  static func regression(
    _ function: (Double) -> Double, inputs: Interval, shots: Int, queries: Int, from stream: RandomStream
  ) -> Episode {
    func points(_ count: Int, _ purpose: String) -> LabelledSet {
      var stream = stream.child(purpose)
      // The function is taken at the rounded input, so that targets belong to what the model sees.
      let x = Tensor(shape: [count, 1]) { values in
        for index in 0..<count { values.initializeElement(at: index, to: Float(inputs.draw(from: &stream))) }
      }
      let y = Tensor(shape: [count, 1]) { values in
        x.withUnsafeBytes { bytes in
          for (index, input) in bytes.bindMemory(to: Float.self).enumerated() {
            values.initializeElement(at: index, to: Float(function(Double(input))))
          }
        }
      }
      return LabelledSet(inputs: x, targets: .values(y))
    }
    return Episode(support: points(shots, "support"), query: points(queries, "query"))
  }
}
