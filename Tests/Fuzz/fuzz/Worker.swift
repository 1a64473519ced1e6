import Foundation
import Registry
import TensorCore
import _Fuzz

/// Reads damaged input for the time of a request.
///
/// - Returns: False if the reader broke a promise.
func work(_ request: Request, in folder: String) throws -> Bool {
  // The most address space, so that a reader that runs wild ends instead of the machine.
  var limit = rlimit(rlim_cur: 16 << 30, rlim_max: 16 << 30)
  _ = setrlimit(addressSpace, &limit)
  setenv("XDG_CACHE_HOME", folder, 1)
  guard let shared = SharedInput("\(folder)/current") else { throw FileError.unwritable(path: folder, code: errno) }
  let corpus = try request.corpus.map { corpus in
    try names(in: corpus).map { Array(try Data(contentsOf: URL(fileURLWithPath: "\(corpus)/\($0)"))) }
  }
  var fuzzer = try Fuzzer(request.reader, seed: request.seed, corpus: corpus ?? [])
  let start = ContinuousClock.now
  let end = start + .seconds(request.seconds)
  while ContinuousClock.now < end {
    let input = fuzzer.next()
    shared.store(input)
    do {
      fuzzer.keep(input, outcome: try request.reader.probe(input, folder: folder, isAlone: true))
    } catch {
      note("fuzz: \(request.reader.name) \(error)")
      return false
    }
  }
  print("\(request.reader.name): \(shared.count) inputs, \(fuzzer.outcomeCount) outcomes, no finding")
  return true
}

#if canImport(Glibc)
private let addressSpace = Int32(RLIMIT_AS.rawValue)
#else
private let addressSpace: Int32 = RLIMIT_AS
#endif
