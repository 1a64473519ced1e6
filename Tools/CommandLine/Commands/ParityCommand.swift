import Evaluation
import Registry

extension Flag {
  static let tolerance = value(
    "tolerance", "X[,Y]", "Largest error that passes, in float64 and in float32 (default: 1e-8,1e-3); one number is for both.")
  static let verbose = toggle("verbose", "Show every tensor.")
}

extension Command {
  /// Compares the training code with reference cases.
  static let parity = Command(
    name: "parity", summary: "Compare the training code with reference cases.",
    operand: Operand(placeholder: "FILE", count: .oneOrMore), flags: [.tolerance, .verbose],
    discussion: """
      FILE is a safetensors file with a case: its definition, its data, and the reference's query losses, adapted parameters and
      gradients. Each case is computed in float64 and in float32. The exit code is 1 if a case disagrees.
      """
  ) { arguments in
    let tolerances = try tolerances(arguments)
    var passed = 0
    for path in arguments.operands {
      let report = try parityReports(path: path, tolerances: tolerances)
      Console.note(report.ignored)
      if report.passed { passed += 1 }
      // The tensors of a passing case are printed on request only.
      try Console.print(report.passed && !arguments.has(.verbose) ? "\(legible(report.name, limit: nil)): \(report.verdict)" : "\(report)")
    }
    try Console.print("\(passed) of \(arguments.operands.count) cases passed.")
    return passed == arguments.operands.count ? .success : .checkFailed
  }

  private static func tolerances(_ arguments: Arguments) throws -> ParityTolerances {
    guard let texts = arguments.list(.tolerance) else { return ParityTolerances() }
    let numbers = texts.compactMap(Double.init).filter { $0 >= 0 && $0.isFinite }
    guard numbers.count == texts.count, (1...2).contains(texts.count) else {
      throw HyperparameterError.invalid(
        key: Flag.tolerance.spelling, found: texts.joined(separator: ","), expected: .real(0...(.infinity)))
    }
    return ParityTolerances(float64: numbers[0], float32: numbers[numbers.count - 1])
  }
}
