import Algorithms
import Evaluation

extension Flag {
  static let outResults = value("out", "DIR", "Write results.json into this folder.")
  static let algorithm = value("algorithm", "ALGORITHM", "Algorithm that adapts a state dict (default: scratch, which fine-tunes).")
  static let testedModel = value("model", "MODEL", "Model of a state dict (default: the model that the task suggests).")
}

extension Command {
  /// Tests a checkpoint, or a state dict.
  static let evaluate = Command(
    name: "evaluate", summary: "Test a checkpoint or a PyTorch state dict on held-out tasks.",
    operand: Operand(placeholder: "FILE", count: .one),
    flags: [.task, .testedModel, .algorithm, .seed, .threads, .data, .set] + Flag.shortForms + [.outResults, .overwrite, .quiet, .json],
    discussion: """
      FILE is a checkpoint.safetensors, the folder of a run, or a state dict. For a checkpoint, task, settings and seed are by default
      those of the run, and the results are equal to the run's. The folder of a run with --validate-every stands for its last state; name
      its best.safetensors for the state that the run tested. Another --seed draws other test episodes. Another --task of images gets
      the run's ways and size of images, and the report names both tasks. A state dict needs --task; it has the names and layouts of
      PyTorch's parameters, as 'tools export' writes them.
      """
  ) { arguments in
    let path = arguments.operands[0]
    let subject = Checkpoint.isCheckpoint(path) ? try Subject(checkpoint: path, arguments) : try Subject(stateDict: path, arguments)
    let experiment = subject.experiment
    let state = try subject.state()
    let folder = try arguments.text(.outResults).map { try RunFolder($0, overwrite: arguments.has(.overwrite), input: path) }
    if !arguments.has(.quiet) { Console.note(aboutDataOf: experiment) }
    Interrupt.catchSignals()
    let session = Session(
      run: ExperimentRun(experiment), label: "\(experiment.ids.algorithm) on \(experiment.ids.task)", quiet: arguments.has(.quiet))
    let row = Comparison.Row(experiment: experiment, result: try session.test(state), state: state, trainedOn: subject.trainedOn)
    try folder?.write(row)
    try Console.print(arguments.has(.json) ? row.json.text : row.text)
    return .success
  }
}

/// What `evaluate` tests.
private struct Subject {
  let experiment: Experiment
  let state: () throws -> MetaState
  /// The task of a checkpoint that is tested on another one.
  var trainedOn: Comparison.TrainingTask?

  /// The state of a run.
  init(checkpoint path: String, _ arguments: Arguments) throws {
    let checkpoint = try Checkpoint(contentsOf: path)
    for flag in [Flag.testedModel, .algorithm] where arguments.has(flag) { throw UsageError.onlyForStateDict(flag) }
    Console.note(checkpoint.ignored)
    let task = arguments.text(.task) ?? checkpoint.task
    let experiment = try checkpoint.experiment(
      overrides: try arguments.settings(), task: task, source: try arguments.source(of: task), threads: arguments.threads,
      seed: arguments.has(.seed) ? arguments.seed : nil)
    self.experiment = experiment
    trainedOn = checkpoint.trainedOn(testing: task)
    let adopted = try checkpoint.adoptedSettings(for: task, overrides: try arguments.settings())
    if !adopted.isEmpty, !arguments.has(.quiet) {
      let list = adopted.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
      Console.note("tools: note: \(task): \(list), as in the run on \(checkpoint.task).")
    }
    state = { try checkpoint.state(for: experiment) }
  }

  /// Given initial parameters, without meta-training.
  init(stateDict path: String, _ arguments: Arguments) throws {
    guard let task = arguments.text(.task) else { throw UsageError.stateDictNeeds(.task, path: path) }
    var request = try arguments.request(algorithm: arguments.text(.algorithm) ?? "scratch", task: task, settings: arguments.settings())
    request.model = arguments.text(.testedModel)
    request.initialisation = try StateDict(contentsOf: path)
    // Nothing is meta-trained.
    request.iterations = 0
    let experiment = try Experiment(request)
    Console.note(experiment.initialisation?.ignored ?? [])
    self.experiment = experiment
    state = { try experiment.trainer().state }
  }
}
