import Algorithms
import Evaluation
import Registry
import Tasks

/// The runs and tests of a preset.
struct PresetRun {
  private let preset: Preset
  private let arguments: Arguments
  private let isQuick: Bool
  private let out: String
  private var parts: [Part] = []
  private var notBuilt: [Preset.Run] = []

  /// One seed of a run.
  private struct Part {
    let run: Preset.Run
    let experiment: Experiment
    let tests: [Experiment]
    let path: String
  }

  /// Prepares all experiments, so that every fault is found before the first run.
  ///
  /// - Throws: ``UsageError`` if nothing is left to run, `LookupError` for a run that the preset does not have, and errors of the experiments.
  init(_ preset: Preset, _ arguments: Arguments) throws {
    self.preset = preset
    self.arguments = arguments
    isQuick = arguments.has(.quick)
    out = arguments.text(.outPreset) ?? "runs/reproduce/\(preset.name)\(isQuick ? "-quick" : "")"
    let seeds = arguments.integer(.presetSeeds) ?? (isQuick ? 1 : preset.seeds)
    let only = try arguments.distinctItems(.onlyRuns)
    for name in only ?? [] where !preset.runs.contains(where: { $0.name == name }) {
      throw LookupError(kind: "run", name: name, known: preset.runs.map(\.name))
    }
    for run in preset.runs where only?.contains(run.name) != false {
      guard let iterations = isQuick ? run.quickIterations : run.iterations else { continue }
      guard AlgorithmRegistry.all.ids.contains(run.algorithm) else {
        notBuilt.append(run)
        continue
      }
      let settings = run.settings.map { (key: $0.key, value: $0.value) }
      let experiment = try self.experiment(of: run, iterations, settings)
      let tests = try run.tests.map { test in
        try self.experiment(
          of: run, iterations,
          settings.filter { own in !test.settings.contains { $0.key == own.key } } + test.settings.map { ($0.key, $0.value) })
      }
      for (test, experiment) in zip(run.tests, tests) { try Self.check(test, of: run, experiment) }
      for seed in 0..<UInt64(seeds) {
        parts.append(
          Part(
            run: run, experiment: try experiment.reseeded(seed), tests: try tests.map { try $0.reseeded(seed) },
            path: "\(out)/\(run.name)/seed-\(seed)"))
      }
    }
    if parts.isEmpty { throw UsageError.emptySelection(kind: "run of a registered algorithm") }
  }

  private func experiment(of run: Preset.Run, _ iterations: Int, _ settings: [(key: String, value: String)]) throws -> Experiment {
    var request = ExperimentRequest(algorithm: run.algorithm, task: run.task)
    request.model = run.model
    request.iterations = iterations
    request.settings = settings
    request.threads = arguments.threads
    request.source = try arguments.source(of: run.task)
    return try Experiment(request)
  }

  /// Refuses a number after a step, or in a mode, that the test does not have.
  private static func check(_ test: Preset.Test, of run: Preset.Run, _ experiment: Experiment) throws(UsageError) {
    let modes = RunDescription(experiment).modes
    for cell in test.cells {
      let name = "\(run.name)/\(test.name)"
      if cell.step > experiment.test.steps { throw .presetStep(test: name, step: cell.step, last: experiment.test.steps) }
      if let mode = cell.mode, !modes.contains(mode) { throw .presetMode(test: name, mode: mode, modes: modes) }
    }
  }

  /// Trains and tests what is not finished, and collects the results.
  func run() throws -> Reproduction {
    let (resumes, overwrite) = (arguments.has(.resumePreset), arguments.has(.overwrite))
    let folder = try resumes ? RunFolder(resuming: out) : RunFolder(out, overwrite: overwrite)
    let stages = try parts.map { try resumes ? RunStage(of: $0.experiment, in: $0.path) : .new }
    var rows: [String: [Comparison.Row]] = [:]
    var trainings: [String: [Comparison.Row]] = [:]
    for (number, part) in parts.enumerated() {
      let label = "[\(number + 1)/\(parts.count)] \(part.run.name), seed \(part.experiment.training.seed)"
      let advice = "; run the same command with --resume to continue"
      if stages[number].outcome == nil {
        var run = ExperimentRun(part.experiment)
        run.folder = try stages[number].open(part.path, overwrite: overwrite)
        run.start = stages[number].checkpoint
        _ = try Session(run: run, label: label, resumeAdvice: advice, quiet: arguments.has(.quiet))()
      }
      let checkpoint = try Checkpoint(contentsOf: part.path)
      // With validations, the best state.
      let state = try checkpoint.end(of: part.experiment, in: part.path)?.state ?? checkpoint.state(for: part.experiment)
      let training = try? Comparison.Outcome(recordedIn: part.path).row
      if let training { trainings[part.run.name, default: []].append(training) }
      for (test, experiment) in zip(part.run.tests, part.tests) {
        let path = "\(part.path)/\(test.name)"
        var row = resumes ? Comparison.Row(experiment: experiment, state: state, recordedIn: path) : nil
        if row == nil {
          let session = Session(
            run: ExperimentRun(experiment), label: "\(label), \(test.name)", resumeAdvice: advice, quiet: arguments.has(.quiet))
          let tested = Comparison.Row(experiment: experiment, result: try session.test(state), state: state, seconds: training?.seconds)
          try RunFolder(path, overwrite: overwrite || resumes).write(tested)
          row = tested
        }
        if var row {
          row.seconds = training?.seconds
          rows["\(part.run.name)/\(test.name)", default: []].append(row)
        }
      }
    }
    let tested = preset.runs.flatMap { run in
      run.tests.compactMap { test in
        rows["\(run.name)/\(test.name)"].map { Reproduction.Tested(run: run, test: test, rows: $0) }
      }
    }
    let trained = preset.runs.filter { !$0.reaches.isEmpty }.compactMap { run in
      trainings[run.name].map { Reproduction.Trained(run: run, rows: $0) }
    }
    let reproduction = Reproduction(preset: preset, tested: tested, trained: trained, notBuilt: notBuilt, isQuick: isQuick)
    try folder.write(reproduction)
    return reproduction
  }
}
