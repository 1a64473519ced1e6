import Autograd
import Models
import Tasks
import TensorCore

extension LabelledSet {
  /// The samples of both sets, [T, N + M, …].
  func concatenated(with other: LabelledSet) -> LabelledSet {
    let both = Tensor.concatenated([targets.tensor, other.targets.tensor], along: 1)
    return LabelledSet(inputs: .concatenated([inputs, other.inputs], along: 1), targets: targets.mapTensor { _ in both })
  }

  /// Some samples of each task, without replacement, each task's drawn from a stream of its own.
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

extension InnerOptimizer {
  /// The trees that the rule remembers.
  var momentCount: Int {
    switch self {
    case .sgd, .perParameterSGD: 0
    case .momentum, .adagrad, .rmsprop: 1
    case .adam: 2
    }
  }
}

extension InnerOptimizer.Memory {
  /// What a state carries: "count", and "moment0.<parameter>", …, of the one task before.
  init(carried: ParameterTree<Tensor>) {
    step = Int(carried["count"].scalar)
    guard step > 0 else { return }
    while case let tree = carried.subtree("moment\(moments.count)"), !tree.isEmpty {
      moments.append(tree.map { Variable(constant: $0.reshaped($0.shape.inserting(1, at: 0))) })
    }
  }

  var carried: ParameterTree<Tensor> {
    let dtype = moments.first?.leaves.first?.value.dtype ?? .float32
    let count = ParameterTree([(name: "count", leaf: Tensor(Double(step), dtype: dtype))])
    return moments.enumerated().reduce(count) { all, next in
      all.merging(next.element.map { $0.value.dense.reshaped($0.shape.dropFirst()) }.prefixed("moment\(next.offset)"))
    }
  }
}
