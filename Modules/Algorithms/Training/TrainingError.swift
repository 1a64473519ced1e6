/// An error that stops a meta-training run or prevents its start.
public enum TrainingError: Error, Hashable, CustomStringConvertible {
  /// A loss or a parameter's meta-gradient is not finite; the trainer keeps the last good state.
  ///
  /// `parameter` is the first one whose meta-gradient is not finite; nil if only the loss is not finite. `rates` are the algorithm's
  /// settings to lower.
  case diverged(iteration: Int, parameter: String?, rates: [String])
  /// The names or shapes of an algorithm's meta-gradient differ from the learned tensors.
  case misfit(algorithm: String)
  /// An algorithm declares itself recordable, but its meta-gradient reads numbers from tensors.
  case readsNumbers(algorithm: String)
  /// An algorithm declares itself recordable, but its meta-gradient reads the context's streams, step or first task.
  case readsContext(algorithm: String)
  /// A snapshot lacks a named tensor, or the tensor has the wrong shape or type.
  case snapshot(missingOrMisshapen: String)

  public var description: String {
    switch self {
    case .diverged(let iteration, let parameter, let rates):
      "meta-training diverged in iteration \(iteration): "
        + (parameter.map { "the meta-gradient of \($0) is not finite" } ?? "the loss is not finite")
        + ". Lower \((rates + ["outer.learningRate"]).joined(separator: " or ")), or set outer.clipNorm."
    case .misfit(let algorithm):
      "\(algorithm): the meta-gradient's names or shapes are not those of the learned parameters; run 'tools check \(algorithm)'."
    case .readsNumbers(let algorithm):
      "\(algorithm): its meta-gradient reads tensor values, but it declares 'isRecordable'. A replayed step has other values and does not run"
        + "that code: set 'isRecordable' to false, or use tensor operations only."
    case .readsContext(let algorithm):
      "\(algorithm): its meta-gradient reads the context's stream, step or first task, but it declares 'isRecordable'. A recording would"
        + "freeze their values: set 'isRecordable' to false, or read changing numbers from 'scheduled' and branch on 'phase'."
    case .snapshot(let name): "the snapshot does not fit this run: tensor '\(name)' is missing or has another shape."
    }
  }
}
