import Tasks
import TensorCore

extension LabelledSet {
  /// Draws samples of each task without replacement; each task has its own random stream.
  func drawn(_ count: Int, stream: (Int) -> RandomStream) -> LabelledSet {
    let population = inputs.shape[1]
    let choices = (0..<inputs.shape[0]).map { task in
      var numbers = stream(task)
      return numbers.choice(count, of: population)
    }
    func picked(_ tensor: Tensor) -> Tensor {
      .stacked(choices.enumerated().map { task, samples in .concatenated(samples.map { tensor[task].slice($0..<($0 + 1)) }, along: 0) })
    }
    return LabelledSet(inputs: picked(inputs), targets: targets.mapTensor(picked))
  }
}
