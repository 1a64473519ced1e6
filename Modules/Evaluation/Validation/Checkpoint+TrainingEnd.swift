import Algorithms

extension Checkpoint {
  /// The end of the training that the checkpoint is of.
  ///
  /// - Parameters:
  ///   - experiment: The experiment of the run.
  ///   - folder: The path of the run's folder.
  /// - Returns: The trainer and the state to test; nil if the run has iterations or a validation left.
  /// - Throws: What ``trainer(for:)`` throws, and errors of reading the validations.
  package func end(of experiment: Experiment, in folder: String) throws -> ExperimentRun.Trained? {
    let trainer = try trainer(for: experiment)
    let (validation, isWhole) = (experiment.validation, iteration == experiment.training.iterations)
    guard validation.isOn else { return isWhole ? .init(trainer: trainer, state: trainer.state, end: nil) : nil }
    let recorded = try RecordedValidation(of: experiment, in: folder, through: iteration)
    let history = recorded.history
    let isValidated = history.reports.count == iteration / validation.every
    guard isValidated, isWhole || history.isStopped(by: validation) else { return nil }
    return .init(
      trainer: trainer, state: try recorded.bestState() ?? trainer.state,
      end: TrainingEnd(iterations: iteration, isStoppedEarly: !isWhole, best: history.best))
  }
}
