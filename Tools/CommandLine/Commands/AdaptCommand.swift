import Evaluation
import Registry
import Tasks
import TensorCore

extension Flag {
  static let support = value(
    "support", "PATH", "Examples to adapt to: a CSV file, or a folder with a subfolder of pictures for each class.")
  static let query = value("query", "PATH", "Samples to predict: a CSV file, a folder of pictures, or a picture.")
  static let steps = value(
    "steps", "N", "Adaptation steps (default: those of the run's meta-test).", in: .integer(Adaptor.stepRange))
  static let explain = toggle("explain", "Show the loss on the support set before each step and after the last.")
  static let outAdapted = value(
    "out", "FILE", "Write the predictions into this file; without --query, write the adapted model as a PyTorch state dict.")
}

extension Command {
  /// Adapts a checkpoint to a user's own examples, and predicts.
  static let adapt = Command(
    name: "adapt", summary: "Adapt a checkpoint to examples of your own, and predict.",
    operand: Operand(placeholder: "CHECKPOINT", count: .one),
    flags: [.support, .query, .steps, .explain, .outAdapted, .overwriteFile, .quiet],
    discussion: """
      CHECKPOINT is the file checkpoint.safetensors or the folder of a run. The data of meta-training are not needed.
      For a checkpoint of 'table', both files have the columns of the run. The group may be absent, and the targets in the query. The
      query's rows are written as CSV with the predictions appended, in the units of the file.
      For a checkpoint of 'images', 'omniglot' or 'glyphs', the support has as many classes as the run has ways. The result has, for each
      picture, the predicted class and the probability of each class. Drawings are dark on light paper.
      A prediction does not depend on the other samples of the query. Predictions go to standard output, unless --out names a file.
      """
  ) { arguments in
    let (support, query, output) = (try arguments.required(.support), arguments.text(.query), arguments.text(.outAdapted))
    if query == nil, output == nil { throw UsageError.needsOneOf([.query, .outAdapted], command: "adapt") }
    let adaptation = try Adaptation(arguments, output: output, support: support, query: query)
    if query == nil { try adaptation.writeModel() } else { try adaptation.writePredictions() }
    return .success
  }
}

/// A checkpoint and a user's examples, which are read and checked.
struct Adaptation {
  private let examples: Examples
  /// The file to write; nil for standard output.
  private let output: OutputFile?
  private let adaptor: Adaptor
  private let arguments: Arguments

  /// Reads the checkpoint and the examples; nothing is written.
  init(_ arguments: Arguments, output: String?, support: String, query: String? = nil) throws {
    self.arguments = arguments
    let input = arguments.operands[0]
    self.output = try output.map {
      try OutputFile($0, overwrite: arguments.has(.overwriteFile), inputs: [input, support] + (query.map { [$0] } ?? []))
    }
    let checkpoint = try Checkpoint(contentsOf: input)
    let isQuiet = arguments.has(.quiet)
    if !isQuiet { Console.note(checkpoint.ignored) }
    adaptor = try Adaptor(checkpoint)
    examples = try checkpoint.examples(support: support, query: query)
    if !isQuiet { for note in examples.notes { Console.note("tools: note: \(checkpoint.task): \(note)") } }
  }

  /// Writes the adapted model as a state dict.
  func writeModel() throws { try output?.write(try model().stateDict().encoded()) }

  /// Writes the query with the predictions as CSV.
  func writePredictions() throws {
    guard let query = examples.query else { fatalError("predictions without a query") }
    let text = CSV.text(examples.table(of: try model().predict(query.inputs)), separator: query.separator)
    if let output { try output.write(systemBytes(text)) } else { try Console.print(text) }
  }

  /// The adapted model; the losses go to standard error if asked for.
  private func model() throws -> AdaptedModel {
    try adaptor.adapt(
      examples.support, steps: arguments.integer(.steps),
      observe: arguments.has(.explain) ? { Console.note("step \($0): loss on the support set \(Float($1))") } : nil)
  }
}
