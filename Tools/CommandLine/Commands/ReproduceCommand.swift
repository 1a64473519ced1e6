import Algorithms
import Evaluation
import Registry
import Tasks

extension Flag {
  static let quick = toggle("quick", "The quick form: fewer runs or iterations, and one seed.")
  static let onlyRuns = value("only", "A,B", "Runs of the preset, separated by commas (default: all).")
  static let printPreset = toggle("print", "Print the preset as JSON, to copy and change it.")
  static let presetSeeds = value(
    "seeds", "K", "Meta-train and test with the seeds 0 to K − 1 (default: the preset's).", in: .integer(1...10_000))
  static let outPreset = value("out", "DIR", "Output folder (default: runs/reproduce/NAME).")
  static let resumePreset = toggle("resume", "Skip the finished runs in the folder, and go on with the others.")
}

extension Command {
  /// Runs a published protocol, and prints ours beside the published numbers.
  static let reproduce = Command(
    name: "reproduce", summary: "Run a published protocol, and print our numbers beside the paper's.",
    operand: Operand(placeholder: "NAME|FILE", count: .one),
    flags: [.onlyRuns, .quick, .presetSeeds, .threads, .data, .printPreset, .outPreset, .resumePreset, .overwrite, .quiet, .json],
    discussion: """
      NAME is a preset: \(Preset.names.joined(separator: ", ")). FILE is a preset of your own, a .json file that begins as a copy of
      what --print shows. Each run has a folder of its own in --out, and its tests have folders in it. Writes reproduction.md and
      reproduction.json. A run whose algorithm is not built yet is left out, and the table says so.

      With the setting validation.every, a run's tests are of the state that is best on meta-validation. "reaches" of a run lists scores;
      a table says after how many iterations and seconds the run first reaches each.
      """
  ) { arguments in
    let name = arguments.operands[0]
    let bytes = try Preset.bytes(of: name)
    let preset = try Preset(decoding: bytes, name: name)
    if arguments.has(.printPreset) {
      try Console.print(String(decoding: bytes, as: UTF8.self))
      return .success
    }
    if arguments.has(.resumePreset), arguments.has(.overwrite) { throw UsageError.exclusiveFlags(.resumePreset, .overwrite) }
    Interrupt.catchSignals()
    let reproduction = try PresetRun(preset, arguments).run()
    try Console.print(arguments.has(.json) ? reproduction.json : reproduction.text)
    return .success
  }
}
