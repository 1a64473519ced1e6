import Evaluation

extension Flag {
  static let outResults = value("out", "DIR", "Write results.json into this folder.")
}

extension Command {
  /// Tests a checkpoint.
  static let evaluate = Command(
    name: "evaluate", summary: "Test a checkpoint on held-out tasks.",
    operand: Operand(placeholder: "CHECKPOINT", count: .one),
    flags: [.task, .seed, .threads, .data, .set] + Flag.shortForms + [.outResults, .overwrite, .quiet, .json],
    discussion: """
      CHECKPOINT is the file checkpoint.safetensors or the folder of a run. By default, task, settings and seed are those of the run,
      and the results are equal to the run's. Another --seed draws other test episodes.
      """
  ) { arguments in
    let checkpoint = try Checkpoint(contentsOf: arguments.operands[0])
    Console.note(checkpoint.ignored)
    let task = arguments.text(.task) ?? checkpoint.task
    let experiment = try checkpoint.experiment(
      overrides: try arguments.settings(), task: task, source: try arguments.source(of: task), threads: arguments.threads,
      seed: arguments.has(.seed) ? arguments.seed : nil)
    Console.note(experiment.tasks, quiet: arguments.has(.quiet))
    let folder = try arguments.text(.outResults).map {
      try RunFolder($0, overwrite: arguments.has(.overwrite), input: arguments.operands[0])
    }
    Interrupt.catchSignals()
    let session = Session(
      run: ExperimentRun(experiment), label: "\(checkpoint.algorithm) on \(task)", quiet: arguments.has(.quiet))
    let state = try checkpoint.state(for: experiment)
    let row = Comparison.Row(experiment: experiment, result: try session.test(state), state: state)
    try folder?.write(row)
    try Console.print(arguments.has(.json) ? row.json.text : row.text)
    return .success
  }
}
