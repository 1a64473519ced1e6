import Foundation
import Registry
import _Fuzz

/// What the arguments ask for.
struct Request {
  static let usage = """
    Usage: fuzz READER [--seconds N] [--seed N] [--corpus DIR] [--save DIR]
           fuzz READER --replay FILE…

    Feeds a reader with damaged input, and expects that it returns or throws an error of the project: it never traps, and its message,
    its time and its memory have bounds. An input that breaks a promise is saved in --save, and the exit code is 1. The inputs depend
    on the seed alone. Readers: \(Reader.all.map(\.name).joined(separator: ", ")).
    """

  var reader = Reader.all[0]
  var seconds = 10.0
  var seed: UInt64 = 0
  var corpus: String?
  var save = "."
  var replayed: [String] = []
  /// The folder with the shared input, for the process that reads.
  var worker: String?

  /// Parses the arguments; nil if they are malformed.
  init?(_ words: [String]) {
    guard let reader = Reader.all.first(where: { $0.name == words.first }) else { return nil }
    self.reader = reader
    var words = words.dropFirst()
    while let flag = words.popFirst() {
      guard let value = words.popFirst() else { return nil }
      switch flag {
      case "--seconds":
        guard let number = Double(value), number > 0 else { return nil }
        seconds = number
      case "--seed":
        guard let number = UInt64(value) else { return nil }
        seed = number
      case "--corpus": corpus = value
      case "--save": save = value
      case "--worker": worker = value
      case "--replay":
        replayed = [value] + words
        words = []
      default: return nil
      }
    }
  }
}

func note(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

guard let request = Request(Array(CommandLine.arguments.dropFirst())) else {
  note(Request.usage)
  exit(2)
}
do {
  // Neither the user's data nor the user's cache is an input.
  unsetenv("OMNIGLOT_DIR")
  if !request.replayed.isEmpty {
    try inFolder { folder in
      for path in request.replayed {
        let outcome = try request.reader.probe(Array(Data(contentsOf: URL(fileURLWithPath: path))), folder: folder)
        print("\(URL(fileURLWithPath: path).lastPathComponent)\t\(outcome)")
      }
    }
  } else if let folder = request.worker {
    exit(try work(request, in: folder) ? 0 : 1)
  } else {
    exit(try supervise(request) ? 0 : 1)
  }
} catch {
  note("fuzz: error: \(legible("\(error)", limit: nil, keepsLines: true))")
  exit(2)
}
