import Algorithms
import Evaluation
import Registry
import Tasks

extension Flag {
  static let folds = value("folds", "N", "Folds of groups, each tested once (default: 5).", in: .integer(2...(.max)))
  static let leaveOneOut = toggle("leave-one-out", "Test each group by a run on all others.")
  static let episodesPerGroup = value(
    "episodes-per-group", "N", "Test episodes of each group, the same for all algorithms (default: 20).", in: .integer(1...100_000))
  static let ownExamples = value(
    "own-examples", "A,B", "Numbers of own examples of a learning curve (default: 0,1,2,5,10 and the support set).",
    in: .list(.integer(0...(.max))))
  static let crossIterations = value(
    "iterations", "N", "Meta-training iterations (default: as in run-all); algorithms without a meta-gradient take one.",
    in: .integer(1...(.max)))
  static let outFolds = value("out", "DIR", "Output folder (default: none, the results are printed only).")
  static let resumeFolds = toggle("resume", "Take the trained folds in --out, and resume the others; the results are the same bits.")
}

extension Command {
  /// Tests algorithms on every group of a task, by runs on the other groups.
  static let crossValidate = Command(
    name: "cross-validate", summary: "Test algorithms on every group of a table, each by a run on other groups.",
    operand: Operand(placeholder: "ALGORITHM", count: .oneOrMore),
    flags: [
      .task, .model, .folds, .leaveOneOut, .episodesPerGroup, .ownExamples, .crossIterations, .seed, .threads, .data, .set, .shots,
      .queries, .testSteps, .outFolds, .resumeFolds, .overwrite, .quiet, .json,
    ],
    discussion: """
      Example:
        tools cross-validate maml ridge-task chance --task table --data table=FILE.csv --set task.group=patient --set task.target=score

      Groups, such as patients, are dealt to folds by a shuffle with --seed. For each fold, every algorithm meta-trains on the groups of
      the other folds and is tested on the groups of the fold. A group's score is the mean over its episodes, and the intervals are over
      groups (Student's t). Differences are paired by group: to the best algorithm without a meta-gradient, or to the first one named.

      A learning curve shows the scores after adaptation to the first rows of each support set; 0 is the meta-learned model as it is,
      and '-' an algorithm that has no answer without examples.

      --out DIR gets cross-validation.json, groups.csv (one row for each algorithm and group) and report.md, and the checkpoint of each run in
      fold-N/ALGORITHM. A setting applies to the algorithms that have it. After an interruption, the same command with --resume continues.
      """
  ) { arguments in
    if arguments.has(.leaveOneOut), arguments.has(.folds) { throw UsageError.exclusiveFlags(.folds, .leaveOneOut) }
    if arguments.has(.resumeFolds) {
      guard arguments.has(.outFolds) else { throw UsageError.needsFlag(.resumeFolds, needs: .outFolds) }
      if arguments.has(.overwrite) { throw UsageError.exclusiveFlags(.resumeFolds, .overwrite) }
    }
    let run = try CrossValidationRun(arguments)
    Interrupt.catchSignals()
    return try run()
  }
}
