import Registry

/// A malformed command line.
enum UsageError: Error, Hashable, CustomStringConvertible {
  case unknownCommand(String)
  case unknownFlag(String, command: String)
  case missingValue(Flag)
  case unexpectedValue(Flag, found: String)
  case duplicateFlag(Flag)
  case duplicateSetting(key: String)
  case duplicateItem(Flag, String)
  case invalidValue(Flag, found: String)
  case invalidPair(Flag, found: String)
  case missingFlag(Flag, command: String)
  case missingOperand(Operand, command: String)
  case unexpectedOperand(String, command: String)
  case duplicateOperand(String)
  case exclusiveFlags(Flag, Flag)
  case needsFlag(Flag, needs: Flag)
  case differsFromConfig(String, found: String, expected: String, path: String)
  case needsOneOf([Flag], command: String)
  case onlyForStateDict(Flag)
  case stateDictNeeds(Flag, path: String)
  case emptySelection(kind: String)
  case invalidPart(Flag, found: String)
  case tooManyParts(Flag, parts: Int, runs: Int)
  case partOfRanks(Flag, ranks: Int)
  case oneProcess(command: String, ranks: Int)
  case memoryOfRanks(ranks: Int)
  case oneWorkload(Flag, found: Int)
  case noDomains(task: String, others: [String])
  case noShift(domains: String)
  case noShiftInValidation
  case nothingToSweep(quantity: String)
  case rankBeyondTest(step: Int, last: Int)
  case presetStep(test: String, step: Int, last: Int)
  case presetMode(test: String, mode: String, modes: [String])

  var description: String {
    switch self {
    case .unknownCommand(let name):
      "unknown command '\(legible(name))'.\(Self.hint(name, Command.all.map(\.name))) 'tools help' lists the commands."
    case .unknownFlag(let name, let command):
      "unknown flag '\(legible(name))' of \(command).\(Self.hint(name, Self.spellings(of: command))) 'tools help \(command)' lists the flags."
    case .missingValue(let flag):
      "\(flag.spelling) has no value, expected \(flag.spelling) \(flag.placeholder ?? "")."
    case .unexpectedValue(let flag, let found):
      "\(flag.spelling) takes no value, found '\(legible(found))'; write \(flag.spelling) alone."
    case .duplicateFlag(let flag): "\(flag.spelling) is given twice; give it once."
    case .duplicateSetting(let key): "\(legible(key)) is set twice; set it once."
    case .duplicateItem(let flag, let item): "\(flag.spelling) names '\(legible(item))' twice; name it once."
    case .invalidValue(let flag, let found): "\(flag.spelling) is '\(legible(found))', expected \(flag.domain)."
    case .invalidPair(let flag, let found):
      "\(flag.spelling) is '\(legible(found))', expected \(flag.placeholder ?? "")."
    case .missingFlag(let flag, let command):
      "\(command) needs \(flag.spelling) \(flag.placeholder ?? ""); 'tools help \(command)' says more."
    case .missingOperand(let operand, let command): "\(command) needs \(operand.placeholder); 'tools help \(command)' says more."
    case .unexpectedOperand(let found, let command):
      "'\(legible(found))' is one argument too many for \(command); 'tools help \(command)' shows what it takes."
    case .duplicateOperand(let found): "'\(legible(found))' is named twice; name it once."
    case .exclusiveFlags(let first, let second): "\(first.spelling) and \(second.spelling) exclude each other; give one of them."
    case .needsFlag(let flag, let needs): "\(flag.spelling) needs \(needs.usage)."
    case .differsFromConfig(let name, let found, let expected, let path):
      "\(name) is '\(legible(found))', but \(legible(path, limit: nil)) is of \(legible(expected)), to which its settings belong; leave "
        + "\(name) out, or leave --config out."
    case .needsOneOf(let flags, let command):
      "\(command) needs \(flags.map(\.usage).joined(separator: " or ")); 'tools help \(command)' says more."
    case .onlyForStateDict(let flag): "\(flag.spelling) is for a state dict; a checkpoint contains its own, so leave the flag out."
    case .stateDictNeeds(let flag, let path):
      "\(legible(path, limit: nil)) is no checkpoint, because its metadata have no 'formatVersion'; if it is a state dict, give "
        + "\(flag.spelling) \(flag.placeholder ?? "")."
    case .noDomains(let task, let others):
      "\(task) has no domains, and --domain-shift needs them; name other tasks with --task: \(others.joined(separator: ", "))."
    case .noShift(let domains):
      "task.domains.test has the domains of training, \(legible(domains)), so nothing is out of domain; set other ones."
    case .noShiftInValidation:
      "test.split is meta-validation, which has the domains of training, so nothing is out of domain; leave test.split out."
    case .rankBeyondTest(let step, let last):
      "\(Flag.rankAt.spelling) is \(step), but the meta-test ends after step \(last); give at most \(last), or test more steps with "
        + "\(Flag.testSteps.usage)."
    case .presetStep(let test, let step, let last):
      "the test \(test) of the preset has a number after step \(step), but ends after step \(last); set test.steps to \(step) or more."
    case .presetMode(let test, let mode, let modes):
      "the test \(test) of the preset has a number in the mode '\(legible(mode))', expected one of \(modes.joined(separator: ", "))."
    case .emptySelection(let kind): "no \(kind) is left to run; name at least one, and do not skip them all."
    case .invalidPart(let flag, let found):
      "\(flag.spelling) is '\(legible(found))', expected I/N with I from 1 to N, such as 1/4 for the first of four parts."
    case .tooManyParts(let flag, let parts, let runs):
      "\(flag.spelling) has \(parts) parts, but there \(runs == 1 ? "is 1 run" : "are \(runs) runs"); give at most \(runs)."
    case .partOfRanks(let flag, let ranks):
      "\(flag.spelling) is for processes without MPI; the \(ranks) ranks of this job divide the runs by themselves, so leave it out."
    case .oneWorkload(let flag, let found): "\(flag.spelling) is for one workload, found \(found); name one."
    case .memoryOfRanks(let ranks):
      "--memory chooses for one process, but there are \(ranks) ranks; choose with one rank first, and give the settings of its config.json."
    case .oneProcess(let command, let ranks):
      "\(command) is the work of one process, found \(ranks) ranks; start it without MPI's launcher. 'run' and 'run-all' take ranks."
    case .nothingToSweep(let quantity):
      "none of these workloads can be swept over \(quantity): a single episode has no further tasks or threads, and an algorithm "
        + "without adaptation has no steps. Name another workload or another quantity."
    }
  }

  private static func spellings(of command: String) -> [String] {
    ((try? Command.named(command))?.flags ?? []).map(\.spelling) + [Flag.help.spelling]
  }

  private static func hint(_ name: String, _ known: [String]) -> String {
    nearestName(to: name, among: known).map { " Did you mean '\($0)'?" } ?? ""
  }
}
