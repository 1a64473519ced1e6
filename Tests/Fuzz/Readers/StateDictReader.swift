import Algorithms
import Evaluation
import TensorCore

extension Reader {
  static let stateDict = Reader(
    "state-dict",
    tokens: [
      "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "formatVersion", "F32", "F64", "F16", "BF16", "F8_E4M3",
      "I64",
      "U8", "[2,1]", "[1,2]", "[2]", "[1]", "[]", "[0]", "\u{1b}[31m",
    ],
    seeds: {
      let run = try SmallRun("scratch", "sinusoid")
      let exported = try StateDict.exported(from: Checkpoint(experiment: run.experiment, snapshot: run.trainer.snapshot)) { run.experiment }
      func file(_ type: String) -> [UInt8] {
        SafetensorsFile(
          [
            ("layers.0.weight", type, [2, 1]), ("layers.0.bias", type, [2]), ("layers.1.weight", type, [1, 2]),
            ("layers.1.bias", type, [1]), ("count", "I64", []),
          ], metadata: "{\"format\":\"pt\"}"
        ).bytes
      }
      return [exported.encoded(), file("F16"), file("BF16"), file("F64")]
    },
    repair: SafetensorsFile.withLength
  ) { input, folder in
    let path = "\(folder)/input.safetensors"
    try write(input, to: path)
    var request = ExperimentRequest(algorithm: "scratch", task: "sinusoid")
    request.model = "mlp"
    request.settings = [("model.hidden", "2"), ("training.metaBatch", "2"), ("training.shardSize", "1")]
    request.iterations = 0
    request.initialisation = try StateDict(contentsOf: path)
    let experiment: Experiment
    do {
      experiment = try Experiment(request)
    } catch StateDictError.parameters(_, _, let faults) {
      // A record of the corpus is one line; the message has one for each fault.
      return "a misfit: \(faults.map { "\($0)" }.joined(separator: "; "))"
    }
    _ = try experiment.trainer()
    return "a state dict with \(experiment.initialisation?.ignored.count ?? 0) other tensors"
  }
}
