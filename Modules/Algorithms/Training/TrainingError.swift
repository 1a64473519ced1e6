/// A meta-training that cannot go on, or cannot begin.
public enum TrainingError: Error, Hashable, CustomStringConvertible {
  /// A loss or a parameter's meta-gradient is not finite; the trainer keeps the last good state.
  ///
  /// `parameter` is the first one whose meta-gradient is not finite, nil where the loss alone is not; `rates` are the settings of
  /// the algorithm to lower.
  case diverged(iteration: Int, parameter: String?, rates: [String])
  /// An algorithm's meta-gradient has other names or shapes than what it learns.
  case misfit(algorithm: String)
  /// An algorithm says that it is recordable, and reads numbers from tensors in its meta-gradient.
  case readsNumbers(algorithm: String)
  /// An algorithm says that it is recordable, and its meta-gradient reads the context's streams, step or first task.
  case readsContext(algorithm: String)
  /// A snapshot has no tensor of a name, or one of another shape.
  case snapshot(missingOrMisshapen: String)

  public var description: String {
    switch self {
    case .diverged(let iteration, let parameter, let rates):
      "meta-training diverged in iteration \(iteration): "
        + (parameter.map { "the meta-gradient of \($0) is not finite" } ?? "the loss is not finite")
        + ". Lower \((rates + ["outer.learningRate"]).joined(separator: " or ")), or set outer.clipNorm; the last good state was kept."
    case .misfit(let algorithm):
      "\(algorithm): the meta-gradient's names or shapes are not those of the learned parameters; run 'tools check \(algorithm)'."
    case .readsNumbers(let algorithm):
      "\(algorithm): its meta-gradient reads numbers from tensors, and it says 'isRecordable'. A recorded step is run again on other numbers "
        + "without that code: leave 'isRecordable' false, or compute by tensor operations alone."
    case .readsContext(let algorithm):
      "\(algorithm): its meta-gradient reads the context's stream, step or first task, and it says 'isRecordable'. A recorded step would "
        + "keep the first step's: leave 'isRecordable' false, or take numbers that change from 'scheduled' and choices from 'phase'."
    case .snapshot(let name): "the snapshot does not fit this run: tensor '\(name)' is missing or has another shape."
    }
  }
}
