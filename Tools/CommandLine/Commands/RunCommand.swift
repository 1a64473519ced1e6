import Algorithms
import Evaluation
import Registry

extension Flag {
  static let out = value("out", "DIR", "Save the run in this folder: configuration, checkpoints, metrics, results, timing.")
  static let config = value(
    "config", "FILE", "Repeat the run of this config.json, or of the run in this folder; flags beside it replace its values.")
  static let initialisation = value(
    "init", "FILE", "Start from the parameters of this PyTorch state dict in safetensors format (default: random ones).")
  static let resume = toggle(
    "resume", "Resume the run in --out, or start it, also with more --iterations; the results are the same bits as of one whole run.")
  static let validateEvery = value(
    "validate-every", "N", "Iterations between validations on tasks of meta-validation; the best state is tested (default: none).",
    sets: "validation.every")
  static let patience = value(
    "patience", "N", "Validations without improvement that end the meta-training (default: no end).", sets: "validation.patience")
  static let memory = value(
    "memory", "LIMIT",
    "Choose shard sizes, threads and the way through the inner loop so that tensors take no more than LIMIT, such as 512MB.")
  static let logDir = value("log-dir", "DIR", "Write event files for TensorBoard into this folder.")
  static let checkpointEvery = value(
    "checkpoint-every", "N", "Iterations between checkpoints (default: one per minute, and one at the end).", in: .integer(1...(.max)))

  /// The flags of commands that train and test.
  static let work: [Flag] = [seed, threads, data, set] + shortForms
}

extension Command {
  /// Meta-trains and tests one algorithm on one task distribution.
  static let run = Command(
    name: "run", summary: "Meta-train an algorithm, and test it on held-out tasks.",
    operand: Operand(placeholder: "ALGORITHM", count: .optional),
    flags: [.config, .task, .model, .initialisation, .iterations] + Flag.work + [.validateEvery, .patience]
      + [.memory, .out, .resume, .overwrite, .checkpointEvery, .logDir, .quiet, .json],
    discussion: """
      Example: tools run maml --task sinusoid --iterations 10000 --out runs/maml

      Ctrl-C and the signals of batch systems (TERM, HUP, USR1, USR2, XCPU) finish the iteration and write the checkpoint; an iteration
      that takes longer than a second is left unfinished. metrics.jsonl and checkpoint.safetensors do not depend on the number
      of threads.

      --config FILE needs no ALGORITHM and no --task. FILE is the config.json that a run writes into --out, or the folder. A flag beside
      it replaces the value in the file; ALGORITHM, --task and --model may be given, but cannot differ. Paths in it are relative to the
      working directory. Other data or other initial parameters than the run's are an error, unless --data or --init names them.

      With --validate-every, the state is validated on the same episodes of meta-validation each time, 200 by default (--set
      validation.episodes=N), without an effect on the training. validation.jsonl has the scores. The state with the best score is kept as
      best.safetensors, and the meta-test tests it; of equal scores, the earlier one counts. With --patience P, the training ends after P
      validations without improvement.

      The folder keeps the checkpoint before the latest as checkpoint.previous.safetensors. If the latest is damaged, --resume goes on from
      that one. A finished run goes on with more --iterations, unless something depends on their number, such as outer.schedule=cosine.

      --memory keeps the settings that the command line gives, and chooses the others by measuring one shard of the training and of the
      test. The choice is in config.json, so that it can be repeated, and --resume keeps that of the run. Data count; the program itself,
      some tens of megabytes, does not.

      Under MPI, as in 'mpirun -n 4 tools run …', the ranks share the shards of each meta-batch, and checkpoint and metrics are the same
      bytes for any number of ranks. Rank 0 writes all files, validates and tests. It needs a build with the package trait MPI.
      """,
    takesRanks: true
  ) { arguments in
    if arguments.has(.resume) {
      // A resumed run keeps its folder.
      guard arguments.has(.out) else { throw UsageError.needsFlag(.resume, needs: .out) }
      if arguments.has(.overwrite) { throw UsageError.exclusiveFlags(.resume, .overwrite) }
    }
    let experiment = try arguments.fittedExperiment()
    Console.note(experiment.initialisation?.ignored ?? [])
    Interrupt.catchSignals()
    if let group = Ranks.group {
      // Before a file is touched: another rank may have failed.
      try group.validate(experiment.algorithm, experiment.training)
      try group.meet(experiment.rankFacts)
      guard group.rank == 0 else {
        Interrupt.leaveToRankZero()
        try experiment.assist(in: group)
        return .success
      }
      if !arguments.has(.quiet) { Console.note(idleIn: group, experiment) }
    }
    var run = ExperimentRun(experiment)
    run.group = Ranks.group
    run.events = try arguments.text(.logDir).map { try EventLog($0) }
    run.checkpointEvery = arguments.integer(.checkpointEvery)
    if let path = arguments.text(.out) {
      if arguments.has(.resume) {
        let resumption = try Resumption(of: experiment, in: path)
        Console.note(resumption.checkpoint?.ignored ?? [])
        run.start = resumption.checkpoint
        run.folder = resumption.folder
        if resumption.checkpoint == nil, !arguments.has(.quiet) {
          Console.note("tools: \(resumption.folder.path) has no checkpoint; the run starts from the beginning.")
        }
      } else {
        run.folder = try RunFolder(path, overwrite: arguments.has(.overwrite))
      }
    }
    if !arguments.has(.quiet) { Console.note(aboutDataOf: experiment) }
    let session = Session(
      run: run, label: "\(experiment.ids.algorithm) on \(experiment.ids.task)",
      resumeAdvice: "; run the same command with --resume to continue",
      quiet: arguments.has(.quiet))
    let row: Comparison.Row
    do {
      row = try session()
    } catch let error where !(error is Interrupted) {
      // A run that diverged would diverge again.
      throw StoppedRun(error: error, kept: session.keptText(advises: !(error is TrainingError)))
    }
    try Console.print(arguments.has(.json) ? row.json.text : row.text)
    return .success
  }
}
