/// A reader of input from outside the program, with the facts about its format that make damage effective.
package struct Reader: Sendable {
  /// The name on the command line, and of the folder in the corpus.
  package let name: String
  /// Valid inputs, from which mutation starts.
  package let seeds: @Sendable () throws -> [[UInt8]]
  /// Pieces that mean something in the format.
  let tokens: [[UInt8]]
  /// Restores the lengths and checksums of a damaged input, so that it gets past the first check.
  let repair: @Sendable (_ input: [UInt8]) -> [UInt8]
  /// Reads an input, and says in a few words what it is; `folder` is for files.
  let read: @Sendable (_ input: [UInt8], _ folder: String) throws -> String

  /// The most processor time for one input, in seconds.
  ///
  /// No input is larger than ``Mutator/sizeLimit``.
  let secondsLimit: Double

  package init(
    _ name: String, tokens: [String] = [], secondsLimit: Double = 2, seeds: @escaping @Sendable () throws -> [[UInt8]],
    repair: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 },
    read: @escaping @Sendable (_ input: [UInt8], _ folder: String) throws -> String
  ) {
    self.name = name
    self.tokens = tokens.map { Array($0.utf8) }
    self.secondsLimit = secondsLimit
    self.seeds = seeds
    self.repair = repair
    self.read = read
  }

  /// All readers.
  package static let all: [Reader] = [
    .safetensors, .checkpoint, .adaptor, .examples, .stateDict, .parity, .results, .scores, .metrics, .validation, .configuration, .archive,
    .png, .cache, .commandLine,
  ]
}
