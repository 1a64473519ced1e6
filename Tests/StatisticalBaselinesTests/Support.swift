import Algorithms
import Models
import Tasks
import TensorCore

/// Numbers as a float64 tensor.
func tensor(_ numbers: [Double], _ shape: Shape) throws -> Tensor { try Tensor(numbers, shape: shape) }

/// Stacked tasks with numbers as inputs and targets, [T, N, 1] each.
func lines(_ x: [[Double]], _ y: [[Double]]) throws -> LabelledSet {
  let shape: Shape = [x.count, x[0].count, 1]
  return LabelledSet(inputs: try tensor(x.flatMap { $0 }, shape), targets: .values(try tensor(y.flatMap { $0 }, shape)))
}

/// A learner for regression with one output.
func learner(inputs: Int = 1, _ loss: TaskLoss = .meanSquaredError, outputs: Int = 1) -> Learner {
  Learner(model: MLP(widths: [inputs, 4, outputs]), taskLoss: loss)
}

/// A context of meta-training or testing.
func context(firstTask: Int = 0) -> AdaptationContext { AdaptationContext(stream: RandomStream(seed: 1), firstTask: firstTask) }

extension Algorithm {
  /// Predictions of stacked tasks after adaptation.
  func answers(_ learner: Learner, _ support: LabelledSet, _ query: Tensor, after state: MetaState? = nil) -> [Double] {
    let state = state ?? initialState(learner, from: RandomStream(seed: 1), dtype: .float64)
    let path = adapt(state, learner, support: support, steps: 3, context())
    return predict(path[path.count - 1], learner, query: query, mode: .transductive, context()).doubles
  }
}
