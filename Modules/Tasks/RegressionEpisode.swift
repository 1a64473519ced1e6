import Registry
import TensorCore

/// A function of one number, and the random stream for its points.
struct Curve {
  let function: (Double) -> Double
  let stream: RandomStream
}

extension Episodes {
  /// Draws points on curves: support and query inputs are uniform and use separate random streams.
  ///
  /// The query points therefore do not depend on the number of support points. Points are written straight into stacked tensors: creating
  /// one tensor per task and stacking them afterwards took a fifth of a small network's meta-iteration.
  /// - Precondition: There is at least one curve.
  static func regression(_ curves: [Curve], inputs: Interval, shots: Int, queries: Int, supports: Int = 1) -> Episodes {
    require(!curves.isEmpty, "a shard has at least one episode")
    func points(_ count: Int, _ purpose: String) -> LabelledSet {
      let x = Tensor(shape: [curves.count, count, 1]) { values in
        for (task, curve) in curves.enumerated() {
          var stream = curve.stream.child(purpose)
          for index in (task * count)..<((task + 1) * count) {
            values.initializeElement(at: index, to: Float(inputs.draw(from: &stream)))
          }
        }
      }
      // Evaluate the function at the rounded input, so that targets match the inputs that the model sees.
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
  /// Draws the support and query points of one curve.
  static func regression(_ curve: Curve, inputs: Interval, shots: Int, queries: Int) -> Episode {
    Episodes.regression([curve], inputs: inputs, shots: shots, queries: queries)[task: 0]
  }
}
