import Algorithms
import Models
import Tasks
import TensorCore

/// Checks of what adaptation depends on.
extension ContractSuite {
  private func adapt(_ support: LabelledSet, steps: Int, firstTask: Int = 0) -> [Adapted] {
    algorithm.adapt(state, problem.learner, support: support, steps: steps, context(firstTask: firstTask))
  }

  private func predict(_ adapted: Adapted, _ query: Tensor) -> Tensor {
    algorithm.predict(adapted, problem.learner, query: query, mode: problem.learner.trainingMode, context)
  }

  /// Steps of every adaptation below: more than in meta-training, as in testing.
  private var steps: Int { algorithm.adaptationSteps + 2 }

  var pathFinding: ContractFinding {
    let (support, query) = (shard().support, shard().query.inputs)
    let path = adapt(support, steps: steps)
    guard (1...(steps + 1)).contains(path.count) else {
      return finding(
        .path, false, "\(path.count) states for \(steps) steps, expected \(steps + 1), or fewer where more steps change nothing")
    }
    let target: Shape = [SmokeProblem.count, query.shape[1], problem.predictionWidth]
    for (step, adapted) in path.enumerated() {
      let shorter = adapt(support, steps: step)
      guard let last = shorter.last, Agreement.identical(last.parameters, adapted.parameters) else {
        return finding(.path, false, "the state after step \(step) of \(steps) is not that of an adaptation of \(step) steps")
      }
      for mode in NormalisationMode.allCases {
        let predictions = algorithm.predict(adapted, problem.learner, query: query, mode: mode, context)
        guard predictions.shape == target, predictions.isFinite else {
          return finding(.path, false, "after step \(step), \(mode.rawValue): predictions \(predictions.shape), expected finite \(target)")
        }
      }
    }
    return finding(.path, true, "\(path.count) states, each that of a shorter adaptation")
  }

  var taskIndependenceFinding: ContractFinding {
    let shard = shard()
    guard let together = adapt(shard.support, steps: steps).last else { return finding(.taskIndependence, false, "no state") }
    let predictions = predict(together, shard.query.inputs)
    let distances = (0..<shard.count).map { task -> Double in
      let own = shard[task..<(task + 1)]
      guard let alone = adapt(own.support, steps: steps, firstTask: task).last else { return .infinity }
      return Agreement.distance(predict(alone, own.query.inputs)[0].doubles, predictions[task].doubles)
    }
    let worst = distances.max() ?? .infinity
    return finding(
      .taskIndependence, worst <= Agreement.reordering,
      "a task's predictions differ by \(Float(worst)) alone and in a shard, relative to the norm"
    )
  }

  var supportOrderFinding: ContractFinding {
    let shard = tasks
    var stream = SmokeProblem.stream.child("order")
    let count = shard.support.inputs.shape[1]
    // A random order, but never the original one.
    let order = stream.permutation(count)
    let other = order == Array(0..<count) ? order.reversed() : order
    let permuted = Episodes(support: shard.support.reordered(other), query: shard.query, furtherSupports: shard.furtherSupports)
    guard let first = adapt(shard.support, steps: steps).last, let second = adapt(permuted.support, steps: steps).last else {
      return finding(.supportOrder, false, "adaptation returned no state")
    }
    let adapted = Agreement.distance(first.parameters, second.parameters)
    let predictions = Agreement.distance(
      predict(first, shard.query.inputs).doubles, predict(second, shard.query.inputs).doubles)
    let gradients = Agreement.distance(
      algorithm.metaGradient(state, problem.learner, shard, context).gradient,
      algorithm.metaGradient(state, problem.learner, permuted, context).gradient)
    return finding(
      .supportOrder, max(adapted, predictions, gradients) <= Agreement.reordering,
      "adapted parameters differ by \(Float(adapted)), predictions by \(Float(predictions)), meta-gradients by \(Float(gradients)), relative to the norm"
    )
  }

  /// `adapt` takes no query, so an algorithm could only keep one from an earlier call; the check makes such calls first.
  var queryUnseenFinding: ContractFinding {
    let tasks = tasks
    let query = tasks.query
    let others = [
      ("labels", LabelledSet(inputs: query.inputs, targets: query.targets.changed(problem.learner.taskLoss))),
      ("inputs", LabelledSet(inputs: query.inputs.map(.affine(factor: -1, offset: 0.5)), targets: query.targets)),
    ]
    func seen(_ query: LabelledSet) -> (adapted: [Adapted], predictions: [Tensor]) {
      let shard = Episodes(support: tasks.support, query: query, furtherSupports: tasks.furtherSupports)
      _ = algorithm.metaGradient(state, problem.learner, shard, context)
      _ = algorithm.score(state, problem.learner, shard, steps: 1, mode: problem.learner.trainingMode, context)
      let path = adapt(shard.support, steps: steps)
      return (path, path.map { predict($0, tasks.query.inputs) })
    }
    let before = seen(query)
    for (what, other) in others {
      let after = seen(other)
      for step in 0..<min(before.adapted.count, after.adapted.count) {
        guard Agreement.identical(before.adapted[step].parameters, after.adapted[step].parameters) else {
          return finding(.queryUnseen, false, "adapted parameters after step \(step) change with the query's \(what)")
        }
        guard Agreement.identical(before.predictions[step], after.predictions[step]) else {
          return finding(.queryUnseen, false, "predictions after step \(step) change with another query's \(what)")
        }
      }
    }
    return finding(.queryUnseen, true, "the same bits whatever the query's labels and inputs")
  }
}

extension LabelledSet {
  /// Reorders the samples of each task.
  fileprivate func reordered(_ order: [Int]) -> LabelledSet {
    func reordered(_ tensor: Tensor) -> Tensor { .concatenated(order.map { tensor.sliced($0..<($0 + 1), along: 1) }, along: 1) }
    return LabelledSet(inputs: reordered(inputs), targets: targets.mapTensor(reordered))
  }
}

extension Targets {
  /// Changes the target of every sample and keeps the kind of target.
  fileprivate func changed(_ taskLoss: TaskLoss) -> Targets {
    switch self {
    case .values(let values): .values(values.map(.affine(factor: -1, offset: taskLoss.targets == .binary ? 1 : 0.5)))
    case .classes(let labels, let ways):
      // Each sample moves to the next class.
      .classes(Self.next(labels, ways), ways: ways)
    case .padded(let targets, let mask): .padded(targets.changed(taskLoss), mask: mask)
    }
  }

  private static func next(_ labels: Tensor, _ ways: Int) -> Tensor {
    let values = labels.integers.map { Int64(($0 + 1) % ways) }
    return Tensor(shape: labels.shape, dtype: .int64) { bytes in
      _ = bytes.bindMemory(to: Int64.self).initialize(from: values)
    }
  }
}
