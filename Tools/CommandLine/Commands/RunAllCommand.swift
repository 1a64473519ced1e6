import Algorithms
import Evaluation
import Registry
import Tasks

extension Flag {
  static let tasks = value(
    "task", "A,B", "Tasks, separated by commas (default: sinusoid; omniglot, or glyphs without its data; and tasks with --data).")
  static let only = value("only", "A,B", "Algorithms, separated by commas (default: the usual ones; --all for every one).")
  static let family = value(
    "family", "A,B", "Every algorithm of these families, separated by commas: gradient, metric, baseline.")
  static let allAlgorithms = toggle("all", "Every registered algorithm.")
  static let skip = value("skip", "A,B", "Algorithms to leave out, separated by commas.")
  static let domainShift = toggle(
    "domain-shift", "Test each run in the domains of training and in those of task.domains.test (default: all but clean), and compare.")
  static let seeds = value(
    "seeds", "K", "Meta-train and test with the seeds 0 to K − 1, and give intervals over seeds (one certain seed: --seed).",
    in: .integer(2...10_000))
  static let rankAt = value(
    "rank-at", "trained|last|N",
    "Rank algorithms by the score after the steps that each adapts by in training, after the last step, or after N (default: trained).")
  static let target = value(
    "target", "SCORE", "Report when validation, or else meta-training, first reaches this score: an accuracy in 0...1, or a loss.",
    in: .real(-1e30...1e30))
  static let part = value(
    "part", "I/N", "Only part I of N of the runs, for machines that work side by side; 'tools compare' joins the folders.")
  static let logDirAll = value("log-dir", "DIR", "Write event files for TensorBoard into DIR/TASK/ALGORITHM.")
  static let outAll = value("out", "DIR", "Output folder (default: runs/DATE-TIME).")
  static let resumeAll = toggle("resume", "Skip the finished runs in --out and resume the others; the results are the same bits.")
}

extension Command {
  /// Meta-trains, tests and compares algorithms on several tasks.
  static let runAll = Command(
    name: "run-all", summary: "Meta-train and test algorithms on several tasks, and compare them.",
    operand: nil,
    flags: [.tasks, .only, .family, .allAlgorithms, .skip, .model, .iterations] + Flag.work + [
      .seeds, .part, .rankAt, .target, .validateEvery, .patience, .domainShift, .memory, .logDirAll, .outAll, .resumeAll, .overwrite,
      .quiet, .json,
    ],
    discussion: """
      Prints a table for each task, sorted by result. Writes results.json, results.csv, scores.csv (every episode's scores) and
      report.md into the folder --out, and each run with its checkpoint into TASK/ALGORITHM below it, or TASK/ALGORITHM/seed-S with
      --seeds. A setting applies to the runs that have it; --validate-every not to algorithms without meta-training, and --disjoint to
      tasks of classes. --memory chooses for each run by itself. A run that diverges is marked as failed. After an interruption, the same command with --resume continues. With
      --domain-shift, a second table has the score in the domains of training beside the one in other domains, and the drop, paired over
      episodes of the same drawings.

      --part I/N divides the runs into N parts of about the same cost, the same ones on every machine, and does part I. Give each part a
      folder of its own, and join them: tools compare runs/part-*. Under MPI, as in 'mpirun -n 4 tools run-all …', each rank does a part of
      the runs, and rank 0 joins them; all ranks need the folder --out, on a shared disk.
      """,
    takesRanks: true
  ) { arguments in
    if arguments.has(.resumeAll) {
      guard arguments.has(.outAll) else { throw UsageError.needsFlag(.resumeAll, needs: .outAll) }
      if arguments.has(.overwrite) { throw UsageError.exclusiveFlags(.resumeAll, .overwrite) }
    }
    for flag in [Flag.only, .family] where arguments.has(flag) && arguments.has(.allAlgorithms) {
      throw UsageError.exclusiveFlags(flag, .allAlgorithms)
    }
    if arguments.has(.only), arguments.has(.family) { throw UsageError.exclusiveFlags(.only, .family) }
    if arguments.has(.seed), arguments.has(.seeds) { throw UsageError.exclusiveFlags(.seed, .seeds) }
    if arguments.has(.part), let group = Ranks.group { throw UsageError.partOfRanks(.part, ranks: group.count) }
    let sweep = try Sweep(arguments)
    Interrupt.catchSignals()
    return try sweep.run()
  }
}

