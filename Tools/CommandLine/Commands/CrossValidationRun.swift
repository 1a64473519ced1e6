import Algorithms
import Evaluation
import Registry
import Tasks

/// The runs of one `cross-validate`: all algorithms on a fold, fold after fold.
struct CrossValidationRun {
  private let arguments: Arguments
  private let plan: CrossValidation

  /// Reads the data and checks everything, before any file is touched.
  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    let rule: CrossValidation.Rule = arguments.has(.leaveOneOut) ? .leaveOneOut : .folds(arguments.integer(.folds) ?? 5)
    plan = try CrossValidation(
      Self.requests(arguments), rule, episodesPerGroup: arguments.integer(.episodesPerGroup) ?? 20,
      ownExamples: arguments.list(.ownExamples)?.compactMap { Int($0) })
  }

  /// One request for each algorithm, with the settings that it has.
  private static func requests(_ arguments: Arguments) throws -> [ExperimentRequest] {
    let task = try arguments.required(.task)
    let signature = try TaskRegistry.type(of: task).init().signature
    let settings = try arguments.settings()
    var (known, seen): (Set<String>, Set<String>) = ([], [])
    var requests: [ExperimentRequest] = []
    for algorithm in arguments.operands {
      guard seen.insert(algorithm).inserted else { throw UsageError.duplicateOperand(algorithm) }
      let keys = Set(try Experiment.settingsHelp(algorithm: algorithm, task: task, model: arguments.text(.model)).map(\.key))
      known.formUnion(keys)
      let kind = try AlgorithmRegistry.type(of: algorithm).card.metaGradient
      let budget = Budget.of(kind, on: signature)
      let own = budget.settings.filter { $0.key != "test.episodes" } + settings.filter { keys.contains($0.key) }
      var request = try arguments.request(algorithm: algorithm, task: task, settings: own)
      request.iterations = kind == .none ? budget.iterations : arguments.integer(.crossIterations) ?? budget.iterations
      requests.append(request)
    }
    if let key = settings.map(\.key).first(where: { !known.contains($0) }) {
      throw HyperparameterError.unknown(LookupError(kind: "hyperparameter", name: key, known: Array(known)))
    }
    return requests
  }

  func callAsFunction() throws -> ExitCode {
    let isQuiet = arguments.has(.quiet)
    if !isQuiet { for text in plan.notes { Console.note("tools: note: \(plan.requests[0].task): \(text)") } }
    let folder = try open()
    if let folder, arguments.has(.resumeFolds) { try refuseOtherFolds(in: folder.path) }
    var firsts: [Experiment] = []
    var scores = [[GroupScores]](repeating: [], count: plan.requests.count)
    var failures = [CrossValidationResult.Reason?](repeating: nil, count: plan.requests.count)
    for fold in plan.folds.parts.indices {
      let tasks = try plan.tasks(testing: fold)
      for (number, request) in plan.requests.enumerated() {
        let experiment = try plan.experiment(number, on: tasks)
        if fold == 0 { firsts.append(experiment) }
        guard failures[number] == nil else { continue }
        do {
          scores[number] += try test(experiment, fold: fold, in: folder.map { path(in: $0.path, fold: fold, request) })
        } catch let error as TrainingError {
          failures[number] = .init("fold \(fold + 1): \(error)")
          Console.note("tools: error: \(request.algorithm) on fold \(fold + 1): \(error)")
        }
      }
    }
    let outcomes = zip(scores, failures).map { scores, failure in
      failure.map { Result<[GroupScores], CrossValidationResult.Reason>.failure($0) } ?? .success(scores)
    }
    let result = CrossValidationResult(plan, zip(firsts, outcomes).map { (experiment: $0, outcome: $1) })
    try folder?.write(result)
    try Console.print(arguments.has(.json) ? result.json.text : result.table)
    if let folder, !isQuiet { Console.note("tools: cross-validation.json, groups.csv and report.md are in \(folder.path).") }
    return result.failures.isEmpty ? .success : .badInput
  }

  /// Trains an algorithm on the other folds, and tests it on the groups of one.
  private func test(_ experiment: Experiment, fold: Int, in path: String?) throws -> [GroupScores] {
    var run = ExperimentRun(experiment)
    if let path, arguments.has(.resumeFolds) {
      let resumption = try Resumption(of: experiment, in: path)
      (run.start, run.folder) = (resumption.checkpoint, resumption.folder)
    } else if let path {
      run.folder = try RunFolder(path, overwrite: arguments.has(.overwrite))
    }
    let finished = "; \(fold) of \(plan.folds.parts.count) folds \(fold == 1 ? "is" : "are") finished"
    let session = Session(
      run: run, label: "[\(fold + 1)/\(plan.folds.parts.count)] \(experiment.ids.algorithm)",
      alsoKept: path == nil ? "" : finished, resumeAdvice: "; run the same command with --resume to continue", quiet: arguments.has(.quiet),
      counted: (unit: "groups", total: plan.folds.parts[fold].count))
    return try session.watching { run, handle in
      let trained = try run.trained(handle)
      return try plan.test(trained.state, of: experiment, fold: fold) { try handle(.tested($0)) }
    }
  }

  private func path(in folder: String, fold: Int, _ request: ExperimentRequest) -> String {
    "\(folder)/fold-\(fold + 1)/\(request.algorithm)"
  }

  /// Throws if the folder's runs have other folds.
  private func refuseOtherFolds(in folder: String) throws {
    let paths = plan.requests.map { path(in: folder, fold: 0, $0) }
    guard let path = paths.first(where: { RunFolder.hasCheckpoint($0) }) else { return }
    try plan.refuseOtherFolds(than: Checkpoint(contentsOf: path), in: folder)
  }

  /// Opens the folder of the results; nil without --out.
  private func open() throws -> RunFolder? {
    guard let path = arguments.text(.outFolds) else { return nil }
    guard arguments.has(.resumeFolds) else { return try RunFolder(path, overwrite: arguments.has(.overwrite)) }
    if let file = RunFolder.files(in: path).first, !RunFolder.canHoldCrossValidation(path) {
      throw RunFolderError.holdsRun(path: path, file: file)
    }
    return try RunFolder(resuming: path)
  }
}
