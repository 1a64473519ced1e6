import Evaluation

extension Flag {
  static let outFile = value("out", "FILE", "Write the state dict into this file.")
  static let overwriteFile = toggle("overwrite", "Replace the file.")
}

extension Command {
  /// Writes the initialisation of a checkpoint as a state dict.
  static let export = Command(
    name: "export", summary: "Write a checkpoint's initialisation as a PyTorch state dict.",
    operand: Operand(placeholder: "CHECKPOINT", count: .one), flags: [.outFile, .overwriteFile, .data],
    discussion: """
      CHECKPOINT is the file checkpoint.safetensors or the folder of a run. The state dict has PyTorch's names and layouts:
        model.load_state_dict(safetensors.torch.load_file(FILE), strict=True)
      Tools/Examples/pytorch has such models. Their images are [channels, height, width]. Only a checkpoint of format version 1 of
      a task with data needs --data.
      """
  ) { arguments in
    let (input, output) = (arguments.operands[0], try arguments.required(.outFile))
    let checkpoint = try Checkpoint(contentsOf: input)
    Console.note(checkpoint.ignored)
    let file = try StateDict.exported(from: checkpoint) {
      try checkpoint.experiment(source: arguments.source(of: checkpoint.task))
    }
    try StateDict.write(file, to: output, overwrite: arguments.has(.overwriteFile), input: input)
    return .success
  }
}
