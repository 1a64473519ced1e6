import Algorithms
import Evaluation
import Tasks
import TensorCore

extension Reader {
  /// A checkpoint that adapts to examples and predicts.
  static let adaptor = Reader(
    "adaptor", tokens: checkpointTokens + ["inputShape", "outputs", "taskLoss", "mse", "cross-entropy", "huber", "28,28,1"],
    seeds: {
      try SmallRun.all.flatMap { run throws in
        try inFile { path throws in
          try Checkpoint(experiment: run.experiment, snapshot: run.trainer.snapshot).write(to: path)
          var file = try Safetensors(contentsOf: path)
          let whole = file.encoded()
          // Files of an earlier version have no digest. Without it, damage gets further.
          file.metadata["digest"] = nil
          return [whole, file.encoded()]
        }
      }
    },
    repair: SafetensorsFile.withLength
  ) { input, _ in
    let adaptor: Adaptor
    // The message depends on the machine.
    do { adaptor = try Adaptor(checkpoint: input) } catch ExperimentError.memory { return "a checkpoint without bounds" }
    guard adaptor.inputShape.elementCount <= 1 << 12, adaptor.outputs <= 1 << 10 else { return "a checkpoint of large tasks" }
    let count = 3
    // 0 and 1 also suit a binary task.
    let numbers = try Tensor((0..<count * adaptor.outputs).map { Float($0 % 2) }, shape: [count, adaptor.outputs])
    let labels = try Tensor((0..<count).map { $0 % min(adaptor.outputs, 2) }, shape: [count])
    let isClasses = adaptor.taskLoss.targets == .classes
    let targets = isClasses ? Targets.classes(labels, ways: adaptor.outputs) : .values(numbers)
    func inputs(_ count: Int) throws -> Tensor {
      let size = adaptor.inputShape.elementCount
      return try Tensor(
        (0..<count * size).map { Float($0 % 7) / 7 - 0.5 }, shape: Shape([count] + adaptor.inputShape.dimensions))
    }
    let model = try adaptor.adapt(LabelledSet(inputs: inputs(count), targets: targets), steps: min(adaptor.steps, 2))
    return "predictions \(try model.predict(inputs(2)).shape)"
  }

  /// A table of a user's own examples, both those to adapt to and those to predict.
  static let examples = Reader(
    "examples",
    tokens: [
      ",", ";", "\t", "\"", "\"\"", "\n", "\r\n", "\r", "\u{feff}", "NA", "nan", "null", "1e999", "-0", "1,5", "inf", "g,x,mood,y", "g",
      "x",
      "mood", "y", "predicted_y", "good", "bad", "p1", "\u{1b}[31m", "\u{0}",
    ],
    seeds: {
      [
        "g,x,mood,y\nnew,1,good,3\nnew,2,bad,5\nnew,4,good,4\n", "y;mood;x;more\r\n1;good;2;\"a;\"\"b\"\r\n3;bad;4;c\r\n",
        "\u{feff}x\tmood\ty\n\tgood\t1\n2\tNA\t2\n", "x,mood,y\n1,other,1e3\n",
        "\"g\",\"x\",\"mood\",\"y\"\n\"a\nb\",.5,good,-1.5e-3\n",
      ].map { Array($0.utf8) }
    }
  ) { input, folder in
    let (checkpoint, adaptor) = try tableRun.get()
    let path = "\(folder)/examples.csv"
    try write(input, to: path)
    let examples = try checkpoint.examples(support: path, query: path)
    let model = try adaptor.adapt(examples.support)
    guard let query = examples.query else { return "no query" }
    let table = examples.table(of: try model.predict(query.inputs))
    return "\(table.count - 1) predictions, \(examples.notes.count) notes"
  }

  /// A run on six groups of four rows, with a categorical input and the mean in the place of missing values.
  private static let tableRun = Result {
    try inFile { path throws in
      let rows = (0..<24).map { "p\($0 / 4),\($0 % 7),\($0 % 3 == 0 ? "bad" : "good"),\($0 * $0 % 11)\n" }
      try write(Array("g,x,mood,y\n\(rows.joined())".utf8), to: path)
      var request = ExperimentRequest(algorithm: "maml", task: "table")
      request.source = path
      request.settings = [
        ("task.group", "g"), ("task.target", "y"), ("task.kind", "regression"), ("task.missing", "mean"), ("task.shots", "2"),
        ("task.queries", "2"), ("model.hidden", "2"), ("training.metaBatch", "2"), ("training.shardSize", "1"), ("test.steps", "2"),
      ]
      request.iterations = 1
      let experiment = try Experiment(request)
      let checkpoint = Checkpoint(experiment: experiment, snapshot: try experiment.trainer().snapshot)
      return (checkpoint, try Adaptor(checkpoint))
    }
  }
}
