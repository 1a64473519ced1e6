import Evaluation

extension Command {
  /// Tests a checkpoint.
  static let evaluate = Command(
    name: "evaluate", summary: "Test a checkpoint on tasks that it has not seen.",
    operand: Operand(placeholder: "CHECKPOINT", count: .one),
    flags: [.task, .threads, .data, .set] + Flag.shortForms + [.quiet, .json],
    discussion: """
      CHECKPOINT is the file checkpoint.safetensors or the folder of a run. Task, settings and seed are those of the run unless others
      are given, so that the numbers are the same as the run's.
      """
  ) { arguments in
    let checkpoint = try Checkpoint(contentsOf: arguments.operands[0])
    var request = checkpoint.request(task: arguments.text(.task))
    request.settings += try arguments.settings()
    request.threads = arguments.threads
    request.source = try arguments.source(of: request.task)
    let experiment = try Experiment(request)
    Interrupt.catchSignals()
    let session = Session(
      experiment: experiment, folder: nil, label: "\(request.algorithm) on \(request.task)", quiet: arguments.has(.quiet))
    let row = Comparison.Row(experiment: experiment, result: try session.test(checkpoint.state(for: experiment)), seconds: nil)
    try Console.print(arguments.has(.json) ? row.json.text : row.text)
    return .done
  }
}