/// The runs of one `run-all`.
private struct Sweep {
  private let arguments: Arguments
  private let requests: [ExperimentRequest]
  /// The domains of a second test; nil without one.
  private let domains: ShiftedDomains?
  private let rankAt: RankStep
  /// The seeds of `--seeds`; nil for one run of each algorithm.
  private let seeds: [UInt64]?
  /// The part of the runs that this process does without other ranks; nil for all of them.
  private let part: PartOfRuns?

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    rankAt = try arguments.rankStep()
    part = try arguments.text(.part).map { (text) throws(UsageError) in try PartOfRuns(text) }
    seeds = arguments.integer(.seeds).map { (0..<UInt64($0)).map(\.self) }
    let algorithms = try Self.algorithms(arguments)
    let tasks = try Self.tasks(arguments)
    let settings = try arguments.settings()
    let domains = arguments.has(.domainShift) ? try ShiftedDomains(settings) : nil
    var unused = Set(settings.map(\.key))
    var known: Set<String> = []
    var requests: [ExperimentRequest] = []
    for task in tasks {
      for algorithm in algorithms {
        let keys = Set(try Experiment.settingsHelp(algorithm: algorithm, task: task, model: arguments.text(.model)).map(\.key))
        known.formUnion(keys)
        let kind = try AlgorithmRegistry.type(of: algorithm).card.metaGradient
        let budget = Budget.of(kind, on: try TaskRegistry.type(of: task).init().signature)
        unused.subtract(keys)
        let isLeftOut = Self.leftOut(budget, try TaskRegistry.type(of: task).init())
        let own = settings.filter { keys.contains($0.key) && !isLeftOut($0.key) }
        // The user's settings come last, because the last value of a key counts.
        var request = try arguments.request(algorithm: algorithm, task: task, settings: budget.settings + own + (domains?.settings ?? []))
        request.iterations = request.iterations ?? budget.iterations
        requests.append(request)
      }
    }
    if let key = settings.map(\.key).first(where: unused.contains) {
      throw HyperparameterError.unknown(LookupError(kind: "hyperparameter", name: key, known: Array(known)))
    }
    self.requests = requests
    self.domains = domains
  }

  /// Which settings do not apply to a run though it has them: a validation where nothing is meta-trained, and a test of disjoint episodes
  /// of tasks that have none.
  private static func leftOut(_ budget: Budget, _ task: any TaskDistribution) -> (String) -> Bool {
    let hasTraining = budget.iterations > 1
    let hasSampling = Experiment.offersSamplingEstimates(task)
    return { key in key.hasPrefix("validation.") && !hasTraining || key == "test.disjoint" && !hasSampling }
  }

  private static func algorithms(_ arguments: Arguments) throws -> [String] {
    let skipped = try arguments.distinctItems(.skip) ?? []
    let families = try families(arguments)
    let cards = AlgorithmRegistry.all.items.map { $0.item.card }.filter { card in
      families.map { $0.contains(card.family) } ?? (card.isCompared || arguments.has(.allAlgorithms))
    }
    let asked = try arguments.distinctItems(.only) ?? cards.map(\.id)
    for id in asked + skipped { _ = try AlgorithmRegistry.type(of: id) }
    let left = asked.filter { !skipped.contains($0) }
    guard !left.isEmpty else { throw UsageError.emptySelection(kind: "algorithm") }
    return left
  }

  /// The families of `--family`; nil if it was not given.
  private static func families(_ arguments: Arguments) throws -> Set<AlgorithmFamily>? {
    guard let names = try arguments.distinctItems(.family) else { return nil }
    return try Set(
      names.map { name in
        guard let family = AlgorithmFamily(rawValue: name) else {
          throw LookupError(kind: "family", name: name, known: AlgorithmFamily.allCases.map(\.rawValue))
        }
        return family
      })
  }

  /// The requested tasks, or the default ones; a default task without data is skipped with a note.
  private static func tasks(_ arguments: Arguments) throws -> [String] {
    if let asked = try arguments.distinctItems(.tasks) {
      for id in asked { _ = try TaskRegistry.type(of: id) }
      if arguments.has(.domainShift), let task = try asked.first(where: { try !ShiftedDomains.exist(in: $0) }) {
        throw UsageError.noDomains(task: task, others: try TaskRegistry.all.ids.filter(ShiftedDomains.exist))
      }
      return asked
    }
    let candidates = try ["sinusoid", "omniglot", "glyphs"].filter { try !arguments.has(.domainShift) || ShiftedDomains.exist(in: $0) }
    let available = try candidates.filter { id in
      var task = try TaskRegistry.type(of: id).init()
      do {
        try task.prepare(source: arguments.source(of: id))
        return true
      } catch let error as TaskError {
        guard case .missingData = error else { throw error }
        if !arguments.has(.quiet) { Console.note("tools: \(id) is left out: \(error)") }
        return false
      }
    }
    // Made-up characters stand in for Omniglot.
    let standard = available.filter { $0 != "glyphs" || !available.contains("omniglot") }
    // Data that the user names are meant to be used.
    let named = try TaskRegistry.all.ids.filter { id in try !standard.contains(id) && arguments.source(of: id) != nil }
    return try standard + named.filter { try !arguments.has(.domainShift) || ShiftedDomains.exist(in: $0) }
  }

  /// The experiments that can be run; an algorithm that does not support a task is left out with a note.
  ///
  /// - Throws: `AlgorithmError` if no experiment is left, and all other errors of an experiment.
  private func suited() throws -> [Experiment] {
    let limit = try arguments.memoryLimit()
    var suited: [(experiment: Experiment, request: ExperimentRequest)] = []
    var last: AlgorithmError?
    for request in requests {
      do {
        suited.append((try Experiment(request), request))
      } catch let error as AlgorithmError where error.isUnsuited {
        last = error
        if !arguments.has(.quiet) { Console.note("tools: \(request.algorithm) on \(request.task) is left out: \(error)") }
      }
    }
    if suited.isEmpty, let last { throw last }
    if case .step(let step) = rankAt, let short = suited.first(where: { $0.experiment.test.steps < step }) {
      throw UsageError.rankBeyondTest(step: step, last: short.experiment.test.steps)
    }
    return try suited.flatMap { experiment, request in
      // The seeds share the data.
      let seeded = try seeds.map { try $0.map(experiment.reseeded) } ?? [experiment]
      guard let limit, let first = seeded.first else { return seeded }
      // The data of all runs are live now, so they count. The seeds share the choice, too.
      let folder = arguments.has(.resumeAll) ? arguments.text(.outAll).map { path(of: first, in: $0) } : nil
      let label = "\(experiment.ids.algorithm) on \(experiment.ids.task): "
      let fitted = try arguments.fitted(experiment, of: request, to: limit, resuming: folder, label: label)
      return try seeds.map { try $0.map(fitted.reseeded) } ?? [fitted]
    }
  }

  /// The folder of a run below the folder of the comparison.
  private func path(of experiment: Experiment, in out: String) -> String {
    "\(out)/\(experiment.ids.task)/\(experiment.ids.algorithm)" + (seeds == nil ? "" : "/seed-\(experiment.training.seed)")
  }

  /// The comparison of the runs so far.
  private func compared(_ outcomes: [Comparison.Outcome], _ outOfDomain: [Comparison.Row?]) -> Comparison {
    Comparison(
      outcomes: outcomes, outOfDomain: outOfDomain.compactMap(\.self), rankAt: rankAt, target: arguments.real(.target))
  }

  func run() throws -> ExitCode {
    // Check everything before touching a file, and all folders before the first long run.
    let all = try suited()
    try Ranks.group?.meet(all.flatMap(\.rankFacts))
    let experiments = try chosen(among: all)
    try noteData(experiments)
    let overwrite = arguments.has(.overwrite)
    // Rank 0 owns the folder of the comparison; the others wait for it, and own the folders of their runs.
    var folder: RunFolder?
    func openComparison() throws -> String {
      let opened = try open(overwrite: overwrite)
      folder = opened
      return opened.path
    }
    let out = try Ranks.group?.share(openComparison) ?? openComparison()
    do {
      return try run(experiments, of: all, in: out, folder)
    } catch let error where Ranks.group.map({ $0.rank > 0 }) == true && !(error is Interrupted) {
      // Rank 0 does runs of its own, and awaits no message.
      Ranks.group?.raise(Interrupt.ofFailure)
      throw error
    }
  }

  /// Does this process's runs; the owner of the comparison's folder writes and prints the comparison of all.
  private func run(_ experiments: [Experiment], of all: [Experiment], in out: String, _ folder: RunFolder?) throws -> ExitCode {
    let overwrite = arguments.has(.overwrite)
    let paths = experiments.map { path(of: $0, in: out) }
    let stages = try zip(experiments, paths).map { try arguments.has(.resumeAll) ? RunStage(of: $0, in: $1) : .new }
    let shifts = try experiments.indices.map { number in
      try domains.map { try ShiftedTest(of: experiments[number], $0, in: paths[number], stages[number]) }
    }
    let parts = try zip(stages, paths).map { try $0.open($1, overwrite: overwrite) }
    // A finished run writes no events.
    let logs = try zip(experiments, stages).map { experiment, stage in
      stage.outcome == nil ? try arguments.text(.logDirAll).map { try EventLog(path(of: experiment, in: $0)) } : nil
    }
    let shiftParts = try shifts.map { try $0?.open(overwrite: overwrite || arguments.has(.resumeAll)) }
    var outcomes: [Comparison.Outcome?] = stages.map(\.outcome)
    var outOfDomain = shifts.map { $0?.row }
    // Keep the results so far.
    func write() throws {
      guard let folder else { return }
      let comparison = try Ranks.group == nil ? compared(outcomes.compactMap(\.self), outOfDomain) : joined(all, in: out)
      if !comparison.outcomes.isEmpty { try folder.write(comparison) }
    }
    // At the start, the folders of other ranks' runs may hold what will be overwritten.
    if Ranks.group == nil { try write() }
    let finished = outcomes.count { $0 != nil }
    if finished > 0, !arguments.has(.quiet) {
      Console.note("tools: \(finished) of \(experiments.count) runs are finished, and are not repeated.")
    }
    do {
      for (number, experiment) in experiments.enumerated() {
        let (algorithm, task, _) = experiment.ids
        var run = ExperimentRun(experiment)
        run.folder = parts[number]
        run.start = stages[number].checkpoint
        run.events = logs[number]
        let label =
          "[\(number + 1)/\(experiments.count)] \(algorithm) on \(task)" + (seeds == nil ? "" : ", seed \(experiment.training.seed)")
        do {
          if outcomes[number] == nil {
            let session = Session(run: run, label: label, resumeAdvice: resumeAdvice(out), quiet: arguments.has(.quiet))
            outcomes[number] = .tested(try session())
          }
          outOfDomain[number] = try shifts[number]?(
            into: shiftParts[number] ?? nil, runFolder: parts[number], label: label, resumeAdvice: resumeAdvice(out),
            quiet: arguments.has(.quiet))
        } catch let error as TrainingError {
          let failure = Comparison.Failure(experiment: experiment, reason: "\(error)")
          outcomes[number] = .failed(failure)
          try parts[number]?.write(failure)
          Console.note("tools: error: \(algorithm) on \(task): \(error)")
        }
      }
    } catch {
      try write()
      throw error
    }
    if let group = Ranks.group {
      guard group.rank == 0 else { return .success }
      do {
        try group.awaitOthers { try Interrupt.check("in the runs of other ranks; what was finished is saved\(resumeAdvice(out))") }
      } catch {
        try write()
        throw error
      }
    }
    let comparison = try Ranks.group == nil ? compared(outcomes.compactMap(\.self), outOfDomain) : joined(all, in: out)
    try folder?.write(comparison)
    try Console.print(arguments.has(.json) ? comparison.json : comparison.table)
    if !arguments.has(.quiet) { Console.note("tools: report.html, report.md, results.json, results.csv and scores.csv are in \(out).") }
    return comparison.failures.isEmpty ? .success : .badInput
  }

  /// The runs that this process does: those of `--part`, or of its rank; all of them without either.
  ///
  /// - Throws: ``UsageError/tooManyParts(_:parts:runs:)``
  private func chosen(among all: [Experiment]) throws(UsageError) -> [Experiment] {
    let place = part.map { ($0.index, $0.count) } ?? Ranks.group.map { ($0.rank, $0.count) }
    guard let (index, count) = place else { return all }
    if part != nil, count > all.count { throw .tooManyParts(.part, parts: count, runs: all.count) }
    let own = RunParts(costs: all.map(\.cost), parts: count).members[index].map { all[$0] }
    if !arguments.has(.quiet) {
      Console.note(
        part != nil
          ? "tools: part \(index + 1) of \(count) has \(own.count) of \(all.count) runs."
          : "tools: \(count) ranks divide \(all.count) runs; rank 0 has \(own.count), and shows their progress.")
    }
    return own
  }

  /// The comparison of the runs that have ended, of all ranks, from their folders.
  private func joined(_ all: [Experiment], in out: String) throws -> Comparison {
    let recorded = try RecordedRuns(ended: all.map { path(of: $0, in: out) })
    return compared(recorded.outcomes, recorded.outOfDomain)
  }

  /// Writes the notes about the data of each task once.
  private func noteData(_ experiments: [Experiment]) throws {
    guard !arguments.has(.quiet) else { return }
    var noted: Set<String> = []
    for experiment in experiments where noted.insert(experiment.ids.task).inserted {
      Console.note(aboutDataOf: try domains.map { try experiment.tested(inDomains: $0.test) } ?? experiment)
    }
  }

  /// Opens the folder of the comparison; one that is resumed keeps its files.
  private func open(overwrite: Bool) throws -> RunFolder {
    guard let path = arguments.text(.outAll) else { return try RunFolder(new: "runs/\(Host.timestamp)") }
    guard arguments.has(.resumeAll) else { return try RunFolder(path, overwrite: overwrite) }
    if let file = RunFolder.files(in: path).first, !RunFolder.holdsComparison(path) {
      throw RunFolderError.holdsRun(path: path, file: file)
    }
    return try RunFolder(resuming: path)
  }

  private func resumeAdvice(_ out: String) -> String {
    "; run the same command with \(arguments.has(.outAll) ? "" : "--out \(out) ")--resume to continue"
  }
}
