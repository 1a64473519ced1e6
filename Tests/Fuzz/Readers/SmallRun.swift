import Algorithms
import Evaluation

/// A run that takes no time.
struct SmallRun {
  let experiment: Experiment
  let trainer: MetaTrainer

  /// A run of two iterations, one of which is done.
  init(_ algorithm: String, _ task: String) throws {
    var request = ExperimentRequest(algorithm: algorithm, task: task)
    let small = [
      "task.shots": "2", "task.queries": "2", "model.hidden": "2", "training.metaBatch": "2", "training.shardSize": "1",
      "test.episodes": "3",
      "test.steps": "1", "test.shardSize": "2",
    ]
    request.settings = small.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    request.model = "mlp"
    request.iterations = 2
    experiment = try Experiment(request)
    var trainer = try experiment.trainer()
    _ = try trainer.step()
    self.trainer = trainer
  }

  /// Runs whose states differ.
  static var all: [SmallRun] {
    get throws {
      [
        try SmallRun("maml", "sinusoid"), try SmallRun("meta-optimizer", "linear-classification"),
        try SmallRun("chance", "sinusoid"),
      ]
    }
  }
}
