import CommandLineTool
import Evaluation
import Registry

extension Reader {
  /// A command line; a zero byte ends a word.
  static let commandLine = Reader(
    "command-line",
    tokens: [
      "\u{0}", "\u{0}--", "=", ",", "--set\u{0}", "--seed\u{0}", "--threads\u{0}", "--task\u{0}", "--model\u{0}", "--ways=", "--help", "-h",
      "--data\u{0}omniglot=", "run", "run-all", "bench", "check", "evaluate", "parity", "help", "list", "maml", "sinusoid", "glyphs",
      "conv",
      "inner.steps=", "model.hidden=", "training.metaBatch=", "task.shots=", "outer.optimizer=", "test.episodes=", "inner.learns=",
      "\u{1b}[31m",
      "\u{202e}", "é", "9223372036854775807", "1e308", "nan", "-1", "linear-classification", "meta-optimizer", "reptile", "omniglot", "all",
    ],
    seeds: {
      [
        "run maml --task sinusoid --iterations 10 --seed 3 --set inner.steps=2", "help", "list algorithms --json", "help run", "--version",
        "run meta-optimizer --task=linear-classification --ways=2 --shots 3 --queries 2 --set inner.optimizer=adam",
        "run-all --task sinusoid,glyphs --only maml,reptile --set model.hidden=4,5 --test-steps 2", "check all --json",
        "bench sinusoid-maml-1 --sweep steps --seconds 0.5", "evaluate runs/x --out y --overwrite --threads 2",
        "parity a b --tolerance 1e-6",
        "run chance --task glyphs --model mlp --test-episodes 5 -h",
      ].map { $0.split(separator: " ").joined(separator: "\u{0}") }.map { Array($0.utf8) }
    }
  ) { input, _ in
    let words = input.split(separator: 0, omittingEmptySubsequences: false).map { systemText($0) }
    do {
      return try CommandLineTool.check(words)
    } catch ExperimentError.memory {
      // The message depends on the machine.
      return "a run without bounds"
    }
  }
}
