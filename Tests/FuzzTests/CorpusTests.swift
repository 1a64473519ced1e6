import TensorCore
import Testing
import _Fuzz

/// Inputs that once broke a reader, or come near to it; `Tests/Fuzz/Corpus/READER` holds them.
@Suite struct CorpusTests {
  static let folder = String(#filePath.dropLast("FuzzTests/CorpusTests.swift".count)) + "Fuzz/Corpus"

  /// A file of the corpus, with the outcome that is on record.
  struct Entry: Sendable, CustomTestStringConvertible {
    let reader: Reader
    let name: String
    let outcome: String

    var testDescription: String { "\(reader.name)/\(name)" }
  }

  /// The lines of the files `READER.txt`: name, tabulator, outcome.
  static let entries = Result {
    try Reader.all.flatMap { reader in
      String(decoding: try AtomicFile.read("\(folder)/\(reader.name).txt"), as: UTF8.self).split(separator: "\n").map { line in
        let parts = line.split(separator: "\t", maxSplits: 1)
        return Entry(reader: reader, name: String(parts[0]), outcome: parts.count == 2 ? String(parts[1]) : "")
      }
    }
  }

  @Test(arguments: try entries.get()) func `an input has the outcome on record`(entry: Entry) throws {
    let input = try AtomicFile.read("\(Self.folder)/\(entry.reader.name)/\(entry.name)")
    try inFolder { folder throws in
      #expect(try entry.reader.probe(input, folder: folder) == entry.outcome)
    }
  }

  @Test(arguments: Reader.all) func `every file of the corpus has a record`(reader: Reader) throws {
    let recorded = try Self.entries.get().filter { $0.reader.name == reader.name }.map(\.name)
    #expect(names(in: "\(Self.folder)/\(reader.name)") == recorded.sorted())
    #expect(!recorded.isEmpty)
  }

  @Test(arguments: Reader.all) func `three hundred damaged inputs keep every promise`(reader: Reader) throws {
    var fuzzer = try Fuzzer(reader, seed: 1)
    try inFolder { folder throws in
      for _ in 0..<300 {
        let input = fuzzer.next()
        fuzzer.keep(input, outcome: try reader.probe(input, folder: folder))
      }
    }
    // Damage that is refused at once, always for the same reason, would test nothing.
    #expect(fuzzer.outcomeCount > 1)
  }
}

extension Reader: CustomTestStringConvertible {
  public var testDescription: String { name }
}
