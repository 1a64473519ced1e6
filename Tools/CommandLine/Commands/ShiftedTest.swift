import Algorithms
import Evaluation
import Registry
import Tasks

/// The domains of a `run-all --domain-shift`.
struct ShiftedDomains {
  /// The names of the domains of training, separated by commas; the first test is in these.
  let train: String
  /// The names of the domains of the second test.
  let test: String

  /// Takes the user's settings; by default, meta-training is clean, and the second test is in all other domains.
  ///
  /// - Throws: ``UsageError`` if both are the same domains, or for a test on meta-validation, which has the domains of training.
  init(_ settings: [(key: String, value: String)]) throws(UsageError) {
    if settings.contains(where: { $0 == ("test.split", TestConfiguration.Part.metaValidation.rawValue) }) { throw .noShiftInValidation }
    func value(_ key: String) -> String? { settings.last { $0.key == key }.map(\.value) }
    let clean = ImageDomain.clean.rawValue
    train = value(Self.trainKey) ?? clean
    test = value(Self.testKey) ?? ImageDomain.allCases.map(\.rawValue).filter { $0 != clean }.joined(separator: ",")
    func names(_ list: String) -> Set<Substring> { list.isEmpty ? [clean[...]] : Set(list.split(separator: ",")) }
    if names(train) == names(test) { throw .noShift(domains: test) }
  }

  private static let trainKey = "task.domains.train"
  private static let testKey = "task.domains.test"

  /// The settings of the first test, which come after the user's.
  var settings: [(key: String, value: String)] { [(Self.trainKey, train), (Self.testKey, train)] }

  /// Whether a task has domains.
  static func exist(in task: String) throws -> Bool { has(try TaskRegistry.type(of: task)) }

  private static func has<D: TaskDistribution>(_: D.Type) -> Bool { D.hyperparameters.keys.contains("domains.test") }
}

/// The test of a run of `run-all` in other domains than those of its training; its results.json has a folder in the run's folder.
struct ShiftedTest {
  private let experiment: Experiment
  /// The experiment of the run.
  private let run: Experiment
  private let runPath: String
  /// The result, if it is recorded.
  let row: Comparison.Row?

  /// Reads a recorded result, and changes nothing.
  ///
  /// - Parameters:
  ///   - run: The experiment of the run.
  ///   - domains: The domains of training and of this test.
  ///   - path: The run's folder.
  ///   - stage: How far the run is.
  /// - Throws: `HyperparameterError` for an unknown domain, and errors of reading a checkpoint.
  init(of run: Experiment, _ domains: ShiftedDomains, in path: String, _ stage: RunStage) throws {
    experiment = try run.tested(inDomains: domains.test)
    self.run = run
    runPath = path
    if case .finished = stage {
      let state = try Self.state(of: run, in: path)
      row = Comparison.Row(experiment: experiment, state: state, recordedIn: "\(path)/\(Self.folderName)")
    } else {
      row = nil
    }
  }

  /// The name of the folder in the run's folder.
  static let folderName = RunFolder.shiftName

  /// The state of a run that its own test was of: the best one with a validation, otherwise the last one.
  private static func state(of run: Experiment, in path: String) throws -> MetaState {
    let checkpoint = try Checkpoint(contentsOf: path)
    return try checkpoint.end(of: run, in: path)?.state ?? checkpoint.state(for: run)
  }

  /// Opens the folder to write into; nil for a recorded result.
  func open(overwrite: Bool) throws -> RunFolder? {
    row != nil ? nil : try RunFolder("\(runPath)/\(Self.folderName)", overwrite: overwrite)
  }

  /// Tests the run's checkpoint, and writes the result.
  ///
  /// - Parameters:
  ///   - folder: What ``open(overwrite:)`` returned.
  ///   - runFolder: The run's folder, if it is open.
  ///   - label: The label of the run's progress.
  ///   - resumeAdvice: Advice after an interruption, beginning with a semicolon.
  ///   - quiet: Whether to show no progress.
  /// - Returns: The result.
  /// - Throws: ``Interrupted`` after a signal, and errors of the test, of reading and of writing.
  func callAsFunction(
    into folder: RunFolder?, runFolder: RunFolder?, label: String, resumeAdvice: String, quiet: Bool
  ) throws -> Comparison.Row {
    if let row { return row }
    let state = try Self.state(of: run, in: runPath)
    var run = ExperimentRun(experiment)
    run.folder = try runFolder ?? RunFolder(resuming: runPath)
    let session = Session(run: run, label: "\(label), out of domain", resumeAdvice: resumeAdvice, quiet: quiet)
    let row = Comparison.Row(experiment: experiment, result: try session.test(state), state: state)
    try folder?.write(row)
    return row
  }
}
