import Algorithms
import Tasks

extension Experiment {
  /// Throws if the validation of the settings is not possible.
  ///
  /// - Throws: ``ExperimentError``, and what drawing an episode of meta-validation throws.
  func checkValidation() throws {
    guard validation.isOn else {
      if validation.patience > 0 { throw ExperimentError.patienceWithoutValidation(patience: validation.patience) }
      return
    }
    // A test of given parameters has no iterations.
    if training.iterations > 0, validation.every > training.iterations {
      throw ExperimentError.validationTooRare(every: validation.every, iterations: training.iterations)
    }
    if !tasks.classes(in: .metaTrain).isEmpty, tasks.classes(in: .metaValidation).isEmpty {
      throw ExperimentError.noValidation(task: ids.task)
    }
    _ = try tasks.checkedShards(0..<1, in: .metaValidation, seed: training.seed)
  }

  /// The experiment whose meta-test is the validation: its first normalisation mode, on episodes of meta-validation.
  var validating: Experiment {
    var result = self
    result.test.part = .metaValidation
    result.test.disjoint = false
    result.test.episodes = validation.episodes
    if let mode = testModes.first, let only = TestConfiguration.Modes(rawValue: mode.name) { result.test.modes = only }
    return result
  }
}
