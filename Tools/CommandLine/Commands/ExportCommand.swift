import Evaluation

extension Flag {
  static let outFile = value("out", "FILE", "Write the state dict into this file.")
  static let overwriteFile = toggle("overwrite", "Replace the file.")
  static let adapted = toggle("adapted", "Export the model after adaptation to --support, instead of the initialisation.")
}

extension Command {
  /// Writes the initialisation of a checkpoint, or an adapted model, as a state dict.
  static let export = Command(
    name: "export", summary: "Write a checkpoint's initialisation, or an adapted model, as a PyTorch state dict.",
    operand: Operand(placeholder: "CHECKPOINT", count: .one),
    flags: [.outFile, .overwriteFile, .adapted, .support, .steps, .data],
    discussion: """
      CHECKPOINT is the file checkpoint.safetensors or the folder of a run. The state dict has PyTorch's names and layouts:
        model.load_state_dict(safetensors.torch.load_file(FILE), strict=True)
      Tools/Examples/pytorch has such models. Their images are [channels, height, width]. Only a checkpoint of format version 1 of
      a task with data needs --data. With --adapted, the examples of --support are read as by 'tools adapt'.
      """
  ) { arguments in
    let (input, output) = (arguments.operands[0], try arguments.required(.outFile))
    for flag in [Flag.support, .steps] where arguments.has(flag) && !arguments.has(.adapted) {
      throw UsageError.needsFlag(flag, needs: .adapted)
    }
    if arguments.has(.adapted) {
      guard let support = arguments.text(.support) else { throw UsageError.needsFlag(.adapted, needs: .support) }
      try Adaptation(arguments, output: output, support: support).writeModel()
      return .success
    }
    let checkpoint = try Checkpoint(contentsOf: input)
    Console.note(checkpoint.ignored)
    let file = try StateDict.exported(from: checkpoint) {
      try checkpoint.experiment(source: arguments.source(of: checkpoint.task))
    }
    try StateDict.write(file, to: output, overwrite: arguments.has(.overwriteFile), input: input)
    return .success
  }
}
