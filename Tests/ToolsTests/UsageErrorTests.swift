import Testing

@Suite struct UsageErrorTests {
  @Test(arguments: [
    (["lst"], "unknown command 'lst'. Did you mean 'list'? 'tools help' lists the commands."),
    (["frobnicate"], "unknown command 'frobnicate'. 'tools help' lists the commands."),
    (
      ["run", "maml", "--task", "sinusoid", "--iteration", "5"],
      "unknown flag '--iteration' of run. Did you mean '--iterations'? 'tools help run' lists the flags."
    ),
    (
      ["run", "maml", "--task", "sinusoid", "--iteratons=5"],
      "unknown flag '--iteratons' of run. Did you mean '--iterations'? 'tools help run' lists the flags."
    ),
    (["run", "maml"], "run needs --task TASK; 'tools help run' says more."),
    (["run", "--task", "sinusoid"], "run needs ALGORITHM; 'tools help run' says more."),
    (["run", "maml", "fomaml", "--task", "sinusoid"], "'fomaml' is one argument too many for run; 'tools help run' shows what it takes."),
    (["run-all", "maml"], "'maml' is one argument too many for run-all; 'tools help run-all' shows what it takes."),
    (["evaluate"], "evaluate needs FILE; 'tools help evaluate' says more."),
    (["parity"], "parity needs FILE; 'tools help parity' says more."),
    (["check"], "check needs ALGORITHM; 'tools help check' says more."),
    (["run", "maml", "--task"], "--task has no value, expected --task TASK."),
    (["run", "maml", "--task", "--quiet"], "--task has no value, expected --task TASK."),
    (["run", "maml", "--task", "sinusoid", "--seed="], "--seed has no value, expected --seed N."),
    (["run", "maml", "--task", "sinusoid", "--quiet=yes"], "--quiet takes no value, found 'yes'; write --quiet alone."),
    (["run", "maml", "--task", "sinusoid", "--seed", "1", "--seed=2"], "--seed is given twice; give it once."),
    (
      ["run", "maml", "--task", "sinusoid", "--shots", "1", "--set", "task.shots=2"], "task.shots is set twice; set it once."
    ),
    (["run", "maml", "--task", "sinusoid", "--iterations", "0"], "--iterations is '0', expected an integer of at least 1."),
    (["run", "maml", "--task", "sinusoid", "--threads", "0"], "--threads is '0', expected an integer from 1 to 1024."),
    (["run", "maml", "--task", "sinusoid", "--iterations", "ten"], "--iterations is 'ten', expected an integer of at least 1."),
    (["run", "maml", "--task", "sinusoid", "--seed", "-1"], "--seed is '-1', expected an integer of at least 0."),
    (["run", "maml", "--task", "sinusoid", "--set", "inner.steps"], "--set is 'inner.steps', expected KEY=VALUE."),
    (["run", "maml", "--task", "sinusoid", "--data", "sinusoid="], "--data is 'sinusoid=', expected NAME=PATH."),
    (["run", "maml", "--task", "sinusoid", "--resume"], "--resume needs --out DIR."),
    (["run-all", "--resume"], "--resume needs --out DIR."),
    (["run-all", "--family", "gradients"], "unknown family 'gradients'. Did you mean 'gradient'? Known: baseline, gradient, metric."),
    (["run-all", "--family", "metric", "--only", "maml"], "--only and --family exclude each other; give one of them."),
    (["run-all", "--all", "--only", "maml"], "--only and --all exclude each other; give one of them."),
    (["new"], "new needs KIND NAME; 'tools help new' says more."),
    (["new", "task"], "new needs a NAME after task; 'tools help new' says more."),
    (["new", "task", "A", "B"], "'B' is one argument too many for new; 'tools help new' shows what it takes."),
    (["run-all", "--resume", "--overwrite", "--out", "x"], "--resume and --overwrite exclude each other; give one of them."),
    (
      ["run", "maml", "--task", "sinusoid", "--resume", "--overwrite", "--out", "x"],
      "--resume and --overwrite exclude each other; give one of them."
    ),
    (["list", "--json", "--markdown"], "--json and --markdown exclude each other; give one of them."),
    (
      ["list", "algoritms"],
      "unknown list 'algoritms'. Did you mean 'algorithms'? Known: algorithms, gradients, losses, models, objectives, optimizers, tasks."
    ),
    (["run-all", "--only", "maml", "--skip", "maml"], "no algorithm is left to run; name at least one, and do not skip them all."),
    (["run-all", "--task", "sinusoid,glyphs,sinusoid"], "--task names 'sinusoid' twice; name it once."),
    (["bench"], "no workload is left to run; name at least one, and do not skip them all."),
    (
      ["bench", "sinusoid-mml-1"],
      "unknown workload 'sinusoid-mml-1'. Did you mean 'sinusoid-maml-1'? Known: omniglot-20way-maml-5, omniglot-anil-5, "
        + "omniglot-fomaml-5, omniglot-functorch, omniglot-maml-1, omniglot-maml-1-q15, omniglot-maml-5, omniglot-maml-5-q15, "
        + "omniglot-maml-plus-plus-5, omniglot-pool-maml-5-q15, omniglot-protonet, omniglot-r2d2, sinusoid-fomaml-1, sinusoid-maml-1, "
        + "sinusoid-maml-5, sinusoid-metasgd-1, sinusoid-reptile-5."
    ),
    (
      ["bench", "sinusoid-maml-1", "--sweep", "depth"],
      "--sweep is 'depth', expected one of tasks, queries, steps, threads, iterations, contention."
    ),
    (["bench", "sinusoid-maml-1", "--sweep", "steps", "--profile"], "--sweep and --profile exclude each other; give one of them."),
    (
      ["bench", "omniglot-protonet", "--sweep", "steps"],
      "none of these workloads can be swept over steps: a single episode has no further tasks or threads, and an algorithm without "
        + "adaptation has no steps. Name another workload or another quantity."
    ),
    (["parity", "--tolerance", "-1", "x"], "--tolerance is '-1', expected a number of at least 0.0."),
  ])
  func `a command line that cannot be read`(arguments: [String], message: String) throws {
    try expectError(message, arguments)
  }
}
